# SPDX-License-Identifier: GPL-2.0-or-later
"""How kernels make the slots of a range: as is right where no larger entry lies in it."""

from dataclasses import replace

import pytest

from models.case.classes import explained, kind_of
from models.case.create_upwards import create_range_upwards
from models.case.finding import Finding
from models.case.reference import Outcome, Runner, SplitKind, Undetermined, run
from models.kernel.source import port_source
from models.mutants.run import port
from models.subject.implementation import Implementation
from models.sweep import range_cases
from models.sweep.range_cases import RangeGroup
from xarray_model.array import XArray
from xarray_model.operations import Code, Operation

NAME = "create-range-ends"


def upwards(group: RangeGroup) -> Outcome:
    runner = Runner(XArray(group.chunk_shift), SplitKind.ITERATIVE)
    runner.create_range = create_range_upwards
    return run(runner, group.operations())


def right(group: RangeGroup) -> Outcome:
    return run(Runner(XArray(group.chunk_shift), SplitKind.ITERATIVE), group.operations())


def test_it_is_right_without_larger_entries_and_wrong_with_some() -> None:
    same, other = 0, 0
    for group in range_cases.CASES.groups(2, 4, 3):
        larger = any(size for _, size in group.array)
        if not larger:
            # Nor entries of a whole chunk, which are those of a quarter.
            larger = any(order >= 2 for _, order, _ in group._holding())
        alike = upwards(group) == right(group)
        assert alike or larger
        same, other = same + alike, other + (not alike)
    assert same and other


def test_above_the_tree_nothing_is_told() -> None:
    runner = Runner(XArray(1), SplitKind.ITERATIVE)
    runner.create_range = create_range_upwards
    runner.run(Operation(Code.STORE, 2, 1, entry=4))
    runner.run(Operation(Code.CURSOR_SET, 0, 2))
    with pytest.raises(Undetermined):
        runner.run(Operation(Code.CURSOR_CREATE_RANGE))


def _explained(operation: int, actual: bytes) -> frozenset[str] | None:
    case = (
        Operation(Code.STORE, 2, 1, entry=4),
        Operation(Code.CURSOR_SET, 0, 2),
        Operation(Code.CURSOR_CREATE_RANGE),
    )
    one: Implementation = replace(port(1), deviations=(NAME,), source=port_source())
    found = Finding("port", 1, "no-crash", "", "SIGSEGV", operation, case, b"", actual)
    return explained(one, 1, kind_of(one), case, actual, None, [found])


def test_what_comes_from_there_on_is_the_deviation_s_and_nothing_before_it() -> None:
    stored = bytes(8)
    assert _explained(2, stored) == frozenset({NAME})
    assert not _explained(2, b"\1" + stored[1:])
    assert not _explained(0, b"")
