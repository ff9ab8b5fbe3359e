# SPDX-License-Identifier: GPL-2.0-or-later
"""How results are shown on a terminal, or where its output goes instead."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from rich import box
from rich.console import Console
from rich.table import Table


def simple_table(*headings: str, right: Collection[int] = ()) -> Table:
    """A table with these headings; ``right`` are the columns of numbers."""
    made = Table(*headings, box=box.SIMPLE)
    for place in right:
        made.columns[place].justify = "right"
    return made


def show_lines(console: Console, lines: Iterable[str]) -> None:
    """Print lines just as they are: not wrapped, coloured or read as markup."""
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
