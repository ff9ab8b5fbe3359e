# SPDX-License-Identifier: GPL-2.0-or-later
"""Plain labelled boxes in a tree, and how they are written as text for a mail.

Nothing here knows what the labels mean: ``models/pictures/diagram.py`` makes boxes of snapshots,
the text below and ``review/report/svg.py`` draw them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

WIDTH = 72
"""Columns of a mail."""
_BETWEEN = 3  # columns between two drawings next to each other
_LEAST = 20
"""Columns that a line has at least, however deep the box lies."""


@dataclass(frozen=True, slots=True)
class Label:
    """A piece of text; ``differs`` when the first of two drawings has another in its place."""

    text: str
    differs: bool = False

    def __str__(self) -> str:
        return f"!{self.text}" if self.differs else self.text


@dataclass(slots=True)
class Row:
    """One line of a box.  Rows of two drawings that have the same ``place`` belong together;
    places ascend through a drawing.  ``repeated``: the box below stands for several."""

    labels: list[Label]
    place: tuple[int, ...]
    below: Box | None = None
    repeated: bool = False


@dataclass(slots=True)
class Box:
    """A titled box: ``head`` says what it is, ``rows`` what is in it."""

    title: str
    head: list[Label]
    rows: list[Row] = field(default_factory=list)

    def boxes(self) -> int:
        """How many boxes are drawn for it: itself and those below."""
        return 1 + sum(row.below.boxes() for row in self.rows if row.below is not None)


def text(drawings: Sequence[Box], captions: Sequence[str] = (), width: int = WIDTH) -> str:
    """The drawings next to each other, with captions if there are any, at most ``width`` columns
    where the texts permit; ``!`` stands before what differs from the first drawing."""
    column = (width - _BETWEEN * (len(drawings) - 1)) // len(drawings)
    sides = [list(_lines(drawing, column)) for drawing in drawings]
    # What does not fit pushes the next drawing to the right as a whole.
    column = max(column, *(len(line) for lines in sides[:-1] for _, line, _ in lines), 0)
    if captions:
        for lines, caption in zip(sides, captions, strict=True):
            lines[:0] = [(None, caption, False), (None, "-" * column, False)]
    common = set.intersection(*({place for place, *_ in lines} for lines in sides)) - {None}
    blocks = [_blocks(lines, common) for lines in sides]
    written = []
    for aligned in zip(*blocks, strict=True):
        for cells in zip_longest(*aligned, fillvalue=("", False)):
            line = cells[0][0]
            for i, (cell, differs) in enumerate(cells[1:], 1):
                left = i * (column + _BETWEEN) - _BETWEEN
                line = f"{line:{left}} {'!' if differs else '|'} {cell}"
            written.append(line.rstrip())
    return "\n".join(written) + "\n"


_Line = tuple[tuple[int, ...] | None, str, bool]


def _lines(box: Box, width: int) -> Iterator[_Line]:
    """The lines of a drawing: place (of a row's first line), text, whether anything differs."""
    yield from _wrapped(None, [Label(box.title), *box.head], 0, width)
    yield from _rows(box, 0, width)


def _rows(box: Box, indent: int, width: int) -> Iterator[_Line]:
    for row in box.rows:
        labels = row.labels if row.below is None else [*row.labels, *row.below.head]
        yield from _wrapped(row.place, labels, indent, width)
        if row.below is not None:
            yield from _rows(row.below, indent + 2, width)


def _wrapped(
    place: tuple[int, ...] | None, labels: Sequence[Label], indent: int, width: int
) -> Iterator[_Line]:
    # Deep down all boxes begin at one column: their shifts tell how deep they are.
    indent = min(indent, max(0, width - _LEAST))
    line, differs = " " * indent + str(labels[0]), labels[0].differs
    for label in labels[1:]:
        if len(line) + 2 + len(str(label)) > width:
            yield place, line, differs
            place, line, differs = None, " " * (indent + 2), False
        line += f"  {label}"
        differs |= label.differs
    yield place, line, differs


def _blocks(
    lines: Sequence[_Line], common: set[tuple[int, ...] | None]
) -> list[list[tuple[str, bool]]]:
    """The lines, cut before each row that all drawings have."""
    blocks: list[list[tuple[str, bool]]] = [[]]
    for place, line, differs in lines:
        if place in common:
            blocks.append([])
        blocks[-1].append((line, differs))
    return blocks
