# SPDX-License-Identifier: GPL-2.0-or-later
"""What differs between two snapshots, in the terms of the XArray.

Nodes are named by their path from the root (``root.slot 3.slot 0``), so that one missing node does
not make every later one look different.  Snapshots of a broken tree are expected here: a link is
followed only to a node that was not met before, and what cannot be reached by links is compared by
its ordinal.  Two snapshots differ exactly when their list of differences is not empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from models.case.notation import entry_text
from xarray_model.entries import is_node, node_ordinal
from xarray_model.snapshot import (
    ARRAY_RIGHT,
    MALFORMED,
    ON_LRU,
    PARENT_RIGHT,
    NodePicture,
    Snapshot,
)

DEEPEST = 64
"""Levels that a tree over 64-bit indices can have, at chunk shift 1."""

Path = tuple[int, ...]
"""The slots from the root down to a node; empty for the root."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs: ``place`` is ``array`` or a node's path, the rest is text."""

    place: str
    field: str
    expected: str
    actual: str

    def __str__(self) -> str:
        return f"{self.place}: {self.field}: expected {self.expected}, actual {self.actual}"


def path_text(path: Path) -> str:
    """A node's path in words, ``root.slot 3.slot 0``."""
    return ".".join(["root", *(f"slot {slot}" for slot in path)])


def links(picture: Snapshot) -> tuple[int | None, list[dict[int, int]]]:
    """The root's ordinal and, for each node, which child each of its slots leads to.

    Only links that form a tree are listed: they lead to a later ordinal (as in a pre-order walk),
    to a node that no other link leads to, at most ``DEEPEST`` levels down.
    """
    below: list[dict[int, int]] = [{} for _ in picture.nodes]
    root = node_ordinal(picture.head) if is_node(picture.head) else -1
    if not 0 <= root < len(below):
        return None, below
    claimed = {root}
    leaves: set[tuple[int, ...]] = set()  # contents of nodes without children, mostly repeated
    stack = [(root, 1)]
    while stack:
        ordinal, depth = stack.pop()
        slots = picture.nodes[ordinal].slots
        if slots in leaves or depth == DEEPEST:
            continue
        pointers = [(slot, node_ordinal(word)) for slot, word in enumerate(slots) if is_node(word)]
        if not pointers:
            leaves.add(slots)
        for slot, child in pointers:
            if ordinal < child < len(below) and child not in claimed:
                claimed.add(child)
                below[ordinal][slot] = child
        stack += [(child, depth + 1) for child in reversed(below[ordinal].values())]
    return root, below


def differences(expected: Snapshot, actual: Snapshot) -> list[Difference]:
    """Every difference, the array's own first, then node by node in pre-order."""
    if expected == actual:
        return []
    if expected.chunk_shift != actual.chunk_shift:
        shifts = f"{expected.chunk_shift}", f"{actual.chunk_shift}"
        return [Difference("array", "chunk shift", *shifts)]
    found = list(_array(expected, actual))
    return found or list(_raw(expected, actual))


def explain(expected: Snapshot, actual: Snapshot, limit: int = 20) -> list[str]:
    """The differences as lines of text, the first ``limit`` of them and how many more there are."""
    found = differences(expected, actual)
    lines = [str(difference) for difference in found[:limit]]
    if len(found) > limit:
        lines.append(f"and {len(found) - limit:,} more differences")
    return lines


def _array(expected: Snapshot, actual: Snapshot) -> Iterator[Difference]:
    fields = [
        ("marks", mark_text(expected.marks), mark_text(actual.marks)),
        ("flags", _flag_text(expected.flags), _flag_text(actual.flags)),
        ("live nodes", str(expected.live_nodes), str(actual.live_nodes)),
        ("stray nodes on the LRU", str(expected.stray_lru), str(actual.stray_lru)),
    ]
    yield from (Difference("array", *field) for field in fields if field[1] != field[2])
    trees = _Tree(expected), _Tree(actual)
    if None in (trees[0].root, trees[1].root):
        yield from _contents("array", "head", trees, (expected.head, actual.head), None)
    stack: list[tuple[Path, int, int]] = []
    if trees[0].root is not None and trees[1].root is not None:
        stack.append(((), trees[0].root, trees[1].root))
    while stack:
        path, one, two = stack.pop()
        yield from _nodes(path_text(path), trees, one, two)
        stack += [
            ((*path, slot), child, trees[1].below[two][slot])
            for slot, child in reversed(trees[0].below[one].items())
            if slot in trees[1].below[two]
        ]
    yield from _unlinked(*trees)


class _Tree:
    """A snapshot with the links that can be followed in it."""

    def __init__(self, picture: Snapshot) -> None:
        self.nodes = picture.nodes
        self.root, self.below = links(picture)

    def reached(self, root: int | None) -> set[int]:
        """The ordinals of ``root`` and of all nodes below it; empty for None."""
        reached_ordinals = set() if root is None else {root}
        stack = list(reached_ordinals)
        while stack:
            children = self.below[stack.pop()].values()
            reached_ordinals.update(children)
            stack += children
        return reached_ordinals

    def content(self, word: int, child: int | None) -> str:
        """What a slot or the head holds; for a node with how many nodes are below it."""
        if child is None:
            return entry_text(word)
        below = len(self.reached(child)) - 1
        return f"a node of shift {self.nodes[child].shift}" + (
            f" with {below:,} below it" if below else ""
        )


