# SPDX-License-Identifier: GPL-2.0-or-later
"""Reproducers of defects of the port: they fail there, pass with the port, and are plain C."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from models.case.ends import HANGS
from models.case.finding import Finding
from models.diagnosis import reproducer as reproducers
from models.diagnosis import shrink as shrinking
from models.diagnosis.causes import causes
from models.diagnosis.kernel_statements import NoCode
from models.diagnosis.kernel_test import function, looks
from models.diagnosis.reproducer import reproducer
from models.diagnosis.shrink import shrink
from models.kernel.source import port_source
from models.mutants.catalogue import MUTANTS
from models.mutants.run import port
from models.subject.implementation import Implementation, examine
from models.sweep.families import Family
from models.sweep.sweep import Unit, run_unit
from tests.models.together import with_defects
from xarray_model.operations import Code, Operation

BY_NAME = {mutant.name: mutant for mutant in MUTANTS}


def seeded(name: str, folder: Path) -> Implementation:
    mutant = BY_NAME[name]
    edits = [(mutant.file, mutant.text, mutant.replacement)]
    return examine(with_defects(port_source(), name, edits, folder), (3,))


def first_of(one: Implementation, *units: Unit) -> Finding:
    for unit in units:
        found = causes(run_unit(unit, [one]).findings)
        if found:
            return found[0].smallest
    raise AssertionError("nothing was found")


@pytest.mark.parametrize(
    ("name", "sees"),
    [
        ("mark-on-sibling", "node->marks[0][0]"),
        ("third-mark-lost", "xa_get_mark"),
        ("leaf-values-zero", "nr_values"),
        ("split-node-unreported", "private_list"),
        ("one-node-too-many", "xas.xa_alloc"),
    ],
)
def test_it_fails_with_the_defect_and_passes_without(name: str, sees: str, tmp_path: Path) -> None:
    one = seeded(name, tmp_path)
    found = first_of(one, Unit(3, 4, 1, 40), Unit(3, 5, 3, 40))
    told = reproducer(one, shrink(one, found))
    assert told.reason == ""
    assert sees in told.code
    assert told.failed and told.chunk_shift == 6
    assert told.code.startswith("static ")
    assert max(len(line.expandtabs(8)) for line in told.code.splitlines()) <= 88


def test_a_crash_is_reproduced_by_itself(tmp_path: Path) -> None:
    one = seeded("parent-of-inner", tmp_path)
    found = run_unit(Unit(3, 7, 0, 12), [one]).findings
    crash = next(one for one in found.breaches.values() if one.smallest.property == "no-crash")
    assert reproducer(one, crash.smallest).failed


@pytest.mark.parametrize(("name", "shows"), [("ends", True), ("split-requests", False)])
def test_a_hang_shows_that_a_split_hangs_and_nothing_else(
    name: str, shows: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reproducers, "_program", lambda *given: given[-1])
    hangs = "it does not end"
    monkeypatch.setattr(
        reproducers, "_run", lambda program, _: hangs if program.name.startswith("tested") else ""
    )
    case = (Operation(Code.STORE, 0, 6, entry=4), Operation(Code.SPLIT, 0, 6, 0, 4))
    one = Implementation("port", port_source(), False, {})
    told = reproducer(one, Finding(one.name, 6, name, "s", "d", 1, case, b"", b""))
    assert (bool(told.code), told.failed) == ((True, hangs) if shows else (False, ""))
    assert ("hangs before it could show it" in told.reason) != shows


def split_that_hangs(s: int, order: int) -> Finding:
    case = (Operation(Code.STORE, 0, order, entry=4), Operation(Code.SPLIT, 0, order, 0, 4))
    return Finding("port", s, HANGS, "s", "d", 1, case, b"", b"")


@pytest.mark.long
def test_a_split_over_many_levels_is_moved_only_where_its_tree_can_be_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four levels take 85 nodes at chunk shift 2, 4,369 at 4 and 266,305 at 6."""
    monkeypatch.setattr(reproducers, "SECONDS", 1.0)
    monkeypatch.setattr(shrinking, "HANGING_TRIALS", 4)
    begins = "	unsigned int values = node->nr_values;"
    hangs = "while (order >= new.shift + 4 * XA_CHUNK_SHIFT);"
    edits = [("lib/xarray_split.c", begins, f"{begins}\n	{hangs}")]
    one = examine(with_defects(port_source(), "port", edits, tmp_path), (2, 4, 6))
    began = time.process_time()
    told = reproducer(one, split_that_hangs(2, 8))
    assert (told.failed, told.chunk_shift) == ("it does not end", 4)
    deeper = split_that_hangs(2, 10)
    assert reproducers._for_kernels(one, deeper) is deeper
    told = reproducer(one, split_that_hangs(6, 24))
    assert told.code == ""
    assert told.reason.startswith("its splits take 266,305 nodes, more than the 5,000")
    assert time.process_time() - began < 10


