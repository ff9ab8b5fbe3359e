# SPDX-License-Identifier: GPL-2.0-or-later
"""How far the bytes that answer a case are from the right ones."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from specs.stream import cut_one
from xarray_model.operations import Operation


def pieces(operations: Sequence[Operation], data: bytes) -> list[memoryview]:
    """The bytes that answer each operation."""
    view, position = memoryview(data), 0
    found = []
    for operation in operations:
        _, end = cut_one(operation, view, position)
        found.append(view[position:end])
        position = end
    return found


def apart_bytes(operations: Sequence[Operation], right: Sequence[memoryview], answer: bytes) -> int:
    """How many bytes of an answer are not right; one that is cut short lacks the rest."""
    view, position, apart = memoryview(answer), 0, 0
    for operation, want in zip(operations, right, strict=False):
        try:
            _, end = cut_one(operation, view, position)
        except (ValueError, struct.error, IndexError):
            end = len(answer)
        have = view[position:end]
        if have != want:
            apart += abs(len(have) - len(want))
            apart += sum(one != other for one, other in zip(have, want, strict=False))
        position = end
    return apart
