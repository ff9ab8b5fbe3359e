# SPDX-License-Identifier: GPL-2.0-or-later
"""Which symptoms are told as one cause, and which are not though they are much alike."""

import pytest

from models.case.extent import CASES, ENTRIES, INDEX, MARKS, Extent, Trait
from models.case.findings import Failure
from models.diagnosis.roots import roots

SPLIT = (2, 3, 1)
INSIDE = ((INDEX, "in a later slot"),)
ANYWHERE = (*INSIDE, (INDEX, "the first"))
ORDER, VISIBLE = "split: publish-order", "split: publish-visible"
LOAD, PREV = "load answers otherwise", "prev answers otherwise"
STRAY = "split: publish-elsewhere"
CRASH = "split: no-crash: crash: SIGSEGV"
ASSERTION = "split: no-assertion: assertion failed at x.c:7 in last"


def failure(*symptoms: str, cases: int = 1, traits: tuple[tuple[str, str], ...] = ()) -> Failure:
    extent = Extent()
    extent.splits[SPLIT] = cases
    for trait in traits:
        extent.traits[SPLIT, Trait(*trait)] = cases
    return Failure((), frozenset(symptoms), cases, extent)


def groups(*failures: Failure) -> list[list[str]]:
    return sorted(sorted(group) for group in roots(failures).groups)


def test_what_another_mistake_drags_along_is_told_by_the_cases_without_that() -> None:
    """Readers see too much where a sibling is wrong, and where the order of stores is."""
    wrong = "split node: a sibling is another"
    found = roots([failure(wrong, VISIBLE), failure(ORDER, VISIBLE)])
    assert sorted(map(sorted, found.groups)) == [[wrong], [ORDER, VISIBLE]]
    (sibling,), (order,) = found.shown
    assert found.groups[sibling] == {wrong} and found.groups[order] == {ORDER, VISIBLE}


def test_what_always_leads_to_the_same_and_alone_does_is_one_cause() -> None:
    entry, sibling = (f"new node: {kind} is nothing" for kind in ("the new entry", "a sibling"))
    high = "new node: count high"
    found = [failure(entry, high), failure(sibling, high)]
    assert groups(*found) == [[sibling, entry]]
    assert groups(*found, failure(high)) == [[sibling], [high], [entry]]


def test_what_is_left_over_of_too_many_requests_is_no_leak_of_a_split_that_fails() -> None:
    more = failure("split: requests more", "split: held more", "split: left over more")
    leak = failure("failed split: held more", "failed split: left over more")
    assert len(groups(more, leak)) == 2
    assert len(groups(failure("split: held more"), leak)) == 1


def test_what_only_one_function_does_and_what_only_another_does_has_two_reasons() -> None:
    marks = [f"{role} node: mark of entry missing" for role in ("new", "split")]
    split, walk = (CASES, "splits"), (CASES, "try_split walks")
    borne = (MARKS, "0")
    new, old = marks
    alike = [failure(new, traits=(split, borne)), failure(old, traits=(split, walk, borne))]
    assert groups(*alike) == [marks]
    apart = [failure(new, traits=(split, borne)), failure(old, traits=(walk, borne))]
    assert groups(*apart) == [[one] for one in marks]
    # What is asked for, not what nodes hold, is the same in a split and where it is only counted.
    asked = failure("split: requests more", traits=(split,))
    counted = failure("count_alloc: requests more", traits=((CASES, "allocation counts"),))
    assert len(groups(asked, counted)) == 1


def test_what_only_failing_requests_show_is_one_cause() -> None:
    ends = [failure(f"failed split: {one}: double_free") for one in ("freed-once", "no-assertion")]
    assert len(groups(*ends)) == 1
    warns = failure("failed split: warnings more")
    assert len(groups(*ends, warns)) == 1
    at_ease = failure("count_alloc: warnings more", "count_alloc: requests fewer")
    fewer = failure("failed split: requests fewer")
    told = groups(*ends, warns, at_ease, fewer)
    assert not any({*warns.symptoms, *ends[0].symptoms} <= set(group) for group in told)


@pytest.mark.parametrize(("traits", "causes"), [(INSIDE, 1), (ANYWHERE, 2)])
def test_a_lookup_that_is_wrong_inside_an_entry_splits_the_wrong_one(
    traits: tuple[tuple[str, str], ...], causes: int
) -> None:
    load = failure(LOAD, cases=9, traits=ANYWHERE)
    assert len(groups(load, failure(STRAY, traits=traits))) == causes


