# SPDX-License-Identifier: GPL-2.0-or-later
import pytest

from models.readers import plan


@pytest.mark.parametrize("shift", [1, 2])
def test_every_split_over_three_levels_is_there(shift: int) -> None:
    pairs = {(case.order, case.new_order) for case in plan.cases(shift) if case.writer == "split"}
    assert {(order, new) for order in range(1, 2 * shift + 1) for new in range(order)} <= pairs
    assert {case.writer for case in plan.cases(shift)} == set(plan.WRITERS)


def test_every_reader_meets_some_writer() -> None:
    met = {name for writer in plan.WRITERS for name in plan.readers_of(writer)}
    assert met == {*plan.SINGLE, *plan.ITERATIONS, *plan.PAGE_CACHE} and set(plan.LONG) <= met


def test_every_iteration_is_there_by_inline_steps_too() -> None:
    for writer in plan.WRITERS:
        names = plan.readers_of(writer)
        stepping = {name for name in names if name.startswith(("find", "marked"))}
        once = {name for name in stepping if not name.endswith("-pause")}
        assert {plan.IN_LINE[name] for name in names if name in plan.IN_LINE} == once


def test_a_2_mib_entry_is_split_down_one_level_and_within_one() -> None:
    pairs = {(case.order, case.new_order) for case in plan.cases(6) if case.writer == "split"}
    assert pairs == {plan.SIBLINGS, (7, 5), (9, 0), (9, 6)}


def test_entries_with_siblings_become_others_with_siblings() -> None:
    found = plan.cases(6, large=False)
    assert {case.writer for case in found} == set(plan.WRITERS)
    # Of several slots each, before and after.
    assert all(case.order % 6 and case.new_order % 6 for case in found)
    assert {case.order // 6 - case.new_order // 6 for case in found} == {0, 1}


def test_other_chunk_shifts_are_refused() -> None:
    with pytest.raises(ValueError, match="chunk shift 3"):
        plan.cases(3)
