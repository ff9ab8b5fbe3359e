# SPDX-License-Identifier: GPL-2.0-or-later
"""What a split costs in nodes: at once, in stages, around one index; computed and measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from models.measure.programs import Way
from xarray_model import geometry

OLD, NEW = 4, 8


@dataclass(frozen=True, slots=True)
class PageSplit:
    """A split of one page size into another, of which one index stands for ``page`` bytes."""

    name: str
    page: int
    order: int
    new_order: int = 0


PAGE_SPLITS = (
    PageSplit("2M to 4K", 4 << 10, 9),
    PageSplit("32M to 4K", 4 << 10, 13),
    PageSplit("1G to 4K", 4 << 10, 18),
    PageSplit("16G to 4K", 4 << 10, 22),
    PageSplit("512M to 64K", 64 << 10, 13),
    PageSplit("16G to 64K", 64 << 10, 18),
)
"""Page sizes of arm64 and x86-64 that are split into base pages."""


@dataclass(frozen=True, slots=True)
class Slab:
    """What nodes are carved from: ``objects`` of them in ``pages`` adjacent pages."""

    objects: int
    pages: int

    def pages_for(self, nodes: int) -> int:
        """Pages of the slabs that ``nodes`` need when nothing else is in them."""
        return -(-nodes // self.objects) * self.pages


LEAST_OBJECTS = 16
"""Nodes that a slab should hold: SLUB's least on a machine of 4 CPUs, and more on larger ones."""


def slab(s: int, page: int) -> Slab:
    """The slab of nodes at chunk shift ``s`` on pages of ``page`` bytes, an assumption: the lowest
    order that holds 16 objects and wastes at most a sixteenth, as SLUB's ``calculate_order`` has it
    on a small machine.  28 nodes in 4 pages at s=6 and 21 in one at s=4, for pages of 4 KiB."""
    size = geometry.node_bytes(s)
    pages = 1
    while pages * page // size < LEAST_OBJECTS or pages * page % size > pages * page // 16:
        pages *= 2
    return Slab(pages * page // size, pages)


@dataclass(frozen=True, slots=True)
class WayCost:
    """One way to split: ``calls``, each with the lock held once, the ``nodes`` that they take, and
    the ``peak`` of nodes that are allocated and not yet linked at one time."""

    calls: int
    nodes: int
    peak: int


def way_cost(way: Way, order: int, new_order: int, s: int) -> WayCost:
    """What the arithmetic says of one way to split from ``order`` to ``new_order``."""
    if way is Way.WALK:
        nodes = geometry.try_split_nodes(order, new_order, s)
        return WayCost(_steps(order, new_order, s), nodes, min(nodes, 1))
    calls = nodes = peak = 0
    for higher, lower in stages(order, new_order, s, way.value):
        entries = 1 << (order - higher)
        each = geometry.split_nodes(higher, lower, s)
        calls, nodes, peak = calls + entries, nodes + entries * each, max(peak, each)
    return WayCost(calls, nodes, peak)


def stages(order: int, new_order: int, s: int, levels: int) -> Iterator[tuple[int, int]]:
    """The orders from and to which a split in stages of ``levels`` levels of nodes goes; 0: all."""
    while order > new_order:
        lower = new_order
        if levels:
            lower = max(new_order, geometry.node_shift(order, s) - levels * s)
        yield order, lower
        order = lower


def _steps(order: int, new_order: int, s: int) -> int:
    """How many steps ``xas_try_split`` takes around one index, each as low as it may go."""
    steps = 0
    while order > new_order:
        order = max(new_order, geometry.try_split_min_order(order, s))
        steps += 1
    return steps
