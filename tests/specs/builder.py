# SPDX-License-Identifier: GPL-2.0-or-later
"""Snapshots by hand, for tests: nodes are nested, and what is not said is filled in rightly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from xarray_model.entries import NULL, is_sibling, is_value, mk_node, mk_sibling, sibling_offset
from xarray_model.snapshot import ARRAY_RIGHT, ON_LRU, PARENT_RIGHT, NodePicture, Snapshot


@dataclass
class Tree:
    """A node: ``slots`` by number, ``marks`` as three bits for a slot, ``wrong`` as fields of the
    picture that shall not have their right value."""

    shift: int
    slots: Mapping[int, int | Tree]
    marks: Mapping[int, int] = field(default_factory=dict)
    wrong: Mapping[str, Any] = field(default_factory=dict)


def run(slot: int, length: int, entry: int) -> dict[int, int]:
    """An entry of ``length`` slots."""
    return {slot: entry} | {slot + k: mk_sibling(slot) for k in range(1, length)}


def full(shift: int, entry: int, s: int, marks: int = 0, **wrong: Any) -> Tree:
    """A node whose slots all hold ``entry``, each with these marks."""
    slots = range(1 << s)
    return Tree(shift, dict.fromkeys(slots, entry), dict.fromkeys(slots, marks), wrong)


def snapshot(s: int, head: int | Tree = NULL, **wrong: Any) -> Snapshot:
    """The snapshot of an array with this head; ``wrong``: fields with another value than right."""
    nodes: list[NodePicture] = []
    marks = 0
    if isinstance(head, Tree):
        marks = _picture(s, head, 0, nodes)
        head = mk_node(0)
    fields: dict[str, Any] = {
        "chunk_shift": s,
        "marks": marks,
        "flags": 0,
        "live_nodes": len(nodes),
        "stray_lru": 0,
        "head": head,
        "nodes": tuple(nodes),
    }
    return Snapshot(**(fields | wrong))


def _picture(s: int, tree: Tree, offset: int, nodes: list[NodePicture]) -> int:
    """Add the picture of a node and of all below it; returns the marks that it has."""
    place = len(nodes)
    nodes.append(NodePicture(0, 0, 0, 0, 0, (0, 0, 0), ()))
    words, bits = [], []
    for slot in range(1 << s):
        held = tree.slots.get(slot, NULL)
        if isinstance(held, Tree):
            words.append(mk_node(len(nodes)))
            bits.append(_picture(s, held, slot, nodes))
        else:
            words.append(held)
            bits.append(tree.marks.get(slot, 0))
    count = sum(word != NULL for word in words)
    values = sum(
        is_value(words[sibling_offset(word)] if is_sibling(word, s) else word) for word in words
    )
    lru = ON_LRU if count and count == values else 0
    marks = tuple(sum((bit >> mark & 1) << n for n, bit in enumerate(bits)) for mark in range(3))
    fields: dict[str, Any] = {
        "shift": tree.shift,
        "offset": offset,
        "count": count,
        "nr_values": values,
        "flags": PARENT_RIGHT | ARRAY_RIGHT | lru,
        "marks": marks,
        "slots": tuple(words),
    }
    nodes[place] = NodePicture(**(fields | dict(tree.wrong)))
    return sum(bool(word) << mark for mark, word in enumerate(marks))
