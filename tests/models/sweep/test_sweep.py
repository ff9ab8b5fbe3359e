# SPDX-License-Identifier: GPL-2.0-or-later
from collections import Counter

import pytest

from models.case.known import known
from models.kernel.source import port_source
from models.mutants.mutant import Mutant
from models.mutants.run import mutated
from models.subject.implementation import Implementation, examine
from models.sweep.families import Family
from models.sweep.sweep import Part, Unit, UnitResult, complete_units, run_unit, sampled_units
from tests import kernels
from tests.kernels import Kernel

BEGINS = "	unsigned int values = node->nr_values;\n"


def planted(name: str, statement: str) -> Implementation:
    """The port with a statement at the start of every split."""
    return mutated(
        Mutant(
            name, "planted", "lib/xarray_split.c", BEGINS, BEGINS + f"\n	{statement}\n", (),
            chunk_shift=2,
        )
    )  # fmt: skip


def properties(result: UnitResult) -> set[str]:
    return {breach.smallest.property for breach in result.findings.sorted()}


def covered(result: UnitResult) -> tuple[int, int]:
    (coverage,) = result.coverage.values()
    return coverage.covered, coverage.total


@pytest.fixture(scope="module")
def ports() -> list[Implementation]:
    return [examine(port_source(recursive), (1, 2, 3)) for recursive in (False, True)]


@pytest.mark.parametrize("split", [(1, 3, 0), (2, 2, 1), (2, 3, 3), (2, 4, 1), (3, 3, 2)])
def test_the_port_is_clean_and_every_case_is_run(
    ports: list[Implementation], split: tuple[int, int, int]
) -> None:
    result = run_unit(Unit(*split), ports)
    assert not result.findings
    s = split[0]
    assert {part: one.complete for part, one in result.coverage.items()} == {
        Part(name, "splits", s, False): True for name in ("port", "port (recursive)")
    }


def test_samples_say_so_and_repeat_with_their_seed(ports: list[Implementation]) -> None:
    unit = Unit(3, 7, 1, sample=8, seed=5)
    assert list(unit.groups()) == list(Unit(3, 7, 1, sample=8, seed=5).groups())
    assert list(unit.groups()) != list(Unit(3, 7, 1, sample=8, seed=6).groups())
    result = run_unit(unit, ports)
    for part, coverage in result.coverage.items():
        assert part.sampled and 0 < coverage.covered < coverage.total


def test_a_crash_is_a_finding_and_the_run_goes_on() -> None:
    one = planted(
        "crash", "if (xa_is_value(old) && xas->xa_index % 4 == 3) *(volatile int *)0 = 0;"
    )
    result = run_unit(Unit(2, 2, 0, sample=60, seed=1), [one])
    (breach,) = (b for b in result.findings.sorted() if b.smallest.property == "no-crash")
    assert "SIGSEGV" in breach.smallest.detail
    assert breach.smallest.operation is not None
    cases = sum(len(starts) for _, starts in Unit(2, 2, 0, sample=60, seed=1).groups())
    assert 0 < breach.cases < cases
    left_out = result.tried[one.name].left_out.splits.total()
    assert covered(result)[0] + left_out == cases and left_out < cases / 4


def test_a_heap_overrun_is_a_finding() -> None:
    statement = "if (xa_is_value(entry)) ((volatile char *)(node + 1))[3] = 1;"
    one = planted("overrun", statement)
    assert "stays-in-node" in properties(run_unit(Unit(2, 2, 0, sample=30), [one]))


def test_an_endless_loop_is_a_finding_and_the_run_goes_on() -> None:
    one = planted("hang", "while (xa_is_value(old) && xa_is_value(entry) && xas->xa_index == 0) ;")
    result = run_unit(Unit(2, 1, 0, sample=12, seed=3), [one])
    assert properties(result) == {"ends"}


def test_what_ends_the_process_too_often_leaves_the_rest_undone() -> None:
    one = planted("crashes", "*(volatile int *)0 = 0;")
    done, total = covered(run_unit(Unit(2, 3, 0), [one]))
    assert 0 < done < total


def test_a_wrong_byte_that_no_spec_names_is_still_a_finding(ports: list[Implementation]) -> None:
    """The comparison by bytes does not lean on the specs."""
    from models.sweep import expected

    class Blind:
        def case(self, *_: object) -> tuple[list[object], list[Counter[str]]]:
            return [], []

    one = planted("count", "node->count++;")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(expected, "Parts", lambda _: Blind())
        assert properties(run_unit(Unit(2, 2, 1), [one])) == {"agrees-with-model"}
        assert not run_unit(Unit(2, 2, 1), ports).findings


def test_the_specs_do_not_lean_on_the_comparison() -> None:
    assert "node-count" in properties(run_unit(Unit(2, 2, 1), [planted("n", "node->count++;")]))


def test_the_units_are_what_the_readme_says() -> None:
    complete = {(u.chunk_shift, u.order) for u in complete_units((1, 2, 3, 4, 5, 6))
                if u.family is Family.SPLITS}  # fmt: skip
    highest = {s: max(order for at, order in complete if at == s) for s in (1, 2, 3)}
    assert highest == {1: 4, 2: 5, 3: 5}
    assert {s for s, _ in complete} == {1, 2, 3}
    sampled = {(u.chunk_shift, u.order, u.new_order) for u in sampled_units(range(1, 7), 1)}
    assert {(6, 18, 0), (6, 9, 0), (6, 12, 6), (4, 11, 0), (3, 8, 0)} <= sampled


@pytest.mark.kernel
@kernels.each
def test_released_kernels_keep_the_contract_but_for_the_known(kernel: Kernel) -> None:
    one = examine(kernel.source, (2,))
    assert one.one_level
    inside = run_unit(Unit(2, 3, 1), [one])
    limit = run_unit(Unit(2, 4, 0), [one])
    beyond = run_unit(Unit(2, 5, 0), [one])
    names = {had.deviation.name for had in known(one).present}
    assert ("sibling-mark" in properties(inside)) == ("split-sibling-marks" in names)
    assert ("split-requests" in properties(limit)) == ("split-limit" in names)
    assert not beyond.findings
