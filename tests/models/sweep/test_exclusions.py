# SPDX-License-Identifier: GPL-2.0-or-later
from collections.abc import Callable, Mapping
from itertools import islice

from models.case import extent
from models.case.extent import Trait
from models.driver.worker import Status
from models.sweep.cases import groups
from models.sweep.count_cases import groups as count_groups
from models.sweep.exclusions import MOST_CRASHES, Exclusions, kind_of
from models.sweep.hangs import (
    ENOUGH,
    MOST_IN_ALL,
    PROBED,
    Area,
    Hangs,
    Kind,
    hopeless_splits,
    never_survived,
)

SPLIT = (2, 3, 1)
BLOCK = [(group, group.starts()) for group in islice(groups(*SPLIT), 300)]
AREA = Area("it", "splits", 2, "split by one level")


def exclusions(known: Mapping[Area, Hangs] | None = None) -> Exclusions:
    return Exclusions("it", "splits", known or {})


def unit(hangs: Callable[[Kind], bool], known: Mapping[Area, Hangs] | None = None) -> Exclusions:
    """What one unit learns when its cases end, or hang where ``hangs`` says so."""
    one = exclusions(known)
    for group, starts, kind in one.order(BLOCK):
        for _ in starts:
            if one.permits(group.split, kind):
                one.note(group.split, kind, Status.HANG if hangs(kind) else Status.OK)
    return one


def hung(one: Exclusions) -> int:
    return one.learnt[AREA].kinds.total()


def campaign(hangs: Callable[[Kind], bool], units: int) -> list[int]:
    """How often each of some units hangs, one after the other."""
    known: dict[Area, Hangs] = {}
    counts = []
    for _ in range(units):
        one = unit(hangs, known)
        counts.append(hung(one))
        for area, learnt in one.learnt.items():
            known.setdefault(area, Hangs()).update(learnt)
    return counts


def test_every_case_is_there_once_and_each_kind_comes_early() -> None:
    items = exclusions().order(BLOCK)
    cases = [(group, start) for group, starts, _ in items for start in starts]
    assert len(cases) == sum(len(starts) for _, starts in BLOCK)
    assert set(cases) == {(group, start) for group, starts in BLOCK for start in starts}
    kinds = {kind for *_, kind in items}
    assert {kind for *_, kind in items[: len(kinds)]} == kinds
    assert all(kind_of(group, start) == kind for group, starts, kind in items for start in starts)


def test_a_kind_that_crashes_is_left_out_and_no_other() -> None:
    one = exclusions()
    items = one.order(BLOCK)
    crashing, other = items[0].kind, items[1].kind
    for _ in range(MOST_CRASHES):
        assert one.permits(SPLIT, crashing)
        one.note(SPLIT, crashing, Status.CRASH)
    assert not one.permits(SPLIT, crashing)
    assert one.permits(SPLIT, other)


def test_hangs_rule_out_what_only_hangs() -> None:
    """Values hang, pointers do not: after a few hangs no other case with a value is run, and all of
    the others are."""
    one = exclusions()
    values = others = 0
    for group, starts, kind in one.order(BLOCK):
        value = "value to" in str(kind)
        if one.permits(group.split, kind):
            values += value
            others += 0 if value else len(starts)
            one.note(group.split, kind, Status.HANG if value else Status.OK)
    assert values <= 16
    assert others == sum(
        len(starts) for group, starts in BLOCK if not group.traits()[1].value.startswith("value to")
    )


def test_what_hangs_in_every_unit_is_soon_left_out_unseen() -> None:
    """One case shows that a unit hangs as others did; after some units none is needed."""

    def split(kind: Kind) -> bool:
        return "failing request', value='none'" in str(kind)

    counts = campaign(split, PROBED + 3)
    assert counts[0] <= 12
    assert all(1 <= count <= 2 for count in counts[1:PROBED])
    assert counts[PROBED:] == [0, 0, 0]


def test_one_unit_that_hangs_does_not_rule_out_the_same_in_others() -> None:
    known = {AREA: unit(lambda kind: "failing request', value='none'" in str(kind)).learnt[AREA]}
    assert hopeless_splits(known, "it", 2) == {"split by one level"}
    other = unit(lambda kind: False, known)
    run = {kind for group, _, kind in other.order(BLOCK) if other.permits(SPLIT, kind)}
    assert run == {kind for *_, kind in exclusions().order(BLOCK)}
    known[AREA].update(other.learnt[AREA])
    assert hopeless_splits(known, "it", 2) == frozenset()


def test_what_came_to_its_end_earlier_does_not_count_as_hanging() -> None:
    one = exclusions()
    tried = Hangs()
    for *_, kind in one.order(BLOCK):
        tried.note(kind, hung=False)
        for _ in range(ENOUGH):
            tried.note(kind, hung=True)
        assert not tried.never_ends(kind, 1000)


def test_a_campaign_gives_a_unit_up_after_too_many_hangs() -> None:
    """Whatever the hangs depend on: here nothing that is told apart."""
    before = Hangs()
    first, *_, last = exclusions().order(BLOCK)
    before.kinds[first.kind] = MOST_IN_ALL
    before.ended_kinds.add(first.kind)
    before.ended.update(first.kind)
    one = exclusions({Area("it", "splits", 5, "horizontal split"): before})
    assert one.permits(SPLIT, last.kind)
    one.note(SPLIT, first.kind, Status.HANG)
    assert not one.permits(SPLIT, last.kind)


def test_allocations_are_told_apart_by_split_and_by_what_is_granted() -> None:
    kinds = {kind_of(group, start) for group in count_groups(2, 6, 0) for start in group.starts()}
    assert len(kinds) == sum(1 for _ in count_groups(2, 6, 0))


def test_no_split_survives_if_those_with_memory_never_do() -> None:
    always = unit(lambda kind: Trait(extent.FAILING, "none") in kind)
    assert never_survived(always.learnt, "it") == {AREA.site: "hangs"}
    assert never_survived(always.learnt, "other") == {}
    some = unit(lambda kind: Trait(extent.MARKS, "none") in kind)
    assert never_survived(some.learnt, "it") == {}
    elsewhere = AREA._replace(chunk_shift=3)
    assert never_survived({**always.learnt, elsewhere: some.learnt[AREA]}, "it") == {}
    crashing = Hangs()
    for kind in always.learnt[AREA].kinds:
        crashing.note(kind, hung=False, crashed=True)
    assert never_survived({AREA: crashing}, "it") == {AREA.site: "crashes"}
    both = {**always.learnt, elsewhere: crashing}
    assert never_survived(both, "it") == {AREA.site: "hangs or crashes"}
