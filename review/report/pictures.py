# SPDX-License-Identifier: GPL-2.0-or-later
"""The array before and after a split, or what a counterexample file holds."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import click

from models.case.counterexample import Counterexample
from models.case.notation import operation_text
from models.case.reference import Runner, SplitKind, run_case
from models.case.trial import NoCase, answer
from models.pictures import boxes, diagram, explanation
from review.report.output import Part, readable
from review.report.svg import svg
from review.run.case_files import WrittenCase
from specs.stream import cut
from xarray_model import geometry
from xarray_model.array import XArray
from xarray_model.errors import PreconditionError
from xarray_model.operations import Code, Operation
from xarray_model.snapshot import Snapshot, decode

OLD_ENTRY, NEW_ENTRY = 4, 8


MOST_NODES = 50_000
"""Nodes of the largest split that is worked out for a picture; the model takes seconds for it."""


MOST_BOXES = 60
"""Boxes of one array in an SVG; text has more room."""


@dataclass(frozen=True)
class Picture:
    """What is shown: some text, then one or two arrays under captions."""

    title: str
    text: list[str]
    captions: list[str]
    arrays: list[Snapshot]

    def drawings(self, most_nodes: int = diagram.MOST_NODES) -> list[boxes.Box]:
        """The arrays as boxes; empty without any."""
        return diagram.boxes(*self.arrays, most_nodes=most_nodes) if self.arrays else []

    def answer(self) -> Iterator[Part]:
        """All of it, its arrays as boxes or drawn in 72 columns."""
        yield from (Part("title", self.title), Part("text", self.text, self.text))
        boxed = self.drawings()
        arrays = [
            {"caption": caption, **asdict(one)}
            for caption, one in zip(self.captions, boxed, strict=True)
        ]
        drawn = ["", boxes.text(boxed, self.captions).rstrip()] if boxed else []
        yield Part("arrays", arrays, drawn)

    def svg(self) -> str:
        """The arrays as an SVG, with the text as their description."""
        if not self.arrays:
            raise click.ClickException("there is no array to draw: no snapshot was answered.")
        return svg(
            self.drawings(MOST_BOXES),
            self.captions,
            self.title,
            "\n".join(map(str, readable(self.answer()))),
        )


def of_split(order: int, new_order: int, index: int, s: int) -> Picture:
    """The model's array before and after the split of an entry of ``order`` around ``index``.

    Orders are 0..63, ``s`` is 1..6.  Raises click.ClickException when the split is too large.
    """
    if order == 0:
        raise click.ClickException("an entry of order 0 cannot be split.")
    nodes = geometry.split_nodes(order, new_order, s)
    if nodes > MOST_NODES:
        raise click.ClickException(
            f"this split takes {nodes:,} nodes, more than the {MOST_NODES:,} that are drawn; "
            "'xasplit count' tells of splits of any size."
        )
    operations = [
        Operation(Code.STORE, index, order, entry=OLD_ENTRY),
        Operation(Code.SNAPSHOT),
        Operation(Code.SPLIT, index, order, new_order, NEW_ENTRY),
        Operation(Code.SNAPSHOT),
    ]
    try:
        answers = cut(operations, run_case(operations, s).results)
    except (PreconditionError, ValueError) as error:
        raise click.ClickException(f"this split is not possible: {error}") from None
    title = f"Split of order {order} to order {new_order} at index {index}, chunk shift {s}"
    arrays = [decode(answers[place].snapshot or b"") for place in (1, 3)]
    text = [title, "", *(operation_text(operations[place]) for place in (0, 2))]
    return Picture(title, text, ["before", "after"], arrays)


def of_counterexample(example: Counterexample, name: str) -> Picture:
    """The expected and the actual array of a counterexample, and in words what led there."""
    finding = example.finding
    title = f"{finding.implementation} breaks {finding.property}, chunk shift {finding.chunk_shift}"
    text = [*_wrap(title), *_wrap(f"{finding.property}: {finding.statement}"), ""]
    for place, operation in enumerate(finding.operations):
        text.append(f"{place:5} {operation_text(operation)}")
    where = "" if finding.operation is None else f"operation {finding.operation}: "
    # A command is kept in one line, however long its path, so that it can be copied.
    text += ["", *_wrap(where + finding.detail), f"again: {example.replay} {name}"]
    known = explanation.before(finding)
    shown = explanation.pictures(finding)
    if known is not None and shown is not None:
        text += ["", f"before (operation {known[0]}):"]
        text += boxes.text(diagram.boxes(known[1])).splitlines()
    if differences := explanation.differences(finding):
        text += ["", "Expected by the model and found:"]
        text += [line for one in differences for line in _wrap(one)]
    if shown is not None:
        return Picture(title, text, ["expected", "actual"], list(shown))
    if known is not None:
        return Picture(title, text, [f"before (operation {known[0]})"], [known[1]])
    return Picture(title, text, [], [])


def of_written(case: WrittenCase) -> Picture:
    """The model's array before and after the last operation that changes it, of a case that a
    person wrote.  Raises click.ClickException when the case breaks a contract."""
    try:
        runner = Runner(XArray(case.chunk_shift), SplitKind.ITERATIVE)
        answers = cut(case.operations, answer(runner, case.operations))
    except NoCase as error:
        raise case.refused(error) from None
    title = f"{case.name}: {case.size}, chunk shift {case.chunk_shift}"
    text = [*_wrap(title), "", *(operation_text(one) for one in case.text.operations)]
    # What drains it at the end is not part of what was written.
    snapshots = [one.snapshot for one in answers[:-2] if one.snapshot is not None]
    last = snapshots[-1]
    earlier = [one for one in snapshots if one != last]
    if not earlier:
        return Picture(title, text, ["at the end"], [decode(last)])
    return Picture(title, text, ["before", "after"], [decode(earlier[-1]), decode(last)])


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(text, boxes.WIDTH, subsequent_indent="    ", break_on_hyphens=False)