def test_ends_of_the_process_inside_an_entry_follow_from_what_is_wrong_inside_one() -> None:
    """However many there are, and not from each other."""
    ends = [failure(CRASH, traits=INSIDE), failure(ASSERTION, traits=INSIDE)]
    assert len(groups(*ends, failure(STRAY, traits=INSIDE))) == 1
    assert len(groups(*ends, failure(STRAY, traits=ANYWHERE), failure(PREV))) > 1


def test_an_answer_that_is_hardly_ever_wrong_follows_from_one_that_often_is() -> None:
    load = failure(LOAD, cases=100)
    assert len(groups(load, failure(PREV, cases=2))) == 1
    assert len(groups(load, failure(PREV, cases=3))) == 2
    other = failure("find answers otherwise", cases=100)
    assert len(groups(load, other, failure(PREV, cases=2))) == 3, "which of the two?"


def test_a_node_that_goes_follows_from_a_count_that_is_too_low() -> None:
    head, low = "head: a node is an entry", "node: count low"
    assert groups(failure(head), failure(low)) == [[head, low]]
    assert len(groups(failure(head), failure("node: nr_values low"))) == 2


def test_a_node_that_is_kept_and_an_assertion_follow_from_a_count_outside_splits() -> None:
    """In whichever cases: these differ by what was split before."""
    kept, high = ("head: nothing is a node", "node: nothing is a node"), "node: count high"
    far, near = ((CASES, "high orders"),), ((CASES, "splits"),)
    found = [failure(kept[0], traits=near), failure(kept[1], traits=far), failure(high)]
    assert groups(*found) == [[kept[0], high, kept[1]]]
    fails = "store no-assertion: assertion: assertion failed at x.c:7 in update_node"
    assert len(groups(*found, failure(fails, traits=INSIDE))) == 1
    # A split that ends so may have another reason, and so may one of two that are wrong.
    assert len(groups(*found, failure(ASSERTION, traits=INSIDE))) == 2
    assert len(groups(failure(high), failure("node: nr_values low"), failure(fails))) > 1


def test_a_store_is_not_a_split() -> None:
    same = [failure(f"{role}: a sibling is another") for role in ("node", "split node")]
    assert len(groups(*same)) == 2
    assert len(groups(failure("new node: offset"), failure("split node: offset"))) == 1


def test_the_kinds_of_entries_tell_apart_what_they_decide() -> None:
    """The number of values, and not whether a node is reported."""
    kinds = [((ENTRIES, f"{kind} to value"),) for kind in ("pointer", "value")]
    roles = "split node", "new node"
    for told, causes in ((": nr_values low", 2), (": LRU not as count and nr_values tell", 1)):
        found = [failure(role + told, traits=of) for role, of in zip(roles, kinds, strict=True)]
        assert len(groups(*found)) == causes, told


def test_marks_that_are_lost_are_told_apart_by_which_and_where() -> None:
    """However few cases there are of each: what counts are the marks that all of them have."""

    def lost(role: str, *traits: tuple[str, str]) -> Failure:
        return failure(f"{role} node: mark of entry missing", traits=traits)

    third = lost("split", (MARKS, "0+2"), (MARKS, "2"))
    assert len(groups(third, lost("new", (MARKS, "1+2")))) == 2
    assert len(groups(third, lost("new", (MARKS, "1+2"), (MARKS, "0+2")))) == 1
    assert len(groups(third, lost("new", (MARKS, "2"), *INSIDE))) == 2


def test_values_that_are_not_followed_when_kinds_change_are_one_cause() -> None:
    """Of one pair of kinds each it may be two mistakes; in walks kinds take turns."""

    def wrong(way: str, kinds: str, family: str) -> Failure:
        traits = (ENTRIES, kinds), (CASES, family)
        return failure(f"split node: nr_values {way}", traits=traits)

    low = wrong("low", "pointer to value", "splits")
    assert len(groups(low, wrong("high", "value to pointer", "splits"))) == 1
    assert len(groups(low, wrong("high", "value to value", "splits"))) == 2
    walks = [wrong(way, "value to pointer", "try_split walks") for way in ("low", "high")]
    assert len(groups(*walks)) == 1


def test_nodes_that_are_left_are_seen_after_any_operation() -> None:
    split = failure("split: more live nodes", cases=100)
    assert len(groups(split, failure("more live nodes", cases=2))) == 1
    assert len(groups(split, failure("more live nodes", cases=9))) == 2


def test_a_node_that_is_not_reported_is_not_listed_either() -> None:
    listed = failure("new node: LRU not as count and nr_values tell")
    assert len(groups(failure("split: update-reported"), listed)) == 1
