# SPDX-License-Identifier: GPL-2.0-or-later
"""The nodes that a kept cursor holds between operations, and what is done with them.

Callers allocate without the lock, take it, and look again; so anything may have happened to the
array between ``xas_split_alloc`` and ``xas_split``.  The split then writes the entry that *it* is
given, and takes as many nodes as it needs; what else the cursor holds stays there until
``xas_destroy``, or ``xas_nomem`` when there is nothing to try again.

Facts: ``lib/xarray.c`` (``xas_split_alloc``, ``xas_split``, ``xas_destroy``, ``xas_nomem``,
``xas_create_range``), ``mm/filemap.c`` (``__filemap_add_folio``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from specs.abstract import AbstractArray
from specs.contract import (
    NO_ALLOCATION,
    RESULT,
    Allowance,
    judge_alloc_words,
    nodes_needed,
)
from specs.cursor import AbstractCursor, Place
from specs.property import Judgement, Register
from specs.survey import Place as NodePlace
from specs.view import View
from xarray_model.entries import ENOMEM, mk_error
from xarray_model.operations import Code, Operation

CURSOR_NODES = Register()
"""Every property of the nodes on a kept cursor by name."""

TAKES = CURSOR_NODES.state(
    "split-takes",
    "a split takes from the cursor the nodes that it needs, and leaves there what else it holds",
)
HELD = CURSOR_NODES.state(
    "cursor-held", "what was put on the cursor is there until it is taken or destroyed: never lost"
)
NOMEM = CURSOR_NODES.state(
    "nomem",
    "nomem gets one node and lets the operation be tried again after -ENOMEM; else it frees all",
)
RANGE_RESULT = CURSOR_NODES.state(
    "create-range-result", "create_range fails only when a request for memory did, with -ENOMEM"
)
RANGE_SPARE = CURSOR_NODES.state(
    "create-range-spare", "a create_range that succeeds leaves no node on the cursor"
)
RANGE_SLOTS = CURSOR_NODES.state(
    "create-range-slots",
    "after create_range every index of the range has a slot of its own, or lies in a larger entry",
)

HOLDING = frozenset(
    {
        Code.CURSOR_SPLIT_ALLOC,
        Code.CURSOR_SPLIT_ALONE,
        Code.CURSOR_CREATE_RANGE,
        Code.CURSOR_NOMEM,
        Code.CURSOR_DESTROY,
    }
)
"""The operations whose answers tell of the nodes on the cursor."""
OUTSIDE_TREE = HOLDING - {Code.CURSOR_SPLIT_ALONE, Code.CURSOR_CREATE_RANGE}
"""Those of them that leave the array alone."""

_NO_MEMORY = mk_error(ENOMEM)


def judge_nodes(
    operation: Operation,
    cursor: AbstractCursor,
    words: Sequence[int],
    s: int,
    allowance: Allowance,
    one_level: bool,
) -> Iterator[Judgement]:
    """Judge the answer of one of ``HOLDING``, through the ``cursor`` as it was before."""
    code = operation.code
    if code is Code.CURSOR_SPLIT_ALLOC:
        asked = Operation(Code.COUNT_ALLOC, order=operation.order, new_order=cursor.order)
        yield from judge_alloc_words(asked, words, s, allowance, one_level, cursor.stock)
    elif code is Code.CURSOR_SPLIT_ALONE:
        yield from _alone(operation, cursor, words, s)
    elif code is Code.CURSOR_CREATE_RANGE:
        yield from _create_range(words, allowance)
    elif code is Code.CURSOR_NOMEM:
        yield from _nomem(cursor, words, allowance)
    else:
        yield HELD
        if words[0] != cursor.held:
            yield HELD.broken(f"the cursor held {cursor.held} nodes, {words[0]} were destroyed")


def _alone(
    operation: Operation, cursor: AbstractCursor, words: Sequence[int], s: int
) -> Iterator[Judgement]:
    error, requests, left = words
    need = nodes_needed(operation.order, cursor.order, s)
    yield from (RESULT, NO_ALLOCATION, TAKES)
    if error:
        yield RESULT.broken(
            f"the nodes were there; expected success, got the error word {error:#x}"
        )
    if requests:
        yield NO_ALLOCATION.broken(f"expected no request during the split, counted {requests}")
    if left != cursor.stock - need:
        yield TAKES.broken(
            f"{need} of {cursor.stock} nodes are needed, {left} are left on the cursor"
        )


def _create_range(words: Sequence[int], allowance: Allowance) -> Iterator[Judgement]:
    error, _, left = words
    yield RANGE_RESULT
    may_fail = not allowance.known or allowance.granted is not None
    if error and (error != _NO_MEMORY or not may_fail):
        yield RANGE_RESULT.broken(f"got the error word {error:#x}")
    if not error:
        yield RANGE_SPARE
        if left:
            yield RANGE_SPARE.broken(f"expected an empty cursor, it holds {left} nodes")


def _nomem(
    cursor: AbstractCursor, words: Sequence[int], allowance: Allowance
) -> Iterator[Judgement]:
    again, held = words
    yield NOMEM
    lacked = cursor.place is Place.FAILED
    granted = allowance.granted is None or allowance.granted > 0
    expected = lacked and (granted if allowance.known else bool(again))
    if (again, held) != (expected, expected):
        yield NOMEM.broken(
            f"expected {'one node and another try' if expected else 'no node and no other try'},"
            f" got {held} nodes and {'another' if again else 'no other'} try"
        )


def judge_range(cursor: AbstractCursor, after: View) -> Iterator[Judgement]:
    """Judge the array after a create_range through ``cursor`` that succeeded."""
    chunk = 1 << after.snapshot.chunk_shift
    first, last = cursor.index, cursor.index + (1 << cursor.order) - 1
    if last == 0:
        return  # the head is a slot
    yield RANGE_SLOTS
    array: AbstractArray | None = after.abstract
    for start in range(first - first % chunk, last + 1, chunk):
        larger = array.get_order(start) >= after.snapshot.chunk_shift if array else False
        if not larger and NodePlace(start, 0) not in after.places:
            yield RANGE_SLOTS.broken(f"index {start} has no node of single indices")
            return
