# SPDX-License-Identifier: GPL-2.0-or-later
"""How invariants are told and suspended; each has its control in ``controls_structure``."""

from specs.invariants import SUSPENDED_BY_FAILED_STORE, SUSPENDED_BY_SPLIT, broken
from specs.survey import Survey
from tests.specs.builder import Tree, run, snapshot
from tests.specs.controls_structure import GOOD, array
from xarray_model.entries import ZERO

DEEP = Tree(4, {3: Tree(2, {1: Tree(0, run(0, 2, 0x1000), {1: 1}), 2: 0x2000}), 0: 0x3000})


def test_detail_names_path_and_slot() -> None:
    (violation,) = broken(snapshot(2, DEEP))
    assert violation.property == "sibling-mark"
    assert violation.detail == "root/3/1 slot 1: is a sibling and bears marks 001"
    assert violation.statement == "sibling slots bear no mark"


def test_detail_tells_expected_and_found() -> None:
    found = {violation.property: violation.detail for violation in broken(array({"count": 4}))}
    assert found["node-count"] == "root/0: count is 4, but 3 slots are not NULL"


def test_survey_may_be_given() -> None:
    assert broken(Survey(GOOD)) == []


def test_failed_store_may_leave_an_empty_node_and_a_high_root() -> None:
    picture = snapshot(2, Tree(2, {0: Tree(0, {})}))
    assert {violation.property for violation in broken(picture)} == {"node-empty", "root-lowest"}
    assert broken(picture, SUSPENDED_BY_FAILED_STORE) == []


def test_split_may_leave_a_high_root_only() -> None:
    picture = snapshot(2, Tree(2, {0: Tree(0, {})}))
    names = {violation.property for violation in broken(picture, SUSPENDED_BY_SPLIT)}
    assert names == {"node-empty"}


def test_root_with_the_zero_entry_alone_is_lowest() -> None:
    assert broken(snapshot(2, Tree(0, {0: ZERO}))) == []
    assert broken(snapshot(2, ZERO)) == []


def test_empty_array_is_sound() -> None:
    for s in range(1, 7):
        assert broken(snapshot(s)) == []
