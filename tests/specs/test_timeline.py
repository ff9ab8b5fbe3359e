# SPDX-License-Identifier: GPL-2.0-or-later
import pytest

from specs.readers import Memory
from specs.timeline import BEFORE, NOTHING, Broken, Fact, Iteration, Timeline
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


def names(found: Broken) -> list[str]:
    return [] if found is None else [found[0]]


def test_old_and_new_are_allowed_until_the_end(timeline: Timeline) -> None:
    for started in (0, 6):
        assert not timeline.judge_entry(5, OLD, started)
        assert not timeline.judge_entry(5, NEW, started)
    assert names(timeline.judge_entry(5, OLD, 7)) == ["load-other"]
    assert not timeline.judge_entry(5, NEW, 7)


def test_what_every_index_holds_may_be_given_as_a_whole(timeline: Timeline) -> None:
    timeline.given([(5, Fact(OLD, 2, -1, 7)), (5, Fact(NEW, 0, 2))])
    assert timeline.end == 7 and timeline.entries(5) == [OLD, NEW]
    assert not timeline.judge_entry(5, OLD, 6)
    assert names(timeline.judge_entry(5, OLD, 7)) == ["load-other"]


def test_nothing_else_is(timeline: Timeline) -> None:
    assert names(timeline.judge_entry(5, NOTHING, 0)) == ["load-null"]
    assert names(timeline.judge_entry(5, OTHER, 0)) == ["load-foreign"]
    assert names(timeline.judge_entry(5, mk_sibling(2), 0)) == ["load-internal"]
    assert names(timeline.judge_entry(5, object(), 0)) == ["load-internal"]
    assert not timeline.judge_entry(9, NOTHING, 0)
    assert names(timeline.judge_entry(9, NEW, 0)) == ["load-foreign"]


def test_orders(timeline: Timeline) -> None:
    assert not timeline.judge_order(5, 2, 0) and not timeline.judge_order(5, 0, 0)
    assert names(timeline.judge_order(5, 1, 0)) == ["order-true"]
    assert names(timeline.judge_order(5, 2, 7)) == ["order-bound"]


def judged(
    timeline: Timeline, start: int, *found: tuple[int, object], started: int = 0, **more: bool
) -> Broken:
    one = Iteration(Memory.SEQUENTIAL, started, **more)
    return timeline.judge_iteration(one, start, found)


def test_iterations(timeline: Timeline) -> None:
    pieces = tuple((index, NEW) for index in range(4, 8))
    for middle in ((4, OLD),), pieces, ((4, OLD), *pieces[1:]):
        assert not judged(timeline, 0, (0, OTHER), *middle, (8, OTHER))
    missing = judged(timeline, 0, (0, OTHER), *pieces[:2], (8, OTHER))
    assert missing == ("find-covers", "passes index 6 by")
    foreign = judged(timeline, 4, (4, OTHER), *pieces[1:], (8, OTHER))
    assert names(foreign) == ["load-foreign"]
    assert names(judged(timeline, 0, *pieces)) == ["outside-unnoticed"]


def test_an_iteration_goes_forward(timeline: Timeline) -> None:
    back = judged(timeline, 6, (6, OLD), (5, NEW), (6, NEW), (7, NEW), (8, OTHER))
    assert back == ("find-order", "goes from index 6 to the entry of 5..5 at 5")
    again = judged(timeline, 4, (4, OLD), (4, OLD), (8, OTHER))
    assert names(again) == ["find-order"]
    # A marked one may begin with the first index of the entry that it starts in.
    assert not judged(timeline, 6, (4, OLD), (8, OTHER), marked=True)
    before = ((4, NEW), (5, NEW), (6, NEW), (7, NEW), (8, OTHER))
    wrong = judged(timeline, 6, *before, marked=True, started=7)
    assert wrong == ("find-order", "goes from index 6 to the entry of 4..4 at 4")
    assert not judged(timeline, 6, *before, marked=True)


def test_what_is_passed_by_is_told_by_its_reason(timeline: Timeline) -> None:
    found = ((4, NEW), (5, NEW), (8, OTHER))

    def name(start: int = 4, started: int = 0, **more: bool) -> list[str]:
        one = Iteration(Memory.WEAK, started, **more)
        return names(timeline.judge_iteration(one, start, found))

    assert name() == name(marked=True) == ["unordered-covers"]
    assert name(ordered=True) == ["find-covers"]
    assert name(ordered=True, marked=True) == ["marked-complete"]
    assert name(5, ordered=True, marked=True) == ["marked-inside"]
    assert name(started=7) == ["find-covers"]


def test_a_reader_that_ended_before_the_writer_began_sees_the_old_entry(timeline: Timeline) -> None:
    assert not timeline.judge_entry(5, OLD, BEFORE)
    assert names(timeline.judge_entry(5, NEW, BEFORE)) == ["load-other"]
    one = Iteration(Memory.WEAK, BEFORE)
    wrong = timeline.judge_iteration(one, 0, [(0, OTHER), (8, OTHER)])
    assert wrong == ("find-covers", "passes index 4 by")


def test_retries_end_with_the_writer(timeline: Timeline) -> None:
    for judge in (timeline.judge_restarts, lambda started: timeline.judge_retry(5, started)):
        assert not judge(6)
        assert names(judge(7)) == names(judge(BEFORE)) == ["retry-transient"]


def test_a_reload_tells_what_an_index_holds(timeline: Timeline) -> None:
    assert not timeline.judge_unchanged(5, OLD, 6)
    assert names(timeline.judge_unchanged(5, OLD, 7)) == ["reload-truth"]
    assert not timeline.judge_changed(5, NEW, 6)
    assert names(timeline.judge_changed(5, NEW, 7)) == ["reload-truth"]


def test_steps_go_from_index_to_index(timeline: Timeline) -> None:
    assert not timeline.judge_step(5, 5)
    assert timeline.judge_step(5, 4) == ("next-steps", "is at index 4, not 5")


def test_a_merge_around_the_iteration_is_told_apart() -> None:
    timeline = Timeline(0, 5)
    timeline.replace(0, 0, OTHER, 0, 0)
    for index in range(2, 4):
        timeline.replace(index, 0, OLD * (index + 2), 0, 0)
    timeline.replace(2, 1, NEW * 8, 0, 5)
    assert names(judged(timeline, 0, (0, OTHER), (2, OLD * 4))) == ["merge-covers"]
    assert names(judged(timeline, 0, (0, OTHER))) == ["find-covers"]


def test_folios(timeline: Timeline) -> None:
    assert not timeline.judge_folio(5, OLD, 4, 1)
    assert names(timeline.judge_folio(6, OLD, 4, 1)) == ["folio-covers"]


def test_an_index_that_is_erased_meanwhile_may_be_left_out() -> None:
    timeline = Timeline(0, 3)
    timeline.replace(0, 2, OLD, 0, 0)
    timeline.replace(0, 2, NOTHING, 0, 5)
    assert not judged(timeline, 0)
    assert not timeline.judge_entry(1, NOTHING, 0)
    assert names(timeline.judge_entry(1, OLD, 5)) == ["load-other"]
