# SPDX-License-Identifier: GPL-2.0-or-later
"""Orders of publication that hold; each clause has its controls in ``controls_history``."""

from specs.property import violations
from specs.publication import judge_publications
from specs.view import View
from tests.specs.builder import Tree, run, snapshot
from tests.specs.controls_history import NEW, OLD, UP_HIGH, UP_LOW, after, before, shown, told
from xarray_model.entries import mk_sibling
from xarray_model.log import HEAD, UNREACHABLE, LogRecord
from xarray_model.operations import Code, Operation

S3_BEFORE = View(snapshot(3, Tree(0, run(0, 4, OLD))))
S3_AFTER = View(snapshot(3, Tree(0, {**run(0, 2, NEW), **run(2, 2, NEW)})))
LEVEL = Operation(Code.SPLIT, 3, 2, 1, NEW)
DEEP = Operation(Code.SPLIT, 8, 3, 0, NEW)


def level(*log: LogRecord) -> set[str]:
    return {v.property for v in violations(judge_publications(LEVEL, S3_BEFORE, S3_AFTER, log))}


def deep(*log: LogRecord) -> set[str]:
    found = violations(judge_publications(DEEP, View(before()), View(after()), log))
    return {violation.property for violation in found}


def test_horizontal_split_in_the_kernels_order() -> None:
    high = [shown(2, NEW), shown(3, mk_sibling(2))]
    low = [shown(0, NEW), shown(1, mk_sibling(0))]
    assert level(*high, *low) == set()
    assert level(*low, *high) == set()


def test_sibling_before_its_canonical_slot() -> None:
    # Slot 2 still is a sibling itself when slot 3 comes to refer to it.
    assert level(shown(3, mk_sibling(2)), shown(2, NEW), shown(0, NEW)) == {"publish-visible"}


def test_unchanged_sibling_need_not_be_published() -> None:
    assert level(shown(2, NEW), shown(3, mk_sibling(2)), shown(0, NEW)) == set()


def test_new_nodes_may_be_filled_with_release_stores() -> None:
    assert deep(shown(0, NEW, node=1), UP_HIGH, told(1), UP_LOW) == set()


def test_head_and_unreachable_nodes_are_elsewhere() -> None:
    assert deep(UP_HIGH, UP_LOW, shown(0, NEW, node=HEAD)) == {"publish-elsewhere"}
    assert deep(UP_HIGH, UP_LOW, shown(0, NEW, node=UNREACHABLE)) == {"publish-elsewhere"}


def test_tree_without_the_split_node_is_judged_elsewhere() -> None:
    gone = View(snapshot(2, 0x1000))
    assert violations(judge_publications(DEEP, View(before()), gone, [UP_LOW])) == []
