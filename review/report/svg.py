# SPDX-License-Identifier: GPL-2.0-or-later
"""Labelled boxes as SVG: readable in light and dark, with a text alternative.

The boxes grow from left to right: what is below a row stands to the right of it, at the end of a
line.  A row that is repeated leads to a stack.  What differs is marked by ``!`` and by colour.
A picture stands alone in a file of its own (``svg``) or is part of a page (``inline``), which then
has to contain ``style``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from models.pictures.boxes import Box, Label
from review.report.layout import xml_text

_CHARACTER = 7.3  # pixels that a character of the 12 pixel monospace font takes
_LINE = 17
_PADDING = 8
_HEAD_CHARACTERS = 26
_COLUMN_GAP = 40
_ROW_GAP = 14
_STACK = 4  # by how much the boxes of a stack stand out behind each other
_MARGIN = 16
_CAPTION = 26
WIDEST = 1200
"""Pixels; drawings that would be wider next to each other stand below each other."""

_LIGHT = {
    ".ground": "fill:#ffffff",
    ".box": "fill:#f6f8fa;stroke:#57606a",
    ".head": "fill:#d8e6f5;stroke:#57606a",
    ".line": "fill:none;stroke:#57606a",
    "text": "fill:#1f2328",
    ".differs": "fill:#b3261e;font-weight:bold",
}
_DARK = {
    ".ground": "fill:#0d1117",
    ".box": "fill:#161b22;stroke:#8b949e",
    ".head": "fill:#1d3550;stroke:#8b949e",
    ".line": "fill:none;stroke:#8b949e",
    "text": "fill:#e6edf3",
    ".differs": "fill:#ff9088;font-weight:bold",
}


def svg(drawings: Sequence[Box], captions: Sequence[str], title: str, description: str) -> str:
    """One SVG document of the drawings, each under its caption.

    ``title`` and ``description`` are what a reader hears who cannot see the picture.
    """
    picture = _picture(drawings, captions, title, description, "")
    return picture.replace("<rect", f"<style>\n{style()}\n</style>\n<rect", 1) + "\n"


def inline(
    drawings: Sequence[Box],
    captions: Sequence[str],
    title: str,
    description: str,
    name: str,
    widest: int = WIDEST,
) -> str:
    """The same as an element of a page; ``name`` is in the page only here, and made of letters,
    digits and dashes."""
    return _picture(drawings, captions, title, description, f"{name}-", widest)


def style(scope: str = "") -> str:
    """The style sheet of pictures, for light and dark; ``scope`` is put before each selector."""
    return "\n".join(
        [
            f"{scope}text{{font:12px ui-monospace,'DejaVu Sans Mono',monospace;white-space:pre}}",
            f"{scope}.title{{font-weight:bold}}",
            f"{scope}.caption{{font-size:14px;font-weight:bold}}",
            _rules(_LIGHT, scope),
            f"@media (prefers-color-scheme:dark){{\n{_rules(_DARK, scope)}\n}}",
        ]
    )


def _picture(
    drawings: Sequence[Box],
    captions: Sequence[str],
    title: str,
    description: str,
    prefix: str,
    widest: int = WIDEST,
) -> str:
    panels = [_Panel(drawing) for drawing in drawings]
    across = sum(panel.width for panel in panels) + _COLUMN_GAP * (len(panels) - 1) <= widest
    shapes, x, y = [], float(_MARGIN), float(_MARGIN)
    width = height = 0.0
    for panel, caption in zip(panels, captions, strict=True):
        shapes.append(_text(x, y + 14, [Label(caption)], "caption"))
        shapes += panel.shapes(x, y + _CAPTION)
        width = max(width, x + max(panel.width, len(caption) * _CHARACTER * 1.2))
        height = max(height, y + _CAPTION + panel.height)
        if across:
            x = width + _COLUMN_GAP
        else:
            y = height + _ROW_GAP
    width, height = round(width + _MARGIN), round(height + _MARGIN)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img" '
            f'aria-labelledby="{prefix}title {prefix}desc">',
            f'<title id="{prefix}title">{_escape(title)}</title>',
            f'<desc id="{prefix}desc">{_escape(description)}</desc>',
            f'<rect class="ground" width="{width}" height="{height}"/>',
            *shapes,
            "</svg>",
        ]
    )


class _Panel:
    """One drawing with a place for each of its boxes; (0, 0) is its upper left corner."""

    def __init__(self, drawing: Box) -> None:
        self._widths: list[float] = []
        self._measure(drawing, 0)
        self._placed: list[tuple[Box, int, float, bool]] = []
        self._lines: list[tuple[int, float, float, float]] = []
        self.height = self._place(drawing, 0, 0.0, False)
        self.width = self._x(len(self._widths)) - _COLUMN_GAP

    def _x(self, depth: int) -> float:
        return sum(self._widths[:depth]) + _COLUMN_GAP * depth

    def _measure(self, box: Box, depth: int) -> None:
        if depth == len(self._widths):
            self._widths.append(0.0)
        self._widths[depth] = max(self._widths[depth], _width(box) + 2 * _STACK)
        for row in box.rows:
            if row.below is not None:
                self._measure(row.below, depth + 1)

    def _place(self, box: Box, depth: int, y: float, stacked: bool) -> float:
        """Place a box and all below it from ``y`` on; the lower edge of what was placed."""
        self._placed.append((box, depth, y, stacked))
        row_y = y + _head_height(box)
        bottom = row_y + _rows_height(box) + (2 * _STACK if stacked else 0)
        free = y
        for row in box.rows:
            if row.below is not None:
                right = self._x(depth) + _width(box)
                self._lines.append((depth + 1, right, row_y + _LINE / 2 + 3, free + _LINE / 2 + 3))
                free = self._place(row.below, depth + 1, free, row.repeated) + _ROW_GAP
            row_y += _LINE
        return max(bottom, free - _ROW_GAP)

    def shapes(self, x: float, y: float) -> Iterator[str]:
        """The SVG elements, moved by (x, y)."""
        for depth, left, start, end in self._lines:
            left, right = x + left, x + self._x(depth)
            middle = right - _COLUMN_GAP / 2
            yield (
                f'<path class="line" d="M{left:.1f} {y + start:.1f}C{middle:.1f} {y + start:.1f} '
                f'{middle:.1f} {y + end:.1f} {right:.1f} {y + end:.1f}"/>'
            )
        for box, depth, top, stacked in self._placed:
            yield from _box(box, x + self._x(depth), y + top, stacked)


def _head_lines(box: Box) -> list[list[Label]]:
    """The head's labels, wrapped; the title stands alone in the first line."""
    lines: list[list[Label]] = []
    for label in box.head:
        if not lines or _characters([*lines[-1], label]) > _HEAD_CHARACTERS:
            lines.append([])
        lines[-1].append(label)
    return lines


