# SPDX-License-Identifier: GPL-2.0-or-later
"""Snapshots written by hand, for tests."""

from __future__ import annotations

from dataclasses import dataclass, field

from xarray_model.entries import is_value, mk_node, mk_sibling, mk_value
from xarray_model.snapshot import ARRAY_RIGHT, PARENT_RIGHT, NodePicture, Snapshot

PTR1, PTR2 = 4, 8
V17 = mk_value(17)


@dataclass
class Node:
    """A node to be; count and nr_values follow from the slots unless they are given."""

    shift: int
    slots: list[int | Node]
    marks: tuple[int, int, int] = (0, 0, 0)
    fields: dict[str, int] = field(default_factory=dict)


def run(entry: int, slots: int, first: int = 0) -> list[int | Node]:
    """An entry in ``slots`` slots from ``first`` on: itself and its siblings."""
    return [entry, *[mk_sibling(first)] * (slots - 1)]


def picture(s: int, head: int | Node, marks: int = 0, live: int | None = None) -> Snapshot:
    """The snapshot of the array whose head holds ``head``, its nodes numbered in pre-order."""
    nodes: list[NodePicture | None] = []
    word = head if isinstance(head, int) else _add(s, head, 0, nodes)
    done = tuple(node for node in nodes if node is not None)
    return Snapshot(s, marks, 0, len(done) if live is None else live, 0, word, done)


def _add(s: int, node: Node, offset: int, nodes: list[NodePicture | None]) -> int:
    ordinal = len(nodes)
    nodes.append(None)
    padded = node.slots + [0] * ((1 << s) - len(node.slots))
    words = [
        slot if isinstance(slot, int) else _add(s, slot, i, nodes) for i, slot in enumerate(padded)
    ]
    values = 0
    last = False
    for word in words:
        last = is_value(word) or (last and word != 0 and word & 3 == 2)
        values += last
    fields = {
        "shift": node.shift,
        "offset": offset,
        "count": sum(word != 0 for word in words),
        "nr_values": values,
        "flags": PARENT_RIGHT | ARRAY_RIGHT,
    } | node.fields
    nodes[ordinal] = NodePicture(marks=node.marks, slots=tuple(words), **fields)
    return mk_node(ordinal)
