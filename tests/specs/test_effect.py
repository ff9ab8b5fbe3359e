# SPDX-License-Identifier: GPL-2.0-or-later
"""How effects are told; each clause has its controls in ``controls_history``."""

import pytest

from specs.effect import difference, judge_effect, split_place, tell
from specs.property import Violation, violations
from specs.survey import Place
from specs.view import View
from tests.specs.builder import Tree, full, snapshot
from tests.specs.controls_history import NEW, OLD, P, after, before, tampered
from xarray_model.operations import Code, Operation

SPLIT = Operation(Code.SPLIT, 13, 3, 0, NEW)


def effect(after: View) -> list[Violation]:
    return violations(judge_effect(SPLIT, View(before()), after))


@pytest.mark.parametrize("index", [8, 11, 15])
def test_split_place(index: int) -> None:
    operation = Operation(Code.SPLIT, index, 3, 0)
    assert split_place(operation, 2) == (Place(0, 2), range(2, 4))
    assert split_place(operation, 3) == (Place(0, 3), range(1, 2))
    assert split_place(operation, 6) == (Place(0, 0), range(8, 16))


def test_marks_outside_the_entry_may_not_change() -> None:
    marked = snapshot(2, Tree(2, {0: P, 2: full(0, NEW, 2, 1), 3: full(0, NEW, 2, 1)}, {0: 1}))
    found = {violation.property for violation in effect(View(marked))}
    assert found == {"split-outside", "split-nodes-outside"}


def test_vanished_node_is_told() -> None:
    found = effect(View(snapshot(2, P)))
    assert any("became None" in violation.detail for violation in found)


def test_details_are_in_words() -> None:
    other = tampered({"slots": (NEW, NEW, OLD, NEW)})
    (violation,) = effect(View(other))
    assert violation.detail == (
        f"index 10: expected entry {NEW:#x} of order 0 with marks 001,"
        f" found entry {OLD:#x} of order 0 with marks 001"
    )
    assert tell(None) == "no entry that begins here"


def test_difference_names_the_place() -> None:
    assert difference(View(before()), View(before(live_nodes=9))) == (
        "live_nodes: expected 0x1, found 0x9"
    )
    leaf = tampered({"count": 3})
    assert difference(View(after()), View(leaf)).startswith("root/2: expected ")
    longer = snapshot(2, Tree(2, {0: P}), nodes=())
    assert difference(View(snapshot(2, Tree(2, {0: P}))), View(longer)) == (
        "expected 1 nodes, found 0"
    )
