# SPDX-License-Identifier: GPL-2.0-or-later
"""What a split costs over the nodes that it takes: whether it is linear."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence

from benchmarks.group import Group, Settings, Yielded
from benchmarks.result import Goal, Kind, Line, Measure, NotRun
from models.kernel.source import port_source
from models.measure import timing, work
from models.measure.programs import Item, MeasureError, Way
from models.subject.build import build
from models.subject.implementation import Implementation
from xarray_model import geometry

CHUNK_SHIFT = 6
ORDERS = range(6, 25)
QUICK_ORDERS = range(6, 15)
LINEAR = 15.0
"""Percent that a cost may differ from the line through all of them."""
_AT_ONCE = 100_000
"""Nodes that are counted in one run, about: it may take half a minute, and valgrind is slow."""

Point = tuple[float, float]


def fit(points: Sequence[Point]) -> tuple[float, float]:
    """The line ``a + b * x`` through points, as near to each as can be in relation to its y."""
    weights = [1 / (y * y) for _, y in points]
    x0 = sum(weights)
    x1 = sum(w * x for w, (x, _) in zip(weights, points, strict=True))
    x2 = sum(w * x * x for w, (x, _) in zip(weights, points, strict=True))
    y0 = sum(w * y for w, (_, y) in zip(weights, points, strict=True))
    y1 = sum(w * x * y for w, (x, y) in zip(weights, points, strict=True))
    slope = (x0 * y1 - x1 * y0) / (x0 * x2 - x1 * x1)
    return (y0 - slope * x1) / x0, slope


def furthest(points: Sequence[Point]) -> float:
    """By how many percent of the line the point differs that differs most from it."""
    base, slope = fit(points)
    return 100 * max(abs(y / (base + slope * x) - 1) for x, y in points)


def measure(settings: Settings) -> Iterator[Yielded]:
    """By the clock, and by instructions, which are the same on every run."""
    source, orders = port_source(), QUICK_ORDERS if settings.quick else ORDERS
    nodes = {order: geometry.split_nodes(order, 0, CHUNK_SHIFT) for order in orders}
    one = Implementation("port", source, False, {CHUNK_SHIFT: build(source, CHUNK_SHIFT)})
    timed = timing.splits(one, CHUNK_SHIFT, max(nodes.values()))
    seconds = {done.order: done.seconds for done in timed if done.order in nodes}
    if missing := nodes.keys() - seconds.keys():
        raise NotRun(f"splits of the orders {sorted(missing)} did not come to their end")
    times = [(float(nodes[order]), seconds[order] * 1e9) for order in orders]
    fresh = "; of many nodes the driver gives the memory back after each"
    yield from _told("split and merge, in the driver", "ns", Kind.ABSOLUTE, times, fresh)
    if shutil.which("valgrind") is None:
        raise NotRun("instructions: valgrind is not installed")
    counted: list[Point] = []
    problem = ""
    for some in parts(orders, nodes):
        items = [Item(Way.AT_ONCE, order, 0) for order in some]
        try:
            for item, done in work.instructions(source, CHUNK_SHIFT, items).items():
                counted.append((float(nodes[item.order]), float(done.alloc + done.split)))
        except MeasureError as error:
            problem = f"instructions of the orders {', '.join(map(str, some))}: {error}"
    if len(counted) > 2:
        yield from _told("split_alloc and split", "instructions", Kind.COUNT, counted)
    if problem:
        raise NotRun(problem)


def parts(orders: Iterable[int], nodes: Mapping[int, int]) -> Iterator[list[int]]:
    """The orders cut where those of a part take too many nodes together."""
    part: list[int] = []
    for order in orders:
        if part and sum(nodes[one] for one in (*part, order)) > _AT_ONCE:
            yield part
            part = []
        part.append(order)
    yield part


def _told(
    what: str, unit: str, kind: Kind, points: Sequence[Point], note: str = ""
) -> Iterator[Yielded]:
    base, slope = fit(points)
    yield Measure(f"{what}, each node", slope, unit, kind, note="slope of the line")
    yield Measure(f"{what}, whatever the nodes", base, unit, kind, note="where the line begins")
    yield Measure(
        f"{what}, furthest from the line",
        furthest(points),
        "%",
        Kind.COUNT if kind is Kind.COUNT else Kind.RATIO,
        Goal(most=LINEAR),
        f"{len(points)} splits to order 0{note}",
    )
    each = tuple((nodes, cost / nodes) for nodes, cost in points)
    yield Line(f"{what}", "nodes of the split", f"{unit} a node", each)


GROUP = Group("cost", "cost of a split over its nodes, orders 6 to 24, chunk shift 6", measure)
