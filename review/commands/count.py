# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit count``: nodes and bytes that a split takes, level by level."""

from __future__ import annotations

import click

from review.commands.options import json_option, parse_orders
from review.report.count import answer
from review.report.output import show
from review.run.count import count


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
    split = count(*parse_orders(order, new_order, page_size), chunk_shift)
    show(answer(split), as_json=as_json)
