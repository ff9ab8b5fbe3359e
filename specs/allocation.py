# SPDX-License-Identifier: GPL-2.0-or-later
"""What an allocation of an index must answer, and what is kept from one to the next.

* In an array that tracks which indices are free an allocation finds the lowest free one of its
  range.  Reserved ones are not free, nor is index 0 where it is busy.
* A cyclic one begins behind the index that was found last, and anew at the beginning of its range
  where nothing is free from there on, or no memory was to be had.  It says that it did by 1.  So
  does the one after that which found the last index that there is, of 32 bits: the array itself
  keeps that (``XA_FLAGS_ALLOC_WRAPPED``).

Facts: ``__xa_alloc`` and ``__xa_alloc_cyclic`` in ``lib/xarray.c``, ``XA_FLAGS_ALLOC_WRAPPED`` in
``include/linux/xarray.h``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from specs.abstract import AbstractArray
from specs.answers import ANSWERS, STORE_ERROR
from specs.contract import Allowance
from specs.property import Judgement
from xarray_model.entries import EBUSY, EINVAL, ENOMEM, is_error, mk_error
from xarray_model.flags import ArrayFlag
from xarray_model.operations import LAST_ID, Code, Operation

ALLOC = ANSWERS.state(
    "answer-alloc",
    "an allocation answers the lowest free index of its range, -EBUSY where none is free, and"
    " -EINVAL in an array that does not track which are",
)
CYCLIC = ANSWERS.state(
    "answer-alloc-cyclic",
    "a cyclic allocation answers the first free index from the one behind its last on, or the"
    " lowest, and 1 exactly when it began anew",
)
NEXT = ANSWERS.state(
    "answer-alloc-next",
    "the next cyclic allocation begins behind the index that was found, or where this one did if it"
    " fails",
)


@dataclass(frozen=True, slots=True)
class Cycle:
    """What cyclic allocations keep: where the ``next`` one begins, and whether the one before found
    the last index of all, so that the next ``wrapped``."""

    next: int = 0
    wrapped: bool = False

    def after(self, operation: Operation, words: Sequence[int]) -> Cycle:
        """The same after an operation that answered these words."""
        if operation.code is not Code.ALLOC_CYCLIC:
            return self
        wrapped = self.wrapped if is_error(words[0]) else words[1] == LAST_ID
        return Cycle(words[2], wrapped)


def judge_allocation(
    operation: Operation,
    cycle: Cycle,
    array: AbstractArray,
    flags: ArrayFlag,
    words: Sequence[int],
    allowance: Allowance,
) -> Iterator[Judgement]:
    """Judge the result words of an allocation in the array as it was, made with ``flags``."""
    cyclic = operation.code is Code.ALLOC_CYCLIC
    stated = CYCLIC if cyclic else ALLOC
    result, index = words[0], words[1]
    may_fail = not allowance.known or allowance.granted is not None
    right = _right(operation, cycle, array, flags, may_fail=may_fail)
    if result == mk_error(ENOMEM) and not is_error(right[0][0]):
        yield STORE_ERROR
        if not may_fail:
            yield STORE_ERROR.broken("no request for memory failed")
    else:
        yield stated
        if (result, index) not in right:
            wanted = " or ".join(_text(*one) for one in right)
            begins = f", next {cycle.next}" if cyclic else ""
            yield stated.broken(
                f"from {operation.index} to {operation.argument}{begins}: expected {wanted},"
                f" got {_text(result, index)}"
            )
    if cyclic:
        yield NEXT
        following = cycle.next if is_error(result) else (index + 1) & LAST_ID
        if words[2] != following:
            yield NEXT.broken(f"expected {following}, got {words[2]}")


def _right(
    operation: Operation, cycle: Cycle, array: AbstractArray, flags: ArrayFlag, *, may_fail: bool
) -> list[tuple[int, int]]:
    """The right result and index, if memory is enough; where it may not be those that are right if
    it was so only when the search began anew."""
    if not flags & ArrayFlag.TRACK_FREE:
        return [(mk_error(EINVAL), 0)]
    lowest = operation.index
    begins = lowest
    if operation.code is Code.ALLOC_CYCLIC:
        begins = max(lowest, cycle.next)
    wrapped = operation.code is Code.ALLOC_CYCLIC and cycle.wrapped
    busy = bool(flags & ArrayFlag.ZERO_BUSY)
    at = array.lowest_free(max(begins, busy), operation.argument)
    right = [] if at is None else [(int(wrapped), at)]
    if begins > lowest and (may_fail or at is None):
        at = array.lowest_free(max(lowest, busy), operation.argument)
        right += [] if at is None else [(1, at)]
    return right or [(mk_error(EBUSY), 0)]


def _text(result: int, index: int) -> str:
    if not is_error(result):
        return f"{result} and index {index}"
    named = {mk_error(EBUSY): "-EBUSY", mk_error(EINVAL): "-EINVAL", mk_error(ENOMEM): "-ENOMEM"}
    return named.get(result, f"the error word {result:#x}")
