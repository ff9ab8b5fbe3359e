# SPDX-License-Identifier: GPL-2.0-or-later
from dataclasses import replace
from itertools import combinations

from models.case.aspects import _ASPECTS, Aspect, aspect, drags
from models.case.extent import MARKS, Extent, Tried
from models.case.finding import AGREES, LOG_AGREES, Finding
from models.case.findings import Findings
from models.case.symptoms import concern, symptoms
from models.diagnosis.causes import alike, causes
from models.sweep.cases import Group, Surroundings, groups
from specs.callers import Contract
from specs.registry import PROPERTIES
from xarray_model.operations import Code, Operation

GROUP = Group(2, 2, 1, 0, Surroundings.ALONE, 1, True, False, failing=0)


def finding(broken: str, order: int = 2, new: int = 1, operation: int = 1) -> Finding:
    case = (Operation(Code.STORE, 0, order, entry=4), Operation(Code.SPLIT, 0, order, new))
    look = Operation(Code.LOAD)
    return Finding("port", 2, broken, "says", "detail", operation, (*case, look), b"", b"")


def extent(group: Group = GROUP) -> Extent:
    found = Extent()
    found.count(group, group.starts())
    return found


def names(found: Findings) -> list[list[str]]:
    return [cause.properties for cause in causes(found)]


def test_every_property_has_an_aspect() -> None:
    known = {*PROPERTIES, AGREES[0], LOG_AGREES[0], "drained"}
    assert known == _ASPECTS.keys()
    assert aspect("no-crash") is Aspect.END


def test_what_always_occurs_together_is_one_cause_and_what_occurs_alone_another() -> None:
    found = Findings()
    found.add_case([finding("lru"), finding("node-count")], extent())
    assert names(found) == [["node-count", "lru"]]
    found.add_case([finding("node-count")], extent())
    assert names(found) == [["node-count", "lru"]], "what never occurs without it follows from it"
    found.add_case([finding("lru")], extent())
    assert sorted(names(found)) == [["lru"], ["node-count"]]
    cases = {cause.properties[0]: cause.cases for cause in causes(found)}
    each = len(GROUP.starts())
    assert cases == {"node-count": 2 * each, "lru": each}, "with the count wrong it may follow"
    assert [len(cause.shared) for cause in causes(found)] == [0, 1]


def test_mistakes_that_no_case_shows_alone_are_told_apart_if_neither_follows_from_the_other() -> (
    None
):
    found = Findings()
    found.add_case([finding("lru"), finding("child-offset")], extent())
    assert sorted(names(found)) == [["child-offset"], ["lru"]]
    found.add_case([finding("lru")], extent())
    assert sorted(names(found)) == [["child-offset"], ["lru"]]
    stands = {cause.properties[0]: cause.kept for cause in causes(found)}
    assert stands["child-offset"].needed == {"split: child-offset"}
    assert not stands["child-offset"].admit(frozenset({"split: lru"}))


def test_what_shows_in_no_case_alone_is_one_cause_with_what_it_shows_with() -> None:
    """Of three that occur in pairs, each with each other, none is a cause by itself."""
    found = Findings()
    names = "slot-kind", "sibling-run", "child-shift"
    for pair in combinations(names, 2):
        found.add_case([finding(name) for name in pair], extent())
    (cause,) = causes(found)
    assert set(cause.properties) == set(names)


def test_the_case_that_stands_for_a_cause_shows_no_other() -> None:
    """Though a smaller one does."""
    found = Findings()
    found.add_case([finding("lru", 1, 0), finding("node-count", 1, 0)], extent())
    for name in ("lru", "node-count"):
        found.add_case([finding(name, 2)], extent())
        found.add_case([finding(name, 2, 0), finding("answer-load", operation=2)], extent())
    for cause in causes(found):
        assert (len(cause.first), cause.smallest.operations[1].new_order) == (1, 1)


def test_the_case_that_stands_for_a_cause_has_a_property_that_is_about_it() -> None:
    found = Findings()
    for broken in (["node-nr-values"], ["lru", "node-nr-values"], ["child-offset", "lru"]):
        found.add_case([finding(one) for one in broken], extent())
    for cause in causes(found):
        assert aspect(cause.smallest.property) is concern(cause.kept.needed)


def test_an_end_of_the_process_belongs_to_what_is_wrong_where_the_code_goes_on() -> None:
    """To what is about the same field, or fails under the same condition, if that is one."""
    values = replace(GROUP, new_is_value=True)
    found = Findings()
    found.add_case([finding("node-nr-values")], extent(values))
    found.add_case([finding("update-quiet")], extent(replace(GROUP, failing=1)))
    assertion = replace(finding("no-assertion"), detail="failed at x.c:1 in nr_values > count")
    found.add_case([assertion], extent(values))
    crash = replace(finding("no-crash"), detail="crash: SIGSEGV")
    found.add_case([crash], extent(replace(GROUP, marks=2, failing=1)))
    assert sorted(names(found)) == [
        ["node-nr-values", "no-assertion"],
        ["update-quiet", "no-crash"],
    ]


def test_a_right_answer_that_a_wrong_one_is_held_against_is_no_cause() -> None:
    found = Findings()
    found.add_case([finding("split-index")], extent())
    assert names(found) == [["split-index"]]
    found.add_case([finding("lru")], extent())
    assert names(found) == [["lru"]]


def test_no_two_aspects_drag_each_other_along() -> None:
    """Else neither would stand for what shows both."""
    pairs = [(one, other) for one in Aspect for other in Aspect if drags(one, other)]
    assert len(pairs) > len(Aspect)
    assert not any(drags(other, one) for one, other in pairs)