def test_a_program_that_takes_too_long_does_not_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reproducers, "SECONDS", 1.0)
    program = tmp_path / "hangs"
    program.write_text("#!/bin/sh\nwhile :; do :; done\n")
    program.chmod(0o755)
    assert reproducers._run(program, 0) == "it does not end"


def test_what_test_code_cannot_see_is_said_so(tmp_path: Path) -> None:
    one = seeded("leak-on-failure", tmp_path)
    told = reproducer(one, shrink(one, first_of(one, Unit(3, 5, 0, 80))))
    assert told.code == ""
    assert told.reason == "test code cannot make the kernel's memory run out"


def test_a_finding_that_is_none_has_no_reproducer() -> None:
    """Run both ways: what the port does too is not given out."""
    one = port(3)
    case = (Operation(Code.STORE, 0, 3, entry=4), Operation(Code.SPLIT, 0, 3, 0, entry=8))
    told = reproducer(one, Finding("port", 3, "lru", "says", "detail", 1, case, b"", b""))
    assert told.code == ""
    assert told.reason.startswith("test code does not see it")


def test_counts_tell_the_orders_themselves(tmp_path: Path) -> None:
    one = seeded("count-in-a-byte", tmp_path)
    found = run_unit(Unit(3, 63, 50, family=Family.COUNTS), [one]).findings
    (cause,) = causes(found)
    assert cause.extent.splits and all(order >= 50 for _, order, _ in cause.extent.splits)
    told = reproducer(one, cause.smallest)
    assert told.failed or told.reason


def test_operations_that_test_code_lacks_are_refused() -> None:
    with pytest.raises(NoCode, match="count_alloc"):
        looks([Operation(Code.COUNT_ALLOC)], 3)


def test_a_function_looks_like_the_kernels_own() -> None:
    case = (Operation(Code.STORE, 0, 3, entry=4), Operation(Code.SPLIT, 0, 3, 0, entry=5))
    code = function("it", case, 3, looks(case, 3)[0])
    assert code.startswith("static noinline void check_it(struct xarray *xa)\n{\n\t")
    assert "\txa_store_order(xa, 0, 3, xa, GFP_KERNEL);\n" in code
    assert "xas_split(&xas, xa_mk_value(2), 3);" in code


def test_test_code_expects_what_the_model_of_that_word_size_answers() -> None:
    """An index of 32 bits begins again after 2^32 - 1; one of 64 goes on."""
    top = (1 << 32) - 1
    case = (Operation(Code.STORE, 0, entry=4), Operation(Code.NEXT, top, argument=1))
    narrow, wide = (function("it", case, 6, looks(case, 6, bits)[-1], bits) for bits in (32, 64))
    assert "xas.xa_index != 0)" in narrow and "xas.xa_index != 0x100000000UL)" in wide
    with pytest.raises(ValueError, match="is not an index of 32 bits"):
        looks((Operation(Code.STORE, top + 1, entry=4),), 6, 32)


def test_what_only_asked_for_nodes_is_told_where_it_shows_something() -> None:
    count = Operation(Code.COUNT_ALLOC, order=3, new_order=0)
    case = (count, Operation(Code.STORE, 0, 1, entry=4), Operation(Code.LOAD, 0), count)
    finding = Finding("port", 3, "lru", "", "", 2, case, b"", b"")
    assert reproducers._told(finding) == case[1:3]
    codes = [one.code for one in reproducers._told(replace(finding, operation=3))]
    assert codes == [Code.STORE, Code.LOAD, Code.STORE, Code.SPLIT]
