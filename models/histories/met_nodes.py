# SPDX-License-Identifier: GPL-2.0-or-later
"""Which branches an operation met that puts nodes on the case's cursor, or takes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.histories.strategies import HIGH
from specs.abstract import AbstractArray
from specs.cursor import AbstractCursor, Place
from xarray_model.entries import is_error
from xarray_model.operations import Code, Operation


def met_by_nodes(
    operation: Operation, cursor: AbstractCursor, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[str]:
    """The branches that an operation is, with the ``cursor`` and the array as they were before."""
    code = operation.code
    if code is Code.CURSOR_SPLIT_ALLOC:
        yield from _alloc(cursor, words)
    elif code is Code.CURSOR_SPLIT_ALONE:
        yield from _alone(operation, cursor, words, s)
    elif code is Code.CURSOR_CREATE_RANGE:
        yield from _range(cursor, array, words, s)
    elif code is Code.CURSOR_NOMEM:
        if words[0]:
            yield "nomem: again"
        elif cursor.place is Place.FAILED:
            yield "nomem: no memory"
        elif cursor.held:
            yield "nomem: frees"
    elif code is Code.CURSOR_DESTROY and words[0]:
        yield "cursor_destroy: some"


def _alloc(cursor: AbstractCursor, words: Sequence[int]) -> Iterator[str]:
    if is_error(words[0]):
        yield "split_alloc: refused" if words[3] else "split_alloc: fails"
        return
    yield "split_alloc: some" if words[1] else "split_alloc: none needed"
    if cursor.stock and words[1]:
        yield "split_alloc: on top of others"


def _alone(
    operation: Operation, cursor: AbstractCursor, words: Sequence[int], s: int
) -> Iterator[str]:
    left = words[2]
    if cursor.given != operation.entry:
        if operation.order // s > cursor.order // s:
            yield "split_alone: another entry"
    elif not left:
        yield "split_alone: as allocated"
    if left:
        # So many fewer than were allocated, for the order that they were allocated for or not.
        yield "split_alone: nodes left"
    if cursor.order_given not in (None, operation.order):
        yield "split_alone: another order"


def _range(
    cursor: AbstractCursor, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[str]:
    if is_error(words[0]):
        yield "create_range: fails"
        if cursor.order >= HIGH:
            yield "create_range: high order"
        return
    else:
        yield "create_range: makes nodes" if words[1] else "create_range: on what is there"
    if cursor.spare:
        yield "create_range: with a spare node"
    last = cursor.index + (1 << cursor.order) - 1
    chunks = range(cursor.index, last + 1, 1 << s)
    if any(array.get_order(index) >= s for index in chunks):
        yield "create_range: beside a larger entry"
