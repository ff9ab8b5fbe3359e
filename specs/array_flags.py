# SPDX-License-Identifier: GPL-2.0-or-later
"""Arrays that are made with flags: what their users may do, and that the flags stay.

* An array that tracks free indices keeps mark 0 for that: its users set, clear and ask for the
  others.
* Where index 0 is busy it is not the users': what covers it is not stored, split or iterated over.

Facts: ``include/linux/xarray.h`` (``XA_FLAGS_ALLOC``, ``XA_FLAGS_ALLOC1``), ``lib/xarray.c``
(``xa_track_free``, ``xa_zero_busy``), ``Documentation/core-api/xarray.rst``.
"""

from __future__ import annotations

from collections.abc import Iterator

from specs.property import Judgement, Register
from specs.view import View
from xarray_model.flags import FREE_MARK, ArrayFlag
from xarray_model.operations import (
    ALLOCATIONS,
    FIELDS,
    LAST_ID,
    PLAIN_CHANGES,
    Code,
    Operation,
    array_flags,
)

ARRAY_FLAGS = Register()
"""Every property of an array's flags by name."""

KEPT = ARRAY_FLAGS.state(
    "array-flags", "what an array was made with stays as it is, but for its marks"
)

WRAPPED = ARRAY_FLAGS.state(
    "array-wrapped",
    "an array that tracks free indices remembers that a cyclic allocation found the last of all"
    " indices, until the next one",
)

_LOCKS = ArrayFlag.LOCK_IRQ | ArrayFlag.LOCK_BH
_LOOKING = frozenset({Code.LOAD, Code.GET_ORDER})
"""What may be asked of an index that is busy."""


def refusal(operation: Operation, flags: ArrayFlag, number: int) -> str:
    """Why users of an array that was made with ``flags`` may not do an operation, number ``number``
    of the case; "" if they may."""
    code = operation.code
    if code is Code.INIT:
        return _no_array(array_flags([operation]), number)
    if not flags:
        return ""
    if flags & ArrayFlag.TRACK_FREE and "mark" in FIELDS[code] and operation.mark == FREE_MARK:
        return "mark 0 of an array with alloc tells which indices are free: use the others"
    if flags & _LOCKS and code in PLAIN_CHANGES - ALLOCATIONS:
        return "the array's lock is taken otherwise than by what stores without a cursor here"
    if flags & ArrayFlag.TRACK_FREE and code is Code.STORE_RANGE:
        return "a store of a range does not tell that the indices are free no more"
    if code in ALLOCATIONS:
        beyond = max(operation.index, operation.argument) > LAST_ID
        return "an index that is allocated has 32 bits" if beyond else ""
    if flags & ArrayFlag.ZERO_BUSY and code is Code.CURSOR_PREV:
        return "a cursor that steps back in an array with zero_busy may come to index 0"
    if flags & ArrayFlag.ZERO_BUSY and code not in _LOOKING and "index" in FIELDS[code]:
        reach = operation.argument if code is Code.PREV else 0
        counts = code in (Code.EXTRACT, Code.EXTRACT_MARKED)
        first = operation.index >> (0 if counts else max(operation.order, operation.new_order))
        if first == 0 or operation.index <= reach:
            return "index 0 of an array with zero_busy is not its users'"
    return ""


def _no_array(flags: ArrayFlag, number: int) -> str:
    if number:
        return "an array is made once, before all else"
    if flags & ArrayFlag.LOCK_IRQ and flags & ArrayFlag.LOCK_BH:
        return "an array's lock is taken with interrupts off, or with soft interrupts off: not both"
    if flags & ArrayFlag.ZERO_BUSY and not flags & ArrayFlag.TRACK_FREE:
        return "zero_busy says nothing without alloc"
    return ""


def judge_flags(flags: ArrayFlag, view: View, *, wrapped: bool) -> Iterator[Judgement]:
    """Judge the flags of an array that was made with ``flags``; ``wrapped``: whether the next
    cyclic allocation begins anew."""
    yield KEPT
    now = view.snapshot.array_flags
    if flags & ArrayFlag.TRACK_FREE:
        now &= ~ArrayFlag.ALLOC_WRAPPED
        yield WRAPPED
        if bool(view.snapshot.array_flags & ArrayFlag.ALLOC_WRAPPED) != wrapped:
            yield WRAPPED.broken(f"expected {wrapped}, found {not wrapped}")
    if now != flags:
        yield KEPT.broken(f"expected {int(flags):#x}, found {now:#x}")
