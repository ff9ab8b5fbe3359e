# SPDX-License-Identifier: GPL-2.0-or-later
"""Snapshots as slot diagrams: one array, or two next to each other with what differs marked.

Runs of equal entries and of equal subtrees become one row (``64 x the same node``); a subtree that
was drawn before is named, not drawn again.  Two snapshots are folded together: slots share a row
only if they look alike in both, so that the rows of both stand next to each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from models.case.notation import entry_text
from models.pictures.boxes import Box, Label, Row
from models.pictures.diagram_side import Shapes, Side, Slots, Unit
from models.pictures.difference import mark_text, path_text, range_text
from xarray_model.snapshot import Snapshot

MOST_NODES = 200
"""Nodes that one diagram draws; subtrees beyond are named with their number of nodes."""

_Ordinals = Sequence[int | None]  # the node at one path on each side, None where there is none


def boxes(*pictures: Snapshot, most_nodes: int = MOST_NODES) -> list[Box]:
    """A box for each of one or two snapshots: the array, with its root node below.

    Differences to the first are marked in the second.  ValueError when the chunk shifts differ.
    """
    if len({picture.chunk_shift for picture in pictures}) != 1:
        raise ValueError("snapshots of different chunk shifts cannot be drawn next to each other")
    shapes = Shapes()
    return _Drawing([Side(picture, shapes) for picture in pictures], shapes, most_nodes).arrays()


_ABSENT = {
    "parent": "parent right",
    "array": "array right",
    "lru": "not on LRU",
    "stray": "none stray on LRU",
    "malformed": "well-formed",
}
"""How a field that usually goes without saying is written when the other snapshot has it."""


def _labels(fields: dict[str, str], first: dict[str, str] | None) -> list[Label]:
    labels = []
    for name, text in fields.items():
        other = text if first is None else first[name]
        if text or other:
            labels.append(Label(text or _ABSENT[name], text != other))
    return labels


def _runs(first: int, units: Sequence[Unit]) -> Iterator[tuple[Slots, str, Unit]]:
    """What the rows of adjacent units say: the slots, their content, the unit that is repeated."""
    for unit, group in groupby(units):
        repeats = len(list(group))
        after = first + repeats * (1 + unit.siblings)
        if repeats == 1 and unit.siblings:
            yield (first, first), unit.text, replace(unit, siblings=0)
            yield (first + 1, after - 1), f"sib->{first}", Unit(f"sib->{first}", 0, 0, None)
        elif repeats == 1 or unit.text == "NULL" or unit.text.startswith("sib->"):
            yield (first, after - 1), unit.text, unit
        elif unit.siblings:
            yield (first, after - 1), f"{repeats} x [{unit.text} + {unit.siblings} sib]", unit
        else:
            same = "" if unit.child is None else "the same "
            yield (first, after - 1), f"{repeats} x {same}{unit.text}", unit
        first = after


class _Drawing:
    def __init__(self, sides: Sequence[Side], shapes: Shapes, most_nodes: int) -> None:
        self.sides = sides
        self.shapes = shapes
        self.left_to_draw = most_nodes
        self.drawn: dict[tuple[int | None, ...], str] = {}

    def arrays(self) -> list[Box]:
        """The box of the array on each side."""
        roots = [side.root for side in self.sides]
        heads = [
            "root" if side.root is not None else entry_text(side.picture.head)
            for side in self.sides
        ]
        found = []
        for side, head, root in zip(self.sides, heads, self._nodes((), roots, None), strict=True):
            labels = _labels(side.array_fields(), self.sides[0].array_fields())
            row = Row([Label(f"head -> {head}", head != heads[0])], (), root)
            found.append(Box("array", labels, [row]))
        return found

    def _nodes(
        self, path: tuple[int, ...], nodes: _Ordinals, slots: Slots | None
    ) -> list[Box | None]:
        """The box of the node at ``path`` on each side."""
        here = list(zip(self.sides, nodes, strict=True))
        shapes = tuple(None if node is None else side.shape[node] for side, node in here)
        sizes = [self.shapes.nodes[shape] for shape in shapes if shape is not None]
        if not sizes:
            return [None for _ in nodes]
        rows: list[list[Row]] = [[] for _ in nodes]
        note = []
        if shapes in self.drawn:
            note = [Label(f"as {self.drawn[shapes]}", len(set(shapes)) > 1)]
        elif self.left_to_draw == 0:
            most = max(sizes)
            count = f"{most:,} node{'s' if most > 1 else ''}, not drawn"
            note = [Label(count, len(set(shapes)) > 1)]
        else:
            self.left_to_draw -= 1
            self.drawn[shapes] = path_text(path)
            rows = self._rows(path, nodes)
        fields = [None if node is None else side.fields(node, slots) for side, node in here]
        return [
            None
            if mine is None
            else Box(path_text(path), _labels(mine, fields[0]) + note, mine_rows)
            for mine, mine_rows in zip(fields, rows, strict=True)
        ]

    def _rows(self, path: tuple[int, ...], nodes: _Ordinals) -> list[list[Row]]:
        """The rows of the node at ``path`` on each side, with the boxes below them."""
        rows: list[list[Row]] = [[] for _ in nodes]
        for first, blocks in self._blocks(nodes):
            runs = [list(_runs(first, units)) for units in blocks]
            leads = {side_runs[0][0] for side_runs in runs if side_runs}
            if len(leads) == 1:  # the first rows stand for the same slots: draw what is below once
                children = [self._child(i, node, first) for i, node in enumerate(nodes)]
                together = self._nodes((*path, first), children, leads.pop())
            else:
                together = []
            for i, node in enumerate(nodes):
                for slots, text, unit in runs[i]:
                    row = Row(
                        self._row_labels(nodes, i, slots, text, unit.marks),
                        (*path, slots[0]),
                        repeated=text != unit.text,
                    )
                    child = self._child(i, node, slots[0])
                    if child is not None and together and slots[0] == first:
                        row.below = together[i]
                    elif child is not None:
                        alone = [child if i == j else None for j in range(len(nodes))]
                        row.below = self._nodes((*path, slots[0]), alone, slots)[i]
                    rows[i].append(row)
        return rows

    def _child(self, i: int, node: int | None, slot: int) -> int | None:
        return None if node is None else self.sides[i].below[node].get(slot)

    def _blocks(self, nodes: _Ordinals) -> Iterator[tuple[int, list[list[Unit]]]]:
        """The slots cut where a unit begins on every side, adjacent equal pieces put together."""
        units = [
            {} if node is None else side.units(node)
            for side, node in zip(self.sides, nodes, strict=True)
        ]
        starts = sorted(set.intersection(*(set(side) for side in units if side)))
        pieces = [
            (
                first,
                [[side[slot] for slot in range(first, after) if slot in side] for side in units],
            )
            for first, after in zip(starts, [*starts[1:], 64], strict=True)
        ]
        for _, group in groupby(pieces, key=lambda piece: piece[1]):
            alike = list(group)
            yield alike[0][0], [side * len(alike) for side in alike[0][1]]

    def _row_labels(
        self, nodes: _Ordinals, i: int, slots: Slots, text: str, marks: int
    ) -> list[Label]:
        labels = [
            Label(f"[{range_text(*slots)}]"),
            Label(text, self._differ(Side.content, nodes, i, slots)),
        ]
        differ = self._differ(Side.marks, nodes, i, slots)
        if marks or differ:
            labels.append(Label(f"marks {mark_text(marks)}", differ))
        return labels

    def _differ(
        self, ask: Callable[[Side, int, int], object], nodes: _Ordinals, i: int, slots: Slots
    ) -> bool:
        """Whether side ``i`` answers ``ask`` otherwise than the first one in any of the slots."""
        one, two = nodes[0], nodes[i]
        if one is None or two is None:
            return False
        return any(
            ask(self.sides[0], one, slot) != ask(self.sides[i], two, slot)
            for slot in range(slots[0], slots[1] + 1)
        )
