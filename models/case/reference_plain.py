# SPDX-License-Identifier: GPL-2.0-or-later
"""The functions of the plain interface that take an array and no cursor, run on the model.

``models/driver/PROTOCOL.md`` defines operations and results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from xarray_model import allocation, api
from xarray_model.array import XArray
from xarray_model.entries import mk_node
from xarray_model.gfp import KERNEL, NOWAIT, Gfp
from xarray_model.node import Entry, Node
from xarray_model.operations import EXTRACT_ORDER, Code, Flag, Operation


def word(entry: Entry) -> int:
    """An entry as a result word: which node a pointer leads to has no meaning for a caller."""
    return mk_node(0) if isinstance(entry, Node) else entry


def _find_after(array: XArray, op: Operation) -> list[int]:
    index, entry = api.find_after(array, op.index, op.argument, op.filter)
    return [index, word(entry)]


def _extract(array: XArray, op: Operation) -> list[int]:
    room = 1 << min(op.order, EXTRACT_ORDER)
    found = api.extract(array, op.index, op.argument, room, op.filter)
    return [len(found), *map(word, found)]


def _insert(array: XArray, op: Operation) -> list[int]:
    return [api.insert(array, op.index, op.entry)]


def _cmpxchg(array: XArray, op: Operation) -> list[int]:
    return [word(api.cmpxchg(array, op.index, op.argument, op.entry))]


def _reserve(array: XArray, op: Operation) -> list[int]:
    return [api.reserve(array, op.index)]


def _release(array: XArray, op: Operation) -> list[int]:
    api.release(array, op.index)
    return []


def _store_range(array: XArray, op: Operation) -> list[int]:
    return [api.store_range(array, op.index, op.argument, op.entry)]


def _alloc(array: XArray, op: Operation) -> list[int]:
    return list(allocation.alloc(array, op.entry, _limit(op), given(op)))


def alloc_cyclic(array: XArray, op: Operation, following: int) -> list[int]:
    """A cyclic allocation that begins at ``following``."""
    return list(allocation.alloc_cyclic(array, op.entry, _limit(op), following, given(op)))


def given(operation: Operation) -> Gfp:
    """What the caller of an operation permits whoever asks for memory without the lock."""
    return NOWAIT if int.__and__(operation.flags, Flag.NONBLOCKING) else KERNEL


def _limit(op: Operation) -> allocation.Limit:
    return allocation.Limit(op.index, op.argument)


Answer: TypeAlias = Callable[[XArray, Operation], list[int]]
LOOKS: Mapping[Code, Answer] = {
    Code.FIND_AFTER: _find_after,
    Code.FIND_AFTER_MARKED: _find_after,
    Code.EXTRACT: _extract,
    Code.EXTRACT_MARKED: _extract,
}
"""What changes nothing."""
CHANGES: Mapping[Code, Answer] = {
    Code.INSERT: _insert,
    Code.CMPXCHG: _cmpxchg,
    Code.RESERVE: _reserve,
    Code.RELEASE: _release,
    Code.STORE_RANGE: _store_range,
    Code.ALLOC: _alloc,
}
"""What changes the array, and tells no callback."""


def nodes_of(array: XArray) -> Iterator[Node]:
    """All nodes that the array leads to."""
    below = [array.head]
    while below:
        entry = below.pop()
        if isinstance(entry, Node):
            yield entry
            below += entry.slots
