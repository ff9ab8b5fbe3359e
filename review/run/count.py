# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit count``: nodes and bytes that a split takes, level by level."""

from __future__ import annotations

from dataclasses import dataclass

from xarray_model import geometry


@dataclass(frozen=True)
class Level:
    """Nodes of one level: their shift, how many the split creates, and their bytes."""

    shift: int
    nodes: int
    bytes: int


@dataclass(frozen=True)
class Stage:
    """One step of a split in stages: each of ``entries`` entries is split by a call of its own."""

    order: int
    new_order: int
    entries: int
    nodes_per_call: int
    nodes: int


@dataclass(frozen=True)
class SplitCount:
    """What the three ways to split from ``order`` to ``new_order`` take, in nodes and bytes."""

    order: int
    new_order: int
    chunk_shift: int
    node_bytes: int
    levels: list[Level]
    nodes: int
    bytes: int
    stages: list[Stage]
    staged_nodes: int
    largest_call: int
    walk_nodes: int
    walk_bytes: int


def _stages(order: int, new_order: int, s: int) -> list[Stage]:
    """The split one level of nodes at a time, as far as upstream's one-level split goes."""
    stages, entries = [], 1
    while order > new_order:
        lower = max(new_order, geometry.node_shift(order, s) - s)
        per_call = geometry.split_nodes(order, lower, s)
        stages.append(Stage(order, lower, entries, per_call, entries * per_call))
        entries <<= order - lower
        order = lower
    return stages


def count(order: int, new_order: int, s: int) -> SplitCount:
    """What a split from ``order`` to ``new_order`` (0..63) takes at chunk shift ``s`` (1..6)."""
    node_bytes = geometry.node_bytes(s)
    levels = []
    shift, nodes = geometry.node_shift(order, s), geometry.slots_of(order, s)
    while shift > geometry.node_shift(new_order, s):
        shift -= s
        levels.append(Level(shift, nodes, nodes * node_bytes))
        nodes <<= s
    total = geometry.split_nodes(order, new_order, s)
    stages = _stages(order, new_order, s)
    walk = geometry.try_split_nodes(order, new_order, s)
    return SplitCount(
        order,
        new_order,
        s,
        node_bytes,
        levels,
        total,
        total * node_bytes,
        stages,
        sum(stage.nodes for stage in stages),
        max((stage.nodes_per_call for stage in stages), default=0),
        walk,
        walk * node_bytes,
    )