_Trees = tuple[_Tree, _Tree]


def _contents(
    place: str, field: str, trees: _Trees, words: tuple[int, int], at: tuple[int, int, int] | None
) -> Iterator[Difference]:
    """The difference in what one slot (``at``: both nodes and the slot) or the head holds."""
    if at is None:
        children = trees[0].root, trees[1].root
    else:
        children = trees[0].below[at[0]].get(at[2]), trees[1].below[at[1]].get(at[2])
    if None in children:
        one, two = trees[0].content(words[0], children[0]), trees[1].content(words[1], children[1])
        if one != two:
            yield Difference(place, field, one, two)


def _nodes(place: str, trees: _Trees, one: int, two: int) -> Iterator[Difference]:
    """The differences between two nodes at the same path, not those below them."""
    nodes = trees[0].nodes[one], trees[1].nodes[two]
    yield from (Difference(place, *field) for field in _fields(*nodes))
    if (
        nodes[0].slots == nodes[1].slots
        and trees[0].below[one].keys() == trees[1].below[two].keys()
    ):
        return
    for slot, words in enumerate(zip(nodes[0].slots, nodes[1].slots, strict=True)):
        yield from _contents(place, f"slot {slot}", trees, words, (one, two, slot))


def _fields(one: NodePicture, two: NodePicture) -> Iterator[tuple[str, str, str]]:
    for name in ("shift", "offset", "count", "nr_values"):
        if getattr(one, name) != getattr(two, name):
            yield name, str(getattr(one, name)), str(getattr(two, name))
    for bit, name, words in _NODE_FLAGS:
        if (one.flags ^ two.flags) & bit:
            yield name, words[bool(one.flags & bit)], words[bool(two.flags & bit)]
    if (one.flags ^ two.flags) & ~_KNOWN_FLAGS:
        yield "flags", f"{one.flags:#x}", f"{two.flags:#x}"
    for mark, masks in enumerate(zip(one.marks, two.marks, strict=True)):
        if masks[0] != masks[1]:
            yield f"mark {mark}", _mask_text(masks[0]), _mask_text(masks[1])


_NODE_FLAGS = (
    (PARENT_RIGHT, "parent", ("wrong", "right")),
    (ARRAY_RIGHT, "array", ("wrong", "right")),
    (ON_LRU, "LRU", ("not on it", "on it")),
)
_KNOWN_FLAGS = PARENT_RIGHT | ARRAY_RIGHT | ON_LRU


def mark_text(bits: int) -> str:
    """The numbers of the marks whose bits are set, ``0,2``; ``none``."""
    return ",".join(str(mark) for mark in range(bits.bit_length()) if bits >> mark & 1) or "none"


def _mask_text(mask: int) -> str:
    """Slots as ranges, ``slots 0,4..7``."""
    ranges = []
    slot = 0
    while mask >> slot:
        if not mask >> slot & 1:
            slot += 1
            continue
        last = slot
        while mask >> last + 1 & 1:
            last += 1
        ranges.append(range_text(slot, last))
        slot = last + 1
    return f"on slots {','.join(ranges)}" if ranges else "on no slot"


def range_text(first: int, last: int) -> str:
    """A run of slots, ``4..7``, or ``4`` if it is one."""
    return str(first) if first == last else f"{first}..{last}"


def _flag_text(flags: int) -> str:
    if flags & ~MALFORMED:
        return f"{flags:#x}"
    return "malformed" if flags else "well-formed"


def _unlinked(one: _Tree, two: _Tree) -> Iterator[Difference]:
    """Nodes that the snapshots list but no link leads to: only a broken snapshot has any."""
    reached = one.reached(one.root), two.reached(two.root)
    for ordinal in range(max(len(one.nodes), len(two.nodes))):
        texts = []
        for tree, linked in zip((one, two), reached, strict=True):
            unlinked = ordinal < len(tree.nodes) and ordinal not in linked
            texts.append(repr(tree.nodes[ordinal]) if unlinked else "none")
        if texts[0] != texts[1]:
            yield Difference("array", f"node {ordinal} without a link to it", *texts)


def _raw(expected: Snapshot, actual: Snapshot) -> Iterator[Difference]:
    """Words that differ in trees of the same form: their nodes are numbered differently."""
    if expected.head != actual.head:
        yield Difference("array", "head", entry_text(expected.head), entry_text(actual.head))
    for ordinal in range(max(len(expected.nodes), len(actual.nodes))):
        nodes = [p.nodes[ordinal] if ordinal < len(p.nodes) else None for p in (expected, actual)]
        if nodes[0] != nodes[1]:
            yield Difference(f"node {ordinal}", "numbering", repr(nodes[0]), repr(nodes[1]))
