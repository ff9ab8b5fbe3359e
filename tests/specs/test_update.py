# SPDX-License-Identifier: GPL-2.0-or-later
"""What the update protocol asks of stores; each clause has its controls in ``controls_history``."""

from specs.property import violations
from specs.update import judge_update
from specs.view import View
from tests.specs.builder import Tree, snapshot
from tests.specs.controls_history import FREED, P, told
from xarray_model.log import HEAD, LogRecord
from xarray_model.operations import Code, Operation

STORE = Operation(Code.STORE, 5, 0, entry=P)
HIGH = View(snapshot(2, Tree(2, {0: P})))
GROWN = View(snapshot(2, Tree(2, {0: P, 1: Tree(0, {1: P})})))


def names(before: View, after: View, *log: LogRecord, succeeded: bool = True) -> list[str]:
    found = violations(judge_update(STORE, before, after, log, succeeded))
    return [violation.property for violation in found]


def test_new_and_changed_nodes_are_reported() -> None:
    root, leaf = told(0, 2, 0, shift=2), told(1, 1, 0, offset=1)
    assert names(HIGH, GROWN, root, leaf) == []
    assert names(HIGH, GROWN, leaf) == ["update-reported"]
    assert names(HIGH, GROWN, root) == ["update-reported"]


def test_earlier_reports_of_a_store_may_differ() -> None:
    early, root, leaf = told(1, 0, 0), told(0, 2, 0, shift=2), told(1, 1, 0)
    assert names(HIGH, GROWN, early, root, leaf) == []
    assert names(HIGH, GROWN, leaf, root, early) == ["update-final"]


def test_shift_is_right_in_the_last_report() -> None:
    leaf = told(1, 1, 0)
    assert names(HIGH, GROWN, leaf, told(0, 2, 0)) == ["update-final"]


def test_empty_node_left_by_a_failed_store_needs_no_report() -> None:
    left = View(snapshot(2, Tree(2, {0: P, 1: Tree(0, {})})))
    assert names(HIGH, left, told(0, 2, 0, shift=2), succeeded=False) == []


def test_exchanged_entry_of_one_kind_needs_no_report() -> None:
    assert names(HIGH, View(snapshot(2, Tree(2, {0: 0x5000})))) == []


def test_removed_nodes_are_counted_by_shift() -> None:
    root = told(0, 1, 0, shift=2)
    assert names(GROWN, HIGH, FREED, root) == []
    assert names(GROWN, HIGH, told(FREED.node, 0, 0, shift=2), root) == ["update-removed"]
    assert names(GROWN, HIGH, told(FREED.node, 1, 0), root) == ["update-removed"]


def test_details_name_the_node() -> None:
    other = Operation(Code.LOAD, 0)
    for record, where in ((told(1), "root/1"), (told(HEAD), "the head"), (FREED, "unreachable")):
        (violation,) = violations(judge_update(other, GROWN, GROWN, [record], True))
        assert where in violation.detail
