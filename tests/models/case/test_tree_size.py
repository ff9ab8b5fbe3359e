# SPDX-License-Identifier: GPL-2.0-or-later
from models.case.tree_size import MOST_NODES, made_nodes, most_nodes, split_nodes
from xarray_model.operations import Code, Flag, Operation

STORE = Operation(Code.STORE, 0, 18, entry=4)
SPLIT = Operation(Code.SPLIT, 0, 18, 0, 4)


def test_every_operation_that_splits_is_counted() -> None:
    case = [
        STORE,
        SPLIT,
        Operation(Code.SPLIT, 0, 7, 6, 4),
        Operation(Code.CURSOR_SET, 0, 6),
        Operation(Code.CURSOR_SPLIT, order=12, entry=4),
        Operation(Code.TRY_SPLIT, 0, 18, 0, 4),
        Operation(Code.COUNT_ALLOC, order=18, new_order=0, argument=1 << 40),
        Operation(Code.COUNT_ALLOC, order=63, new_order=0, argument=3),
    ]
    assert split_nodes(case, 6) == [0, 4161, 0, 0, 1, 1, 4161, 3]


def test_what_the_contract_forbids_splits_nothing() -> None:
    assert split_nodes([Operation(Code.SPLIT, 0, 0, 12, 4)], 6) == [0]


def test_what_is_derived_may_be_as_large_as_what_it_came_from() -> None:
    assert most_nodes([STORE], 6) == most_nodes([STORE, SPLIT], 6) == MOST_NODES
    assert most_nodes([SPLIT, SPLIT], 6) == 2 * 4161


def test_nodes_that_are_only_lent_allow_for_none_that_are_made() -> None:
    lent = Operation(Code.COUNT_ALLOC, 0, 38, argument=1 << 26, flags=Flag.REPEATING)
    made = Operation(Code.COUNT_ALLOC, 0, 38, argument=1 << 26)
    assert made_nodes([lent, SPLIT], 6) == 4161
    # A case that is derived by leaving out the flag would take the model hours.
    assert most_nodes([lent], 6) == MOST_NODES < made_nodes([made], 6)
