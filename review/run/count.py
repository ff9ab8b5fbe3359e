# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit count``: nodes and bytes that a split takes, level by level."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass

import click
from rich import box
from rich.console import Console
from rich.table import Table

from review.commands.options import json_option
from xarray_model import geometry

_SIZE = re.compile(r"(\d+)([KMGT])B?", re.IGNORECASE)
_UNIT_BITS = {"K": 10, "M": 20, "G": 30, "T": 40}
MAX_ORDER = 63


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
class Count:
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


def parse_size(text: str) -> int:
    """Bytes of a size such as ``4K`` or ``1G``; click.BadParameter if it is no power of two."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise click.BadParameter(f"{text!r} is not a size such as 4K, 2M or 1G.")
    size = int(match[1]) << _UNIT_BITS[match[2].upper()]
    if size == 0 or size & (size - 1):
        raise click.BadParameter(f"{text} is not a power of two.")
    return size


def parse_order(text: str, page_size: int) -> int:
    """The order (0..63) that ``text`` names: a number, or a size in units of ``page_size`` bytes.

    Raises click.BadParameter when it is neither, or out of range.
    """
    if text.isascii() and text.isdigit() and len(text) <= 4:
        order = int(text)
    else:
        size = parse_size(text)
        if size < page_size:
            raise click.BadParameter(f"{text} is less than one page of {page_size} bytes.")
        order = (size // page_size).bit_length() - 1
    if order > MAX_ORDER:
        raise click.BadParameter(f"{text} is order {order}; the highest order is {MAX_ORDER}.")
    return order


def parse_orders(old: str, new: str, page_size: str) -> tuple[int, int]:
    """Both orders of a split; click.BadParameter when the new one is the larger."""
    page = parse_size(page_size)
    order, new_order = parse_order(old, page), parse_order(new, page)
    if new_order > order:
        raise click.BadParameter(
            f"the new order {new_order} is larger than the old order {order}; a split goes down."
        )
    return order, new_order


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


def count(order: int, new_order: int, s: int) -> Count:
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
    return Count(
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


def show(result: Count, console: Console) -> None:
    """Print the tables for people."""
    s = result.chunk_shift
    console.print(
        f"Split of order {result.order} to order {result.new_order}, chunk shift {s}: "
        f"{1 << s} slots and {result.node_bytes} bytes a node"
    )
    console.print("\nAt once, xas_split_alloc() and xas_split():")
    levels = Table("shift", "nodes", "bytes", box=box.SIMPLE)
    for level in result.levels:
        levels.add_row(str(level.shift), f"{level.nodes:,}", f"{level.bytes:,}")
    levels.add_section()
    levels.add_row("total", f"{result.nodes:,}", f"{result.bytes:,}")
    _print_numbers(levels, console)
    console.print("In stages of one level, a call for each entry:")
    stages = Table("from", "to", "calls", "nodes a call", "nodes", box=box.SIMPLE)
    for stage in result.stages:
        stages.add_row(
            str(stage.order),
            str(stage.new_order),
            f"{stage.entries:,}",
            f"{stage.nodes_per_call:,}",
            f"{stage.nodes:,}",
        )
    stages.add_section()
    stages.add_row("total", "", "", f"at most {result.largest_call:,}", f"{result.staged_nodes:,}")
    _print_numbers(stages, console)
    console.print(
        f"A walk of xas_try_split() around one index: {result.walk_nodes:,} nodes, "
        f"{result.walk_bytes:,} bytes"
    )


def _print_numbers(table: Table, console: Console) -> None:
    for column in table.columns:
        column.justify = "right"
    console.print(table)


@click.command("count", short_help="Nodes and bytes that a split takes.")
@click.argument("order")
@click.argument("new_order")
@click.option("--chunk-shift", type=click.IntRange(1, 6), default=6, show_default=True)
@click.option("--page-size", default="4K", show_default=True, help="What one index stands for.")
@json_option
def command(order: str, new_order: str, chunk_shift: int, page_size: str, as_json: bool) -> None:
    """Count the nodes and bytes that a split from ORDER to NEW_ORDER takes.

    An order is a number, or the size of a page such as 1G, 2M or 4K.

    \b
    Examples:
      xasplit count 1G 4K
      xasplit count 18 9 --chunk-shift 6
      xasplit count 512M 64K --page-size 64K --json
    """
    result = count(*parse_orders(order, new_order, page_size), chunk_shift)
    if as_json:
        click.echo(json.dumps(asdict(result), indent=2))
    else:
        show(result, Console())
