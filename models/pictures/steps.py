# SPDX-License-Identifier: GPL-2.0-or-later
"""A case in the model, step by step: the array after each operation, and within a split after each
store that readers can see (``rcu_assign_pointer``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from models.case.notation import operation_text
from models.case.reference import Runner, SplitKind
from xarray_model.array import XArray
from xarray_model.journal import Journal
from xarray_model.node import Entry, Node
from xarray_model.operations import Code, Operation
from xarray_model.picture import encode
from xarray_model.snapshot import Snapshot, decode

SPLITTING = (Code.SPLIT, Code.TRY_SPLIT, Code.CURSOR_SPLIT, Code.CURSOR_SPLIT_ALONE)
"""The operations that split, and change the array."""


@dataclass(frozen=True, slots=True)
class Step:
    """The array after an operation, or after a store in one; ``text`` says which."""

    text: str
    array: Snapshot


class _Watched(Journal):
    """A journal that calls back after each store that publishes."""

    __slots__ = ("_seen",)

    def __init__(self, seen: Callable[[str], None]) -> None:
        super().__init__()
        self._seen = seen

    def publish_slot(self, node: Node, offset: int, entry: Entry) -> None:
        super().publish_slot(node, offset, entry)
        self._seen(f"slot {offset} of the node with shift {node.shift} is published")

    def publish_head(self, array: XArray, entry: Entry) -> None:
        super().publish_head(array, entry)
        self._seen("the head is published")


def steps(
    operations: Sequence[Operation],
    s: int,
    *,
    width: int = 64,
    split: SplitKind = SplitKind.ITERATIVE,
) -> list[Step]:
    """The steps of a case on an empty array of chunk shift ``s`` and ``width`` index bits, without
    those that leave the array as it is.  Raises as ``run_case``."""
    runner = Runner(XArray(s, width), split)
    array = runner.array
    found: list[Step] = []

    def add(text: str) -> None:
        now = decode(encode(array, runner.lru.nodes))
        if not found or found[-1].array != now:
            found.append(Step(text, now))

    plain = array.journal
    for number, operation in enumerate(operations):
        text = f"operation {number}, {operation_text(operation)}"
        if operation.code in SPLITTING:
            array.journal = _Watched(partial(_within, text, add))
        runner.run(operation)
        array.journal = plain
        add(f"after {text}")
    return found


def _within(operation: str, add: Callable[[str], None], what: str) -> None:
    add(f"{operation}: {what}")
