# SPDX-License-Identifier: GPL-2.0-or-later
import pytest

from models.rcu import plan


@pytest.mark.parametrize("shift", [1, 2])
def test_every_split_over_three_levels_is_there(shift: int) -> None:
    pairs = {(case.order, case.new_order) for case in plan.cases(shift) if case.writer == "split"}
    assert {(order, new) for order in range(1, 2 * shift + 1) for new in range(order)} <= pairs
    assert {case.writer for case in plan.cases(shift)} == set(plan.WRITERS)


def test_every_reader_meets_some_writer_whole() -> None:
    met = {name for writer in plan.WRITERS for name in plan.readers_at(2, writer)}
    assert met == {*plan.SINGLE, *plan.ITERATIONS, *plan.PAGE_CACHE}
    assert not any(plan.bounded_readers(2, writer) for writer in plan.WRITERS)


def test_readers_at_chunk_shift_6_are_whole_or_bounded_not_both() -> None:
    for writer in plan.WRITERS:
        whole, bounded = plan.readers_at(6, writer), plan.bounded_readers(6, writer)
        assert not set(whole) & set(bounded) and set(whole) <= set(plan.readers_of(writer))


def test_other_chunk_shifts_are_refused() -> None:
    with pytest.raises(ValueError, match="chunk shift 3"):
        plan.cases(3)
