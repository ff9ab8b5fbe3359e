# SPDX-License-Identifier: GPL-2.0-or-later
"""The functions of the plain interface that take an array and no cursor, run on the model.

``models/driver/PROTOCOL.md`` defines operations and results.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from xarray_model import api
from xarray_model.array import XArray
from xarray_model.entries import mk_node
from xarray_model.node import Entry, Node
from xarray_model.operations import EXTRACT_ORDER, Code, Operation


def word(entry: Entry) -> int:
    """An entry as a result word: which node a pointer leads to has no meaning for a caller."""
    return mk_node(0) if isinstance(entry, Node) else entry


def _find_after(array: XArray, op: Operation) -> list[int]:
    mark = op.mark if op.code is Code.FIND_AFTER_MARKED else None
    index, entry = api.find_after(array, op.index, op.argument, mark)
    return [index, word(entry)]


def _extract(array: XArray, op: Operation) -> list[int]:
    mark = op.mark if op.code is Code.EXTRACT_MARKED else None
    found = api.extract(array, op.index, op.argument, 1 << min(op.order, EXTRACT_ORDER), mark)
    return [len(found), *map(word, found)]


Answer: TypeAlias = Callable[[XArray, Operation], list[int]]
LOOKS: Mapping[Code, Answer] = {
    Code.FIND_AFTER: _find_after,
    Code.FIND_AFTER_MARKED: _find_after,
    Code.EXTRACT: _extract,
    Code.EXTRACT_MARKED: _extract,
}
"""What changes nothing."""
