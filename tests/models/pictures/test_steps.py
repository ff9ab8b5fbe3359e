# SPDX-License-Identifier: GPL-2.0-or-later
from itertools import pairwise

import pytest

from models.case.reference import SplitKind, run_case
from models.pictures.steps import steps
from specs.stream import cut
from xarray_model.entries import is_node
from xarray_model.operations import Code, Operation
from xarray_model.snapshot import decode

ENTRY, NEW = 4, 8
DEEP = [
    Operation(Code.STORE, 0, 5, entry=ENTRY),
    Operation(Code.SET_MARK, 0),
    Operation(Code.LOAD, 3),
    Operation(Code.SPLIT, 0, 5, 1, NEW),
]


@pytest.mark.parametrize("split", [SplitKind.ITERATIVE, SplitKind.RECURSIVE])
def test_a_split_goes_slot_by_slot_from_the_last_to_the_first(split: SplitKind) -> None:
    found = steps(DEEP, 2, split=split)
    # A load changes nothing, and of stores to nodes that readers cannot see yet nothing is shown.
    assert [one.text for one in found] == [
        "after operation 0, store(index=0, order=5, entry=ptr1)",
        "after operation 1, set_mark(index=0, mark=0)",
        "operation 3, split(index=0, order=5, new_order=1, entry=ptr2): "
        "slot 1 of the node with shift 4 is published",
        "operation 3, split(index=0, order=5, new_order=1, entry=ptr2): "
        "slot 0 of the node with shift 4 is published",
    ]
    slots = [[is_node(entry) for entry in one.array.nodes[0].slots[:2]] for one in found]
    assert slots == [[False, False], [False, False], [False, True], [True, True]]
    assert all(one.array != other.array for one, other in pairwise(found))


def test_it_ends_where_the_model_does() -> None:
    last = Operation(Code.SNAPSHOT)
    answers = cut([*DEEP, last], run_case([*DEEP, last], 2).results)
    assert steps(DEEP, 2)[-1].array == decode(answers[-1].snapshot or b"")


def test_within_a_node_siblings_come_after_what_they_lead_to() -> None:
    case = [
        Operation(Code.STORE, 0, 2, entry=ENTRY),
        Operation(Code.SPLIT, 0, 2, 1, NEW),
    ]
    found = steps(case, 3, split=SplitKind.ONE_LEVEL)
    published = [one.text.rpartition(": ")[2].split()[1] for one in found[1:]]
    # Slot 1 leads to slot 0 before and after.
    assert published == ["2", "3", "0"]


def test_of_32_bits_it_is_one_of_32_bits() -> None:
    assert {one.array.bits for one in steps(DEEP, 2, width=32)} == {32}
