# SPDX-License-Identifier: GPL-2.0-or-later
from dataclasses import replace

from models.aspects import _ASPECTS, Aspect, aspect, parts
from models.cases import Group, Surroundings
from models.causes import alike, causes
from models.extent import Extent
from models.finding import AGREES, LOG_AGREES, Finding, Findings
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


def test_what_breaks_at_once_is_taken_apart_by_what_it_is_about() -> None:
    assert parts(["lru", "update-reported", "child-offset"]) == [
        {"child-offset"},
        {"lru", "update-reported"},
    ]
    assert parts(["sibling-mark", "refines", "split-requests"]) == [
        {"split-requests", "refines"},
        {"sibling-mark"},
    ]


def test_what_a_mistake_drags_along_stays_with_it() -> None:
    assert parts(["lru", "node-nr-values"]) == [{"lru", "node-nr-values"}]
    assert parts(["refines"]) == [{"refines"}]
    assert parts(["sibling-target", "answer-find", "child-mark"]) == [
        {"sibling-target", "answer-find", "child-mark"}
    ]


def test_two_mistakes_in_one_case_are_two_causes() -> None:
    found = Findings()
    found.add_case([finding("lru"), finding("child-offset")], extent())
    assert sorted(names(found)) == [["child-offset"], ["lru"]]


def test_what_breaks_later_is_a_consequence_unless_it_breaks_first_elsewhere() -> None:
    found = Findings()
    found.add_case([finding("lru"), finding("answer-load", operation=2)], extent())
    (cause,) = causes(found)
    assert (cause.properties, cause.later) == (["lru"], {"answer-load"})
    found.add_case([finding("answer-load", operation=2)], extent())
    assert sorted(names(found)) == [["answer-load"], ["lru"]]
    assert all(not cause.later for cause in causes(found))


def test_what_hangs_whatever_the_marks_is_one_cause_though_few_of_them_were_run() -> None:
    for name, last, expected in (("ends", 6, 1), ("lru", 6, 2), ("ends", 0, 2)):
        found = Findings()
        for marks, new in ((0, 1), (1, 1), (0, 2), (last, 2)):
            group = replace(GROUP, marks=marks, new_order=new)
            found.add_case([finding(name, 2, new)], extent(group))
        assert names(found) == [[name]] * expected


def test_one_property_at_two_kinds_of_split_is_one_cause_if_it_fails_alike() -> None:
    found = Findings()
    found.add_case([finding("lru")], extent())
    found.add_case([finding("lru", 2, 2)], extent(replace(GROUP, new_order=2)))
    assert names(found) == [["lru"]]
    other = replace(GROUP, new_order=2, old_is_value=False)
    found = Findings()
    found.add_case([finding("lru")], extent())
    found.add_case([finding("lru", 2, 2)], extent(other))
    assert names(found) == [["lru"], ["lru"]]


def test_causes_with_the_same_key_become_one() -> None:
    found = Findings()
    found.add_case([finding("lru"), finding("child-offset")], extent())
    (one,) = alike(causes(found), lambda cause: cause.smallest.operations)
    assert one.cases == 2 * len(GROUP.starts())
    assert set(one.properties) == {"lru", "child-offset"}


def test_a_known_deviation_is_one_cause_and_a_class_another() -> None:
    """However it shows; and what no caller may ask for is told apart, and last."""
    found = Findings()
    known = [
        replace(one, deviations=("split-limit",)) for one in map(finding, ("lru", "live-nodes"))
    ]
    found.add_case(known, extent())
    found.add_case([replace(finding("split-requests"), deviations=("split-limit",))], extent())
    found.add_case([replace(finding("lru"), contract=Contract.DOCUMENTATION)], extent())
    found.add_case([finding("lru")], extent())
    told = [(cause.properties, cause.smallest.contract) for cause in causes(found)]
    assert sorted(map(len, names(found))) == [1, 1, 3]
    assert told[-1] == (["lru"], Contract.DOCUMENTATION)
    assert {contract for _, contract in told[:-1]} == {Contract.CALLERS}
