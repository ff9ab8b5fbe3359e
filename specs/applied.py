# SPDX-License-Identifier: GPL-2.0-or-later
"""What an operation that succeeded makes of the abstract array."""

from __future__ import annotations

from collections.abc import Sequence

from specs.abstract import AbstractArray
from xarray_model.entries import NULL, ZERO
from xarray_model.operations import ALLOCATIONS, Code, Operation


def after(
    array: AbstractArray, operation: Operation, s: int, words: Sequence[int]
) -> AbstractArray:
    """The array after ``operation``, none through a cursor, at chunk shift ``s``, which answered
    ``words``: what finds an index itself is said to have stored there."""
    code, index, order = operation.code, operation.index, operation.order
    if code is Code.STORE:
        return array.store(index, order, operation.entry)
    if code in (Code.SPLIT, Code.TRY_SPLIT):
        return array.split(index, order, operation.new_order, operation.entry)
    if code is Code.SET_MARK:
        return array.set_mark(index, operation.mark)
    if code is Code.CLEAR_MARK:
        return array.clear_mark(index, operation.mark)
    if code is Code.STORE_RANGE:
        return array.store_range(index, operation.argument, operation.entry, s)
    if code in ALLOCATIONS:
        return array.store(words[1], 0, operation.entry or ZERO)
    exchanged = _exchanged(operation)
    if exchanged is not None:
        old, entry = exchanged
        return array.store(index, 0, entry) if array.load(index) == old else array
    return array.destroy() if code is Code.DESTROY else array


def _exchanged(operation: Operation) -> tuple[int, int] | None:
    """What must be there, and what comes in its place; None of other operations."""
    code = operation.code
    if code is Code.CMPXCHG:
        return operation.argument, operation.entry
    if code is Code.INSERT:
        return NULL, operation.entry or ZERO
    if code is Code.RESERVE:
        return NULL, ZERO
    return (ZERO, NULL) if code is Code.RELEASE else None
