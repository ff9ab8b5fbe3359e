# SPDX-License-Identifier: GPL-2.0-or-later
"""Bounds of arrays inside a node, which CBMC does not check by itself.

Where an array is reached through a pointer, CBMC checks that an index stays in the whole object: a
slot too far would lie in the node's marks, and a store there would not even be seen.  So each index
of ``slots`` in the preprocessed code under test goes through a check of its own.
"""

from __future__ import annotations

import re

_INDEXED = re.compile(rb"(?:->|\.)\s*slots\s*\[")
CHECKED = b"proof_slot("
"""The function of ``tractable.h`` that asserts that a slot is one of its node."""


def checked(text: bytes) -> bytes:
    """Preprocessed C in which every index of a node's slots is checked where it is used.

    Raises ValueError where brackets do not match.
    """
    made, position = bytearray(), 0
    while found := _INDEXED.search(text, position):
        end = _closing(text, found.end())
        inner = checked(text[found.end() : end])
        made += text[position : found.end()] + CHECKED + inner + b")"
        position = end
    return bytes(made + text[position:])


def _closing(text: bytes, start: int) -> int:
    """Where the bracket closes that was opened before ``start``."""
    depth = 1
    for at in range(start, len(text)):
        depth += {ord("["): 1, ord("]"): -1}.get(text[at], 0)
        if not depth:
            return at
    raise ValueError("a bracket is never closed")