def _characters(labels: Sequence[Label]) -> int:
    return sum(len(str(label)) for label in labels) + 2 * (len(labels) - 1)


def _width(box: Box) -> float:
    lines = [*_head_lines(box), *(row.labels for row in box.rows), [Label(box.title)]]
    return max(map(_characters, lines)) * _CHARACTER + 2 * _PADDING


def _head_height(box: Box) -> float:
    return (1 + len(_head_lines(box))) * _LINE + _PADDING


def _rows_height(box: Box) -> float:
    return len(box.rows) * _LINE + _PADDING if box.rows else 0


def _box(box: Box, x: float, y: float, stacked: bool) -> Iterator[str]:
    width, head, rows = _width(box), _head_height(box), _rows_height(box)
    for behind in (2, 1) if stacked else ():
        yield _rect("box", x + behind * _STACK, y + behind * _STACK, width, head + rows)
    yield _rect("box", x, y, width, head + rows)
    yield _rect("head", x, y, width, head)
    line = y + _LINE
    yield _text(x + _PADDING, line, [Label(box.title)], "title")
    for labels in _head_lines(box):
        line += _LINE
        yield _text(x + _PADDING, line, labels)
    line = y + head
    for row in box.rows:
        line += _LINE
        yield _text(x + _PADDING, line, row.labels)


def _rect(kind: str, x: float, y: float, width: float, height: float) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect class="{kind}" {place} rx="4"/>'


def _text(x: float, y: float, labels: Sequence[Label], kind: str = "") -> str:
    spans = "  ".join(
        f'<tspan class="differs">{_escape(str(label))}</tspan>'
        if label.differs
        else _escape(label.text)
        for label in labels
    )
    name = f' class="{kind}"' if kind else ""
    return f'<text{name} x="{x:.1f}" y="{y:.1f}" xml:space="preserve">{spans}</text>'


def _escape(text: str) -> str:
    return escape(xml_text(text))


def _rules(rules: dict[str, str], scope: str) -> str:
    return "\n".join(f"{scope}{name}{{{rule}}}" for name, rule in rules.items())
