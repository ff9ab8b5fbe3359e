# SPDX-License-Identifier: GPL-2.0-or-later
import json
import shutil
from pathlib import Path

import pytest

from models.kernel.source import Source, port_source
from models.measure import work
from models.measure.programs import SECONDS, Item, MeasureError, Way
from models.measure.work import Work
from models.subject.implementation import Implementation
from review.bundle import numbers as numbers_json
from review.report import numbers as numbers_text
from review.run import numbers
from review.run.numbers import AT_ONCE, Measured, Numbers
from tests.models.measure.changed import changed
from tests.tools import needs

SERIES = AT_ONCE[-1]
HERE = "	XA_NODE_BUG_ON(node, last >= XA_CHUNK_SIZE);\n"


def implementation(source: Source) -> Implementation:
    return Implementation(source.name, source, False, {})


@pytest.fixture(scope="module")
def ports() -> Numbers:
    both = [implementation(port_source(recursive)) for recursive in (False, True)]
    told: list[str] = []
    found = numbers.measure(both, progress=told.append)
    assert len(told) == numbers.steps(both)
    return found


def text(found: Numbers) -> str:
    return " ".join("\n".join(numbers_text.lines(found)).split())


def measured(folder: Path, *changes: tuple[str, str]) -> tuple[Measured, str]:
    found = numbers.measure([implementation(changed(folder, *changes))])
    return found.measured[0], text(found)


def test_the_table_has_the_series_case() -> None:
    rows = {(row.split.name, row.chunk_shift): row for row in numbers.table()}
    assert len(rows) == 12
    row = rows["1G to 4K", 6]
    assert (row.nodes, row.bytes, row.slab_pages) == (4161, 2_396_736, 596)
    assert rows["16G to 64K", 6].nodes == row.nodes and rows["16G to 64K", 6].slab_pages == 37
    assert {way: cost.peak for way, cost in row.ways.items()} == {
        Way.AT_ONCE: 4161,
        Way.TWO_LEVELS: 65,
        Way.ONE_LEVEL: 1,
        Way.WALK: 1,
    }


def test_the_ports_take_what_is_computed(ports: Numbers) -> None:
    for one in ports.measured:
        assert all(isinstance(found, Work) for found in one.works.values())
        assert not one.unlike_computed and not one.stack_problems
    assert text(ports).count("26 of 26 splits took nodes") == 2


@needs("valgrind")
def test_instructions_are_there_for_all_that_is_split_at_once(ports: Numbers) -> None:
    for one in ports.measured:
        assert not any(isinstance(found, str) for found in one.instructions.values())
        assert len(one.instructions) == 6


def test_only_the_recursive_port_recurses(ports: Numbers) -> None:
    iterative, recursive = (
        {(use.compiler, use.chunk_shift, use.item.order): use.depth for use in one._stack_uses}
        for one in ports.measured
    )
    assert set(iterative.values()) == {1}
    assert recursive["gcc", 6, 18] == 3 and recursive["gcc", 4, 18] == 4
    written = {one.name: one._stack_uses[2].written for one in ports.measured}
    told = f"port (recursive) {written['port (recursive)']} bytes in 3 levels of recursion"
    assert f"{told}, port {written['port']}." in text(ports)
    assert "3 deep" in ports.measured[1].stack_detail


def test_lines_fit_a_mail(ports: Numbers) -> None:
    assert max(map(len, numbers_text.lines(ports))) <= 72


def test_json_tells_the_same(ports: Numbers) -> None:
    told = json.loads(json.dumps(numbers_json.as_json(ports)))
    one = told["measured"][0]
    (series,) = [
        found
        for found in one["work"]
        if (found["chunk_shift"], found["way"], found["order"], found["marks"])
        == (6, "at_once", 18, 0)
    ]
    work = ports.measured[0].works[6, SERIES]
    assert isinstance(work, Work)
    assert series["under_lock"]["total"] == work.under_lock.total
    assert series["under_lock"]["movable"] == work.under_lock.movable
    assert f"{work.under_lock.total:,}" in text(ports)
    assert len(told["computed"]) == 12 and len(one["stack"]) == len(numbers.STACKS)


def test_a_node_too_many_is_not_as_computed(tmp_path: Path) -> None:
    loop = "	for (unsigned long nodes = split_nodes(order, xas->xa_shift); nodes; nodes--)"
    one, told = measured(tmp_path, (loop, loop.replace("; nodes;", " + 1; nodes;")))
    assert len(one.unlike_computed) == 20
    assert "6 of 26 splits took" in told and "NOT AS COMPUTED: s=6 order 18" in told


