# SPDX-License-Identifier: GPL-2.0-or-later
"""The plots of a report: nodes and bytes over orders, time over nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter

from models.kernel.printable import clean
from models.measure.timing import Timed
from review.report.figure import LINE, SERIES, figure, inline
from review.run.count import count
from xarray_model import geometry

HIGHEST = 22
"""The largest order that is plotted: 16 GiB of pages of 4 KiB."""
_WIDTH, _HEIGHT = 370, 280
_WAYS = ("at once", "in stages, largest call", "xas_try_split() walk")
_MARKS = ("o", "s", "^", "D")
_DASHES = ("-", "--", ":", "-.")


def nodes(s: int) -> str:
    """Nodes and bytes of a split to order 0, over the order, in three ways."""
    ways: dict[str, dict[int, int]] = {way: {} for way in _WAYS}
    for order in range(1, HIGHEST + 1):
        counted = count(order, 0, s)
        for way, taken in zip(
            ways, (counted.nodes, counted.largest_call, counted.walk_nodes), strict=True
        ):
            if taken:
                ways[way][order] = taken
    node_bytes = geometry.node_bytes(s)
    with figure(_WIDTH, _HEIGHT) as one:
        axes = one.subplots()
        for number, (way, points) in enumerate(ways.items()):
            _series(axes, number, list(points), list(points.values()), way)
        _logarithmic(axes)
        axes.set_xlabel("order of the entry that is split to order 0")
        axes.set_ylabel("nodes")
        axes.xaxis.set_major_locator(FixedLocator(list(range(0, HIGHEST + 1, 2))))
        right = axes.twinx()
        right.set_yscale("log")
        right.set_ylim(*(nodes * node_bytes for nodes in axes.get_ylim()))
        right.spines.right.set_visible(True)
        right.set_ylabel("bytes")
        right.yaxis.set_major_locator(LogLocator(base=32, subs=(1,)))
        right.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _bytes(value)))
        right.yaxis.set_minor_formatter(NullFormatter())
        right.yaxis.set_minor_locator(FixedLocator([]))
        axes.legend(loc="upper left")
        ends = "; ".join(
            f"{way}, {_plural(points[HIGHEST])} for order {HIGHEST}" for way, points in ways.items()
        )
        return inline(
            one,
            f"nodes-{s}",
            f"Nodes and bytes of a split to order 0 over its order, chunk shift {s}",
            f"Nodes on a logarithmic scale, at {node_bytes} bytes a node. {ends}.",
        )


def times(timed: Mapping[str, Sequence[Timed]], s: int) -> str:
    """Seconds of a split and its merge over the nodes of the split, for each implementation."""
    with figure(_WIDTH, _HEIGHT) as one:
        axes = one.subplots()
        for number, (name, found) in enumerate(timed.items()):
            nodes = [one.nodes for one in found]
            _series(axes, number, nodes, [one.seconds for one in found], name)
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        _logarithmic(axes)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _seconds(value)))
        axes.set_xlabel("nodes of the split")
        axes.set_ylabel("time of split and merge")
        axes.legend(loc="upper left")
        ends = "; ".join(
            f"{name}: {_seconds(found[-1].seconds)} for {_plural(found[-1].nodes)}"
            if found
            else f"{name}: no split of it could be timed"
            for name, found in timed.items()
        )
        return inline(
            one,
            f"times-{s}",
            f"Time of a split and of the merge back over nodes, chunk shift {s}",
            f"Both on logarithmic scales. {ends}.",
        )


def _series(axes: Axes, number: int, x: Sequence[int], y: Sequence[float], label: str) -> None:
    place = number % len(SERIES)
    axes.plot(
        x,
        y,
        color=SERIES[place],
        linestyle=_DASHES[place],
        marker=_MARKS[place],
        markersize=4,
        linewidth=1.6,
        label=clean(label),
    )


def _logarithmic(axes: Axes) -> None:
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _number(value)))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.grid(color=LINE, linewidth=0.7)
    axes.set_axisbelow(True)


def _number(value: float) -> str:
    return f"{value / 1e6:,.0f} million" if value >= 1e6 else f"{value:,.0f}"


def _plural(nodes: int) -> str:
    return f"{nodes:,} node{'' if nodes == 1 else 's'}"


def _bytes(value: float) -> str:
    for unit, size in (("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if value >= 1 << size:
            return f"{value / (1 << size):,.0f} {unit}"
    return f"{value:,.0f} B"


def _seconds(value: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if value >= size:
            return f"{value / size:,.3g} {unit}"
    return f"{value * 1e6:,.3g} \u00b5s"
