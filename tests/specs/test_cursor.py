# SPDX-License-Identifier: GPL-2.0-or-later
from specs.abstract import AbstractArray
from specs.cursor import AbstractCursor
from xarray_model.entries import ENOMEM, mk_error
from xarray_model.operations import Code, Operation


def test_a_range_that_failed_lacks_nodes_until_something_is_changed() -> None:
    array = AbstractArray()
    cursor = AbstractCursor()
    for operation, words in (
        (Operation(Code.CURSOR_SET, 0, 2), ()),
        (Operation(Code.CURSOR_CREATE_RANGE), (mk_error(ENOMEM), 1, 0)),
        (Operation(Code.CURSOR_NOMEM), (1, 1)),
        (Operation(Code.LOAD, 0), (0,)),
    ):
        cursor = cursor.after(operation, array, words)
    assert cursor.lacks and cursor.spare == 1
    stored = cursor.after(Operation(Code.STORE, 0, entry=4), array, (0,))
    assert stored.spare == 1 and not stored.lacks
    assert not cursor.after(Operation(Code.CURSOR_CREATE_RANGE), array, (0, 1, 0)).lacks
