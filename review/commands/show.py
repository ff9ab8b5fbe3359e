# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit show``: the array before and after a split, or what a counterexample file holds."""

from __future__ import annotations

from pathlib import Path

import click

from review.commands.options import json_option, parse_orders
from review.report.output import show
from review.report.pictures import of_counterexample, of_split, of_written
from review.run import case_files
from review.run.case_files import WrittenCase


@click.command("show", short_help="The array before and after a split.")
@click.argument("what", nargs=-1, required=True, metavar="ORDER NEW_ORDER | FILE | -")
@click.option(
    "--index",
    type=click.IntRange(0, (1 << 64) - 1),
    help="Where the cursor stands; the entry around it is split.  [default: 0]",
)
@click.option("--chunk-shift", type=click.IntRange(1, 6), help="XA_CHUNK_SHIFT.  [default: 6]")
@click.option("--page-size", help="What one index stands for.  [default: 4K]")
@click.option(
    "--svg",
    "svg_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the picture to this file instead.",
)
@json_option
def command(
    what: tuple[str, ...],
    index: int | None,
    chunk_shift: int | None,
    page_size: str | None,
    svg_file: Path | None,
    as_json: bool,
) -> None:
    """Draw the array before and after a split from ORDER to NEW_ORDER, or what a FILE holds.

    FILE is a counterexample, or a case that you write (- is standard input): what the model makes
    of it; 'xasplit replay' says how a case is written.

    An order is a number, or the size of a page such as 1G, 2M or 4K.  Runs of equal subtrees are
    drawn once; ! stands before what differs.

    \b
    Examples:
      xasplit show 1G 4K
      xasplit show 5 1 --chunk-shift 2 --index 40
      xasplit show 1G 2M --svg split.svg
      xasplit show counterexample.json
      printf 'store(0, order=2)\\nsplit(0, 2 to 0)\\n' | xasplit show --chunk-shift 1 -
    """
    if len(what) == 1:
        if (index, page_size) != (None, None):
            raise click.UsageError("--index and --page-size go with two orders.")
        case = case_files.load(what[0], chunk_shift)
        if isinstance(case, WrittenCase):
            picture = of_written(case)
        else:
            picture = of_counterexample(case, what[0])
    elif len(what) == 2:
        order, new_order = parse_orders(what[0], what[1], page_size or "4K")
        picture = of_split(order, new_order, index or 0, chunk_shift or 6)
    else:
        raise click.UsageError("name two orders, or one file of a case.")
    if svg_file is not None:
        svg_file.write_text(picture.svg(), encoding="utf-8")
    if as_json or svg_file is None:
        show(picture.answer(), as_json=as_json)
