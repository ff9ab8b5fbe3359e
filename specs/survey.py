# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the nodes of a snapshot lie: parent, slot, first index and path, by one pass over ordinals.

Nodes are written in pre-order, so each parent comes before its children and one pass in the order
of the ordinals places them all; nothing here walks the tree by an index as the XArray does.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from xarray_model.entries import is_node, mk_node, node_ordinal
from xarray_model.flags import ArrayFlag
from xarray_model.snapshot import Snapshot

ROOT = -1
"""The parent ordinal of the root."""


class Place(NamedTuple):
    """What identifies a node across operations: the first index below it, and its shift."""

    first: int
    shift: int


class Contents(NamedTuple):
    """What a node holds, comparable between snapshots: ``filled`` is its count, ``values`` its
    nr_values, and any node pointer is ``mk_node(0)``."""

    offset: int
    filled: int
    values: int
    flags: int
    marks: tuple[int, int, int]
    slots: tuple[int, ...]


@lru_cache(maxsize=1 << 16)
def node_slots(slots: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """Pairs (slot, ordinal) of the slots that point to a node; ordinal -1 when the word is not the
    one that a snapshot writes for a node."""
    nodes = [
        (slot, entry, node_ordinal(entry)) for slot, entry in enumerate(slots) if is_node(entry)
    ]
    return tuple((slot, node if entry == mk_node(node) else -1) for slot, entry, node in nodes)


@lru_cache(maxsize=1 << 16)
def without_ordinals(slots: tuple[int, ...]) -> tuple[int, ...]:
    """The slots with every pointer to a node written as ``mk_node(0)``."""
    return tuple(mk_node(0) if is_node(entry) else entry for entry in slots)


class Survey:
    """A snapshot and where each of its nodes lies.

    ``parents``, ``slots``, ``bases``: for each ordinal the parent's ordinal (``ROOT``), the slot in
    the parent and the first index below the node.  ``misled``: pairs (ordinal or ``ROOT`` for the
    head, slot) of pointers that lead to no node or to one that another pointer led to before.
    ``lost``: ordinals that no pointer leads to.
    """

    __slots__ = ("bases", "lost", "misled", "parents", "slots", "snapshot")

    def __init__(self, snapshot: Snapshot) -> None:
        nodes = snapshot.nodes
        total = len(nodes)
        self.snapshot = snapshot
        self.parents = [ROOT] * total
        self.slots = [0] * total
        self.bases = [0] * total
        self.misled: list[tuple[int, int]] = []
        pointers = 0
        if is_node(snapshot.head):
            if snapshot.head == mk_node(0) and total:
                pointers = 1
            else:
                self.misled.append((ROOT, 0))
        for ordinal, node in enumerate(nodes):
            for slot, child in node_slots(node.slots):
                if not ordinal < child < total or self.parents[child] != ROOT:
                    self.misled.append((ordinal, slot))
                    continue
                pointers += 1
                self.parents[child] = ordinal
                self.slots[child] = slot
                self.bases[child] = self.bases[ordinal] + (slot << node.shift)
        self.lost: list[int] = []
        if pointers != total:
            rooted = snapshot.head == mk_node(0)
            self.lost = [
                n for n in range(total) if self.parents[n] == ROOT and not (rooted and not n)
            ]

    @property
    def tracks_free(self) -> bool:
        """Whether mark 0 of the array tells which indices are free."""
        return bool(self.snapshot.array_flags & ArrayFlag.TRACK_FREE)

    @property
    def whole(self) -> bool:
        """Whether the pointers make one tree of all the nodes."""
        return not (self.misled or self.lost)

    def path(self, ordinal: int) -> str:
        """The node's path from the root, as ``root/3/1``; ``head`` for ``ROOT``."""
        if ordinal == ROOT:
            return "head"
        steps: list[str] = []
        while self.parents[ordinal] != ROOT:
            steps.append(str(self.slots[ordinal]))
            ordinal = self.parents[ordinal]
        return "/".join(["root", *reversed(steps)])

    def places(self) -> dict[Place, int]:
        """The ordinal of the node at each place."""
        return {
            Place(base, node.shift): ordinal
            for ordinal, (base, node) in enumerate(
                zip(self.bases, self.snapshot.nodes, strict=True)
            )
        }

    def contents(self) -> dict[Place, Contents]:
        """What each node holds, by its place."""
        return {
            Place(base, node.shift): Contents(
                node.offset,
                node.count,
                node.nr_values,
                node.flags,
                node.marks,
                without_ordinals(node.slots),
            )
            for base, node in zip(self.bases, self.snapshot.nodes, strict=True)
        }
