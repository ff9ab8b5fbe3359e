# SPDX-License-Identifier: GPL-2.0-or-later
"""Cutting the bytes that answer a case into one answer for each operation.

The form is that of ``models/driver/PROTOCOL.md``: result words, and for SNAPSHOT the snapshot.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from xarray_model.operations import Code, Operation
from xarray_model.snapshot import HEADER, encoded_size

FIXED = {
    Code.STORE: 1,
    Code.SPLIT: 6,
    Code.TRY_SPLIT: 3,
    Code.TRY_SPLIT_MIN_ORDER: 1,
    Code.SET_MARK: 0,
    Code.CLEAR_MARK: 0,
    Code.GET_MARK: 1,
    Code.LOAD: 1,
    Code.GET_ORDER: 1,
    Code.DESTROY: 0,
    Code.FAIL: 0,
    Code.COUNT_ALLOC: 3,
    Code.CURSOR_SET: 0,
    Code.CURSOR_RESET: 0,
    Code.CURSOR_LOAD: 2,
    Code.CURSOR_FIND: 2,
    Code.CURSOR_FIND_MARKED: 2,
    Code.CURSOR_NEXT: 2,
    Code.CURSOR_PREV: 2,
    Code.CURSOR_PAUSE: 1,
    Code.CURSOR_SET_MARK: 0,
    Code.CURSOR_CLEAR_MARK: 0,
    Code.CURSOR_GET_MARK: 1,
    Code.CURSOR_STORE: 1,
    Code.CURSOR_SPLIT: 6,
    Code.CURSOR_SPLIT_ALLOC: 4,
    Code.CURSOR_SPLIT_ALONE: 3,
    Code.CURSOR_CREATE_RANGE: 3,
    Code.CURSOR_NOMEM: 2,
    Code.CURSOR_DESTROY: 1,
    Code.FIND_AFTER: 2,
    Code.INSERT: 1,
    Code.CMPXCHG: 1,
    Code.RESERVE: 1,
    Code.RELEASE: 0,
    Code.STORE_RANGE: 1,
    Code.ALLOC: 2,
    Code.ALLOC_CYCLIC: 3,
    Code.FIND_AFTER_MARKED: 2,
    Code.INIT: 0,
}
"""Result words of the operations that always answer as many."""
_LISTS = frozenset({Code.CURSOR_FIND_CONFLICT, Code.EXTRACT, Code.EXTRACT_MARKED})
"""What answers how many entries, and then these."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one operation answered: its result words (unsigned 64-bit), or a snapshot's bytes."""

    words: tuple[int, ...] = ()
    snapshot: bytes | None = None


def cut(operations: Sequence[Operation], data: bytes | memoryview) -> list[Answer]:
    """The answers of a case; ValueError when ``data`` is too short or too long for it."""
    view = memoryview(data)
    answers: list[Answer] = []
    position = 0
    try:
        for operation in operations:
            answer, position = cut_one(operation, view, position)
            answers.append(answer)
    except struct.error:
        raise ValueError(
            f"results cut short: {len(view)} bytes end within operation {len(answers)}"
        ) from None
    if position != len(view):
        raise ValueError(f"{len(view) - position} bytes too many after the last operation's result")
    return answers


def cut_one(operation: Operation, view: memoryview, position: int) -> tuple[Answer, int]:
    """The answer that begins at ``position`` and where it ends; struct.error when cut short."""
    code = operation.code
    if code == Code.SNAPSHOT:
        s, _, _, _, nodes, *_ = HEADER.unpack_from(view, position)
        end = position + encoded_size(s, nodes)
        if end > len(view):
            raise struct.error
        return Answer(snapshot=bytes(view[position:end])), end
    if code in (Code.FIND, Code.FIND_MARKED):
        count = 1 + 2 * struct.unpack_from("<Q", view, position)[0]
        if 8 * count > len(view) - position:
            raise struct.error
    elif code in _LISTS:
        count = 1 + int(struct.unpack_from("<Q", view, position)[0])
        if 8 * count > len(view) - position:
            raise struct.error
    elif code in (Code.NEXT, Code.PREV):
        count = 1 + 2 * operation.argument
    else:
        count = FIXED[code]
    words = struct.unpack_from(f"<{count}Q", view, position)
    return Answer(words), position + 8 * count