def test_what_breaks_later_is_a_consequence_unless_it_breaks_first_elsewhere() -> None:
    found = Findings()
    found.add_case([finding("lru"), finding("answer-load", operation=2)], extent())
    (cause,) = causes(found)
    assert (cause.properties, cause.later) == (["lru"], {"answer-load"})
    found.add_case([finding("answer-load", operation=2)], extent())
    assert sorted(names(found)) == [["answer-load"], ["lru"]]
    assert all(not cause.later for cause in causes(found))


def test_causes_with_the_same_key_become_one() -> None:
    found = Findings()
    found.add_case([finding("lru")], extent())
    found.add_case([finding("child-offset")], extent())
    (one,) = alike(causes(found), lambda cause: cause.smallest.chunk_shift)
    assert one.cases == 2 * len(GROUP.starts())
    assert set(one.properties) == {"lru", "child-offset"}


def test_a_known_deviation_is_one_cause_however_it_shows() -> None:
    found = Findings()
    known = [
        replace(one, deviations=("split-limit",)) for one in map(finding, ("lru", "live-nodes"))
    ]
    found.add_case(known, extent())
    found.add_case([replace(finding("split-requests"), deviations=("split-limit",))], extent())
    found.add_case([finding("lru")], extent())
    assert sorted(map(len, names(found))) == [1, 3]


def test_a_cause_has_one_class_and_is_told_by_what_callers_may_ask_for() -> None:
    """However small a case outside their contract is; what only such cases show comes last."""
    outside = Contract.DOCUMENTATION
    found = Findings()
    found.add_case([replace(finding("lru", 1, 0), contract=outside)], extent())
    found.add_case([finding("lru")], extent())
    found.add_case([replace(finding("node-count", 1, 0), contract=outside)], extent())
    told = [(cause.properties, cause.smallest.contract) for cause in causes(found)]
    assert told == [(["lru"], Contract.CALLERS), (["node-count"], outside)]


def test_the_order_in_which_cases_come_makes_no_difference() -> None:
    cases = [[finding("lru", 3, new)] for new in (0, 1, 2)] + [
        [finding("lru"), finding("node-count")],
        [finding("node-count")],
    ]
    told = set()
    for order in (cases, cases[::-1], cases[2:] + cases[:2]):
        found = Findings()
        for case in order:
            found.add_case(case, extent())
        told.add(tuple((tuple(one.properties), one.cases, one.first) for one in causes(found)))
    assert len(told) == 1


def swept(*symptoms: str, only_third: bool = False) -> tuple[Findings, dict[str, Tried]]:
    """The third mark is lost anywhere, and any mark where the index is in a later slot, which is
    told by ``symptoms`` in turn; or only the third."""
    found, tried = Findings(), Tried()
    for number, group in enumerate(groups(2, 1, 0)):
        starts = group.starts()
        tried.run.count(group, starts)
        lost = [
            one
            for one in starts
            if group.marks & 4 or (group.marks and one.offset and not only_third)
        ]
        for one in lost:
            extent = Extent()
            extent.count(group, [one])
            shown = replace(
                finding(symptoms[number % len(symptoms)]),
                operations=tuple(group.operations(one)),
                operation=len(group.preparation()) + 1,
            )
            found.add_case([shown], extent)
    return found, {"port": tried}


def test_what_fails_under_two_independent_conditions_is_two_causes() -> None:
    found, tried = swept("split-marks")
    assert len(causes(found)) == 1, "what passes is not known"
    told = causes(found, tried)
    assert len(told) == 2
    marks = {frozenset(part.failures[0].extent.values(MARKS)) for part in told}
    assert marks == {frozenset({"0", "1", "0+1"}), frozenset({"2", "0+2", "1+2", "0+1+2"})}
    (failure,) = found.failures.values()
    assert all(failure.cases > part.cases > 0 for part in told), "cases of both count for both"
    for part in told:
        split = next(one for one in part.smallest.operations if one.code is Code.SPLIT)
        third = any(one.code is Code.SET_MARK and one.mark == 2 for one in part.smallest.operations)
        assert third is not bool(split.index % 2), "one that shows both stands for neither"


def test_what_fails_under_one_condition_is_one_cause() -> None:
    assert len(causes(*swept("split-marks", only_third=True))) == 1


def test_what_was_there_before_may_stay_in_a_case_that_is_made_smaller() -> None:
    """It shows in the same cases: without it no case could be made smaller."""
    old, new = replace(finding("update-reported"), before=True), finding("request-account")
    found = Findings()
    found.add_case([old], extent())
    found.add_case([finding("update-reported"), new], extent())
    (cause,) = (one for one in causes(found) if not one.smallest.before)
    assert cause.kept.needed == symptoms([new])
    assert cause.kept.allowed == symptoms([finding("update-reported"), new]) > cause.kept.needed


def test_what_a_known_deviation_shows_may_be_a_cause_where_that_is_not() -> None:
    """Of a case that has both, what the deviation accounts for was taken away already."""
    found = Findings()
    found.add_case([replace(finding("child-offset"), deviations=("split-limit",))], extent())
    found.add_case([finding("lru"), finding("child-offset")], extent())
    found.add_case([finding("lru")], extent())
    own = [cause for cause in causes(found) if not cause.smallest.deviations]
    assert sorted(cause.smallest.property for cause in own) == ["child-offset", "lru"]
