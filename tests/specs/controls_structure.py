# SPDX-License-Identifier: GPL-2.0-or-later
"""For each structural invariant: a snapshot that holds and one that breaks it."""

from __future__ import annotations

from dataclasses import replace

from tests.specs.builder import Tree, run, snapshot
from xarray_model.entries import RETRY, ZERO, mk_error, mk_node, mk_sibling, mk_value
from xarray_model.flags import ArrayFlag
from xarray_model.snapshot import ARRAY_RIGHT, MALFORMED, MALFORMED_NODE, PARENT_RIGHT, Snapshot

S = 2
P, V = 0x1000, mk_value(7)
LEAF = {**run(0, 2, P), 2: V}


def array(leaf: dict[str, object] | None = None, root: dict[str, object] | None = None) -> Snapshot:
    """A sound array of two levels, with an order-3 value and marks; or wrong fields in a node."""
    low = Tree(0, LEAF, {0: 1}, leaf or {})
    return snapshot(S, Tree(2, {0: low, **run(2, 2, V)}, {2: 2}, root or {}))


def _leaf(slots: dict[int, int], marks: dict[int, int] | None = None) -> Snapshot:
    low = Tree(0, slots, marks or {})
    return snapshot(S, Tree(2, {0: low, 1: P}))


def _free(marks: dict[int, int]) -> Snapshot:
    """An array that tracks free indices, of which 2 and 3 are."""
    return snapshot(S, Tree(0, run(0, 2, P), marks), array_flags=ArrayFlag.TRACK_FREE)


GOOD = array()
WIDE = snapshot(3, Tree(0, {**run(0, 4, P), **run(4, 2, V), 7: P}))

STRUCTURE: dict[str, tuple[Snapshot, Snapshot]] = {
    "node-shift": (GOOD, array({"shift": 1})),
    "node-parent": (GOOD, array({"flags": ARRAY_RIGHT})),
    "node-array": (GOOD, array({"flags": PARENT_RIGHT})),
    "node-count": (GOOD, array({"count": 2})),
    "node-nr-values": (GOOD, array(root={"nr_values": 1})),
    "node-empty": (GOOD, _leaf({})),
    "lru": (
        snapshot(S, Tree(0, {1: V})),
        snapshot(S, Tree(0, {1: V}, {}, {"flags": PARENT_RIGHT | ARRAY_RIGHT})),
    ),
    "slot-error": (GOOD, _leaf({0: mk_error(12)})),
    "slot-kind": (_leaf({0: ZERO}), _leaf({0: RETRY})),
    "leaf-child": (GOOD, _leaf({0: mk_node(1)})),
    "sibling-target": (GOOD, _leaf({1: mk_sibling(0)})),
    "sibling-run": (WIDE, snapshot(3, Tree(0, {**run(0, 3, P), 7: V}))),
    "sibling-mark": (GOOD, _leaf(run(0, 2, P), {0: 1, 1: 1})),
    "null-mark": (GOOD, _leaf({0: P}, {3: 4})),
    "free-mark": (_free({2: 1, 3: 1}), _free({2: 1})),
    "tree": (GOOD, _leaf({0: MALFORMED_NODE})),
    "child-shift": (GOOD, snapshot(S, Tree(4, {0: Tree(0, LEAF), 1: P}))),
    "child-offset": (GOOD, array({"offset": 3})),
    "child-mark": (GOOD, array(root={"marks": (0, 4, 0)})),
    "array-mark": (GOOD, replace(GOOD, marks=7)),
    "root-lowest": (
        snapshot(S, Tree(2, {0: P})),
        snapshot(S, Tree(2, {0: Tree(0, LEAF)})),
    ),
    "head": (snapshot(S, P), snapshot(S, RETRY)),
    "lru-stray": (GOOD, replace(GOOD, stray_lru=1)),
    "live-nodes": (GOOD, replace(GOOD, live_nodes=3)),
}

MORE: list[tuple[str, Snapshot]] = [
    ("node-count", array({"count": 4})),
    ("node-nr-values", array({"nr_values": 253})),
    ("node-parent", array(root={"flags": ARRAY_RIGHT})),
    ("lru", array({"flags": 7})),
    ("sibling-target", _leaf({0: mk_sibling(1), 1: P})),
    ("sibling-target", snapshot(S, Tree(2, {0: Tree(0, LEAF), 1: mk_sibling(0)}))),
    ("sibling-target", _leaf({0: P, 1: mk_sibling(0), 2: mk_sibling(1)})),
    ("sibling-run", _leaf({0: P, 2: mk_sibling(0)})),
    ("sibling-run", _leaf({0: P, 1: V, 2: mk_sibling(0)})),
    ("sibling-run", _leaf(run(1, 2, P))),
    ("sibling-run", snapshot(3, Tree(0, run(0, 8, P)))),
    ("tree", replace(GOOD, flags=MALFORMED)),
    ("tree", replace(GOOD, head=P)),
    ("tree", array(root={"slots": (mk_node(1) | 4, 0, *GOOD.nodes[0].slots[2:])})),
    ("tree", replace(GOOD, nodes=GOOD.nodes[:1])),
    ("tree", replace(GOOD, nodes=(*GOOD.nodes, GOOD.nodes[1]))),
    ("child-mark", array({"marks": (0, 0, 0)})),
    ("array-mark", snapshot(S, 0, marks=1)),
    ("root-lowest", snapshot(S, Tree(0, {0: P}))),
    ("head", replace(snapshot(S, mk_sibling(0)))),
    ("head", replace(GOOD, head=P)),
    ("live-nodes", snapshot(S, P, live_nodes=1)),
]
"""Further snapshots that break an invariant, each in another way."""
