# SPDX-License-Identifier: GPL-2.0-or-later
"""What a split takes, in tables."""

from __future__ import annotations

from collections.abc import Iterator

from review.report.output import Column, Part, Table, fields, shown, table
from review.run.count import Level, SplitCount, Stage

_LEVELS: list[Column[Level]] = [
    Column("shift", "shift"),
    Column("nodes", "nodes"),
    Column("bytes", "bytes"),
]
_STAGES: list[Column[Stage]] = [
    Column("order", "from"),
    Column("new_order", "to"),
    Column("entries", "calls"),
    Column("nodes_per_call", "nodes a call"),
    Column("nodes", "nodes"),
]


def answer(split: SplitCount) -> Iterator[Part]:
    """The split at once, in stages and as a walk."""
    s = split.chunk_shift
    yield from fields(split, "order", "new_order", "chunk_shift", "node_bytes", "nodes", "bytes")
    yield from fields(split, "staged_nodes", "largest_call", "walk_nodes", "walk_bytes")
    yield shown(
        f"Split of order {split.order} to order {split.new_order}, chunk shift {s}: "
        f"{1 << s} slots and {split.node_bytes} bytes a node",
        "\nAt once, xas_split_alloc() and xas_split():",
    )
    total = ("total", split.nodes, split.bytes)
    yield table("levels", Table(split.levels, _LEVELS, total))
    yield shown("In stages of one level, a call for each entry:")
    most = f"at most {split.largest_call:,}"
    yield table("stages", Table(split.stages, _STAGES, ("total", "", "", most, split.staged_nodes)))
    yield shown(
        f"A walk of xas_try_split() around one index: {split.walk_nodes:,} nodes, "
        f"{split.walk_bytes:,} bytes"
    )
