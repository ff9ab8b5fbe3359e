# SPDX-License-Identifier: GPL-2.0-or-later
"""What a command answers, described once: its JSON object and what people read are made of it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from enum import Enum
from itertools import chain, groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import click

from review.report.layout import wrap_words

if TYPE_CHECKING:
    from rich.table import Table as RichTable

_T = TypeVar("_T")

_WIDTH = 100
"""Columns of a table where there is no terminal."""


@dataclass(frozen=True, slots=True)
class Column(Generic[_T]):
    """A column of a table, which is a field of the JSON object of each row.

    ``key`` names it in JSON and ``heading`` for people; "" leaves it out there.  ``value`` gives
    what JSON has, the attribute ``key`` unless it is given, and ``cell`` what a cell shows, by
    default the value.  In text and HTML columns of one ``group`` have its name above them.
    """

    key: str
    heading: str = ""
    value: Callable[[_T], object] | None = None
    cell: Callable[[_T], object] | None = None
    group: str = ""

    def of(self, row: _T) -> object:
        """What JSON has of a row."""
        found: object = (self.value or attrgetter(self.key))(row)
        return found

    def shown(self, row: _T) -> object:
        """What a cell shows of a row."""
        return (self.cell or self.of)(row)


@dataclass(frozen=True, slots=True)
class Table(Generic[_T]):
    """Rows in columns; None is a line between rows, ``total`` the cells of a last row.

    Where ``note`` has a text for a row, that stands behind the first ``heads`` cells instead of the
    others.
    """

    rows: Sequence[_T | None]
    columns: Sequence[Column[_T]]
    total: Sequence[object] = ()
    note: Callable[[_T], str] = lambda _: ""
    heads: int = 0

    def records(self) -> list[dict[str, object]]:
        """A JSON object for each row."""
        named = [one for one in self.columns if one.key]
        return [{one.key: one.of(row) for one in named} for row in self.rows if row is not None]

    def rich(self) -> RichTable:
        """The table as rich prints it, numbers to the right."""
        from rich import box
        from rich.table import Column as RichColumn
        from rich.table import Table as RichTable
        from rich.text import Text

        cells = self._cells()
        columns = [
            RichColumn(one.heading, overflow="fold", justify="right" if number else "left")
            for one, number in zip(self._shown, self.numbers(), strict=True)
        ]
        table = RichTable(*columns, box=box.SIMPLE)
        for row in cells:
            if row is None:
                table.add_section()
            else:
                table.add_row(*(Text(_text(one)) for one in row))
        return table

    @property
    def _shown(self) -> list[Column[_T]]:
        return [one for one in self.columns if one.heading]

    def _cells(self) -> list[list[object] | None]:
        """What the cells show; of a row with a note those before it."""
        cells: list[list[object] | None] = [
            None
            if row is None
            else [one.shown(row) for one in self._shown[: self.heads if self.note(row) else None]]
            for row in self.rows
        ]
        return [*cells, None, [*self.total]] if self.total else cells

    def numbers(self) -> list[bool]:
        """Which columns are of numbers, but for some that are told in words or missing."""
        rows = [row for row in self._cells() if row]
        return [
            any(isinstance(row[i], int | float) for row in rows if i < len(row))
            for i in range(len(self._shown))
        ]

    def groups(self) -> list[tuple[str, list[tuple[str, bool]]]]:
        """Groups with their headings, and which of these are of numbers."""
        columns = zip(self._shown, self.numbers(), strict=True)
        return [
            (group, [(one.heading, number) for one, number in some])
            for group, some in groupby(columns, lambda column: column[0].group)
        ]

    def body(self) -> list[tuple[list[str], str]]:
        """The texts of each row's cells, and its note."""
        rows = zip(self.rows, self._cells(), strict=False)
        return [
            ([*map(_text, cells or ())], "" if row is None else self.note(row))
            for row, cells in rows
        ]

    def lines(self) -> list[str]:
        """The table as plain text, as narrow as its cells are."""
        body, numbers, shown = self.body(), self.numbers(), self._shown
        starts, widths, end, above = [], [], 1, ""
        for i, one in enumerate(shown):
            widths.append(max(map(len, (one.heading, *(row[i] for row, _ in body if row[i:])))))
            first = i > 0 and one.group != shown[i - 1].group
            starts.append(end + (3 if first else 1))
            end = starts[i] + widths[i]
            above = f"{above:<{starts[i]}}{one.group}" if first else above

        def line(cells: Sequence[str]) -> str:
            text = ""
            for cell, start, width, number in zip(cells, starts, widths, numbers, strict=False):
                border = "| " if start > len(text) + 1 and text else ""
                wide = cell.rjust(width) if number else cell.ljust(width)
                text = f"{text:<{start - len(border)}}{border}{wide}"
            return text

        rows = [f"{line(cells)} {note}".rstrip() for cells, note in body]
        wrapped = (
            wrap_words(row.lstrip(), "      ", "  ") if body[i][1] else [row]
            for i, row in enumerate(rows)
        )
        headings = [*([above] if above else []), line([one.heading for one in shown])]
        return [*headings, *chain.from_iterable(wrapped)]

    def print(self) -> None:
        """Print it, as wide as the terminal is."""
        from rich.console import Console

        wide = "COLUMNS" in os.environ or sys.stdout.isatty()
        Console(width=None if wide else _WIDTH).print(self.rich())


Lines = Iterable["str | Table[Any]"]
"""Lines and tables, in order."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an answer: ``value`` is under ``key`` in the JSON object, ``text`` for people.

    A value that takes long may be a function that makes it; "" as key is no field of the object.
    """

    key: str
    value: object = None
    text: Lines = ()


def fields(one: object, *names: str) -> list[Part]:
    """Attributes that JSON has and that are not shown by themselves."""
    return [Part(name, getattr(one, name)) for name in names]


def shown(*text: str | Table[Any]) -> Part:
    """What people read and JSON has elsewhere."""
    return Part("", text=text)


def table(key: str, one: Table[Any]) -> Part:
    """A table that JSON has as an array of objects."""
    return Part(key, one.records, [one])


def nested(key: str, answer: Iterable[Part]) -> Part:
    """An answer as a part of another."""
    known = [*answer]
    return Part(key, lambda: as_object(known), readable(known))


def each(key: str, answers: Iterable[Iterable[Part]]) -> Part:
    """Several answers: an array of their objects, and the text of one after the other."""
    known = [[*one] for one in answers]
    lines = (line for one in known for line in readable(one))
    return Part(key, lambda: list(map(as_object, known)), lines)


def as_object(answer: Iterable[Part]) -> dict[str, object]:
    """The JSON object of an answer."""
    return {one.key: one.value() if callable(one.value) else one.value for one in answer if one.key}


def readable(answer: Iterable[Part]) -> Iterator[str | Table[Any]]:
    """What people read of an answer."""
    return (line for one in answer for line in one.text)


def show(answer: Iterable[Part], *, as_json: bool) -> None:
    """Print an answer as one JSON object, or for people."""
    if as_json:
        _echo_json(as_object(answer))
    else:
        show_text(readable(answer))


def show_text(lines: Lines) -> None:
    """Print lines, just as they are, and tables."""
    for line in lines:
        if isinstance(line, Table):
            line.print()
        else:
            click.echo(line)


def _echo_json(value: object) -> None:
    click.echo(json.dumps(value, indent=2, default=_plain))


def _plain(value: Any) -> object:
    """What JSON has of an object that it does not know."""
    if hasattr(value, "__struct_fields__"):
        from msgspec import to_builtins

        return to_builtins(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Iterable):
        return list(value)
    return str(value)


def _text(value: object) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