def test_a_stack_without_bound_is_told(tmp_path: Path) -> None:
    take = "/* A spare node as a full one"
    waste = """
static noinline unsigned int waste(unsigned int depth)
{
	volatile unsigned char scratch[64];

	scratch[depth % 64] = 1;
	return depth ? waste(depth - 1) + scratch[depth % 64] : 0;
}
"""
    call = "	if (waste(8) == 99)\n		return;\n"
    one, told = measured(tmp_path, (take, waste + take), (HERE, HERE + call))
    assert any("waste is 9 deep, for 3 levels" in problem for problem in one.stack_problems)
    assert "NOT AS IT MUST BE" in told and "No deeper than" not in told


def test_code_that_crashes_is_told_everywhere(tmp_path: Path) -> None:
    one, told = measured(tmp_path, (HERE, HERE + "	*(volatile int *)8 = 1;\n"))
    why = "it crashed with signal 11"
    assert set(one.works.values()) == set(one.instructions.values()) == {why}
    assert all(why in line for line in one.stack_unmeasured)
    assert len(one.stack_unmeasured) == len(numbers.STACKS)
    assert "9 at once s=6" in told and told.count(f"not measured: {why}") >= 6
    assert "No deeper than" not in told and one.stack_detail == ""


def test_what_is_known_to_hang_is_not_waited_for_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, float] = {}

    def count(source: Source, s: int, items: object, seconds: float) -> dict[Item, Work | str]:
        asked[source.name] = seconds
        raise MeasureError("it did not end")

    monkeypatch.setattr(work, "count", count)
    both = [implementation(port_source(recursive)) for recursive in (False, True)]
    found = numbers.measure(both, hanging={"port"})
    assert asked == {"port": numbers.HANG_SECONDS, "port (recursive)": SECONDS}
    assert set(found.measured[0].works.values()) == {"it did not end"}


def test_what_hangs_is_ended_when_it_is_time_and_the_rest_is_measured(tmp_path: Path) -> None:
    hang = (
        "	while (xas->xa_shift + XA_CHUNK_SHIFT <= order && order == 13)\n		barrier();\n"
    )
    hangs = changed(tmp_path, (HERE, HERE + hang))
    found = work.count(hangs, 6, AT_ONCE, 1.0)
    assert [isinstance(found[item], Work) for item in AT_ONCE] == [True, False, True]
    assert found[AT_ONCE[1]] == "it did not end within 1 seconds"


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> tuple[Measured, str]:
    """A port that refuses more than one level, and what is told of it."""
    refuse = """	(void)entry;
	if (xas->xa_shift + 2 * XA_CHUNK_SHIFT <= order) {
		xas_set_err(xas, -ENOMEM);
		return;
	}
"""
    return measured(tmp_path_factory.mktemp("refusing"), ("	(void)entry;\n", refuse))


def test_what_is_refused_is_told_and_the_rest_is_measured(refusing: tuple[Measured, str]) -> None:
    one, told = refusing
    assert one.works[6, SERIES] == "it refuses with ENOMEM"
    assert isinstance(one.works[6, Item(Way.ONE_LEVEL, 18, 0)], Work)
    assert isinstance(one.works[6, AT_ONCE[0]], Work)
    assert "1G to 4K 6 not measured: it refuses with ENOMEM" in told
    of_gcc = [line for line in one.stack_unmeasured if line.startswith("gcc")]
    assert of_gcc == ["gcc, s=4: it refuses with ENOMEM"]


@needs("valgrind")
def test_instructions_of_what_is_refused_are_not_there(refusing: tuple[Measured, str]) -> None:
    one, told = refusing
    assert one.instructions[6, SERIES] == "it refuses with ENOMEM"
    assert "2M to 4K at s=6: of" in told


@needs("clang")
def test_stack_of_clang_is_there_for_what_is_not_refused(refusing: tuple[Measured, str]) -> None:
    assert not any(line.startswith("clang") for line in refusing[0].stack_unmeasured)


def test_missing_tools_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    which = shutil.which
    missing = ("valgrind", "clang", "objdump")
    monkeypatch.setattr(shutil, "which", lambda name: None if name in missing else which(name))
    found = numbers.measure([implementation(port_source())])
    told = text(found)
    assert set(found.measured[0].instructions.values()) == {"valgrind is not installed"}
    assert "Instructions not measured: valgrind is not installed." in told
    assert "clang 6 not measured: clang is not installed" in told
    assert "objdump is not installed" in told
    assert max(map(len, numbers_text.lines(found))) <= 72
