# SPDX-License-Identifier: GPL-2.0-or-later
import pytest

from specs.readers import LIMITS, NOTHING, PROMISES, Memory, Timeline, unreliable
from xarray_model.entries import mk_sibling

OLD, NEW, OTHER = 4, 8, 12


@pytest.fixture
def timeline() -> Timeline:
    """Indices 0..9: order 2 at 4 becomes order 0 by the stores 3 to 7; 9 is empty."""
    made = Timeline(0, 9)
    made.replace(0, 2, OTHER, 0, 0)
    made.replace(4, 2, OLD, 0, 0)
    made.replace(8, 0, OTHER, 0, 0)
    for index in range(4, 8):
        made.replace(index, 0, NEW, 2, 7)
    return made


def names(found: list[tuple[str, str]]) -> list[str]:
    return [name for name, _ in found]


def test_old_and_new_are_allowed_until_the_end(timeline: Timeline) -> None:
    for started in (0, 6):
        assert not timeline.judge_entry(5, OLD, started)
        assert not timeline.judge_entry(5, NEW, started)
    assert names(timeline.judge_entry(5, OLD, 7)) == ["load-other"]
    assert not timeline.judge_entry(5, NEW, 7)


def test_nothing_else_is(timeline: Timeline) -> None:
    assert names(timeline.judge_entry(5, NOTHING, 0)) == ["load-null"]
    assert names(timeline.judge_entry(5, OTHER, 0)) == ["load-other"]
    assert names(timeline.judge_entry(5, mk_sibling(2), 0)) == ["load-internal"]
    assert names(timeline.judge_entry(5, object(), 0)) == ["load-internal"]
    assert not timeline.judge_entry(9, NOTHING, 0)
    assert names(timeline.judge_entry(9, NEW, 0)) == ["load-other"]


def test_orders(timeline: Timeline) -> None:
    assert not timeline.judge_order(5, 2, 0) and not timeline.judge_order(5, 0, 0)
    assert names(timeline.judge_order(5, 1, 0)) == ["order-true"]
    assert names(timeline.judge_order(5, 2, 7)) == ["order-true"]


def test_iterations(timeline: Timeline) -> None:
    pieces = tuple((index, NEW) for index in range(4, 8))
    around = ((0, OTHER),), ((8, OTHER),)
    assert not timeline.judge_iteration(0, (*around[0], (4, OLD), *around[1]), 0)
    assert not timeline.judge_iteration(0, (*around[0], *pieces, *around[1]), 0)
    assert not timeline.judge_iteration(0, (*around[0], (4, OLD), *pieces[1:], *around[1]), 0)
    missing = timeline.judge_iteration(0, (*around[0], *pieces[:2], *around[1]), 0)
    assert missing == [("find-covers", "passes index 6 by")]
    foreign = ((4, OTHER), *pieces[1:], (8, OTHER))
    assert names(timeline.judge_iteration(4, foreign, 0)) == ["load-other", "find-covers"]


def test_an_index_that_is_erased_meanwhile_may_be_left_out() -> None:
    timeline = Timeline(0, 3)
    timeline.replace(0, 2, OLD, 0, 0)
    timeline.replace(0, 2, NOTHING, 0, 5)
    assert not timeline.judge_iteration(0, (), 0)
    assert not timeline.judge_entry(1, NOTHING, 0)
    assert names(timeline.judge_entry(1, OLD, 5)) == ["load-other"]


def test_limits_name_promises_and_say_why() -> None:
    for limit in LIMITS:
        assert limit.promise in PROMISES and limit.memory
        assert len(limit.why) > 40 and len(limit.instead) > 40
    assert unreliable("order-true", Memory.SEQUENTIAL, "erase")
    assert unreliable("unordered-covers", Memory.WEAK, "split")
    assert not unreliable("unordered-covers", Memory.SEQUENTIAL, "split")
    assert unreliable("load-other", Memory.SEQUENTIAL, "folio-nonuniform")
    assert not unreliable("load-other", Memory.SEQUENTIAL, "folio-uniform")
    with pytest.raises(KeyError):
        unreliable("no such promise", Memory.WEAK, "split")


def test_what_holds_instead_is_a_promise_with_no_limit() -> None:
    limited = {limit.promise for limit in LIMITS}
    for limit in LIMITS:
        named = [name for name in PROMISES if f"({name}" in limit.instead or f", {name}" in
                 limit.instead]  # fmt: skip
        assert named and not limited & set(named)
