# SPDX-License-Identifier: GPL-2.0-or-later
"""Nodes and bytes that a split takes, as tables."""

from __future__ import annotations

from rich.console import Console

from review.report.terminal import simple_table
from review.run.count import SplitCount


def show(result: SplitCount, console: Console) -> None:
    """Print the tables for people."""
    s = result.chunk_shift
    console.print(
        f"Split of order {result.order} to order {result.new_order}, chunk shift {s}: "
        f"{1 << s} slots and {result.node_bytes} bytes a node"
    )
    console.print("\nAt once, xas_split_alloc() and xas_split():")
    levels = simple_table("shift", "nodes", "bytes", right=range(3))
    for level in result.levels:
        levels.add_row(str(level.shift), f"{level.nodes:,}", f"{level.bytes:,}")
    levels.add_section()
    levels.add_row("total", f"{result.nodes:,}", f"{result.bytes:,}")
    console.print(levels)
    console.print("In stages of one level, a call for each entry:")
    stages = simple_table("from", "to", "calls", "nodes a call", "nodes", right=range(5))
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
    console.print(stages)
    console.print(
        f"A walk of xas_try_split() around one index: {result.walk_nodes:,} nodes, "
        f"{result.walk_bytes:,} bytes"
    )
