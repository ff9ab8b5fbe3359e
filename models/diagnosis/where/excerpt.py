# SPDX-License-Identifier: GPL-2.0-or-later
"""What stands where a finding says to look first: the hunk that brought the line, or the lines
around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.diagnosis.where.blame import file_lines, hunks
from models.diagnosis.where.rank import Suspect
from models.kernel.source import Source

AROUND = 2
"""Lines of a source before and after the one that is meant."""
MOST = 40
"""Lines of a hunk that are shown."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A line with what a diff has in front of it, "+", "-" or " "; ``meant``: it is the one to look
    at."""

    sign: str
    text: str
    meant: bool = False

    @property
    def kind(self) -> str:
        """What the step did with it: brought, taken, or the same."""
        return {"+": "brought", "-": "taken"}.get(self.sign, "same")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """``title`` says where the lines are from; ``left_out`` is how many more the hunk has."""

    title: str
    lines: tuple[Shown, ...]
    left_out: int = 0


def excerpt(source: Source, suspect: Suspect) -> Excerpt | None:
    """The hunk of a suspect, or a few lines around it where no series brought it; None where the
    source has no such line."""
    lines = file_lines(source, suspect.file)
    if not 0 < suspect.line <= len(lines):
        return None
    if suspect.hunk is None:
        first = max(1, suspect.line - AROUND)
        around = enumerate(lines[first - 1 : suspect.line + AROUND], first)
        shown = tuple(Shown(" ", text, number == suspect.line) for number, text in around)
        return Excerpt(f"{suspect.file}, lines {first} to {first + len(shown) - 1}", shown)
    for header, diff in _of_step(source, suspect):
        if header == suspect.hunk.header:
            place = _place(diff, lines[suspect.line - 1])
            return _cut(f"{suspect.file}, {suspect.hunk.label}: {header}", diff, place)
    return None


def _of_step(source: Source, suspect: Suspect) -> Iterator[tuple[str, Sequence[tuple[str, str]]]]:
    """The hunks that a step from the base of a source made in the file of a suspect."""
    assert source.lineage is not None and suspect.hunk is not None
    old = source.lineage.base
    for step in source.lineage.steps:
        new = step.source or source
        if step.label == suspect.hunk.label:
            yield from hunks(file_lines(old, suspect.file), file_lines(new, suspect.file))
        old = new


def _place(diff: Sequence[tuple[str, str]], text: str) -> int | None:
    """Which line of a hunk has this text: one that was brought, rather than one around it."""
    alike = [number for number, (sign, one) in enumerate(diff) if one == text and sign != "-"]
    brought = [number for number in alike if diff[number][0] == "+"]
    return min(brought or alike, default=None)


def _cut(title: str, diff: Sequence[tuple[str, str]], place: int | None) -> Excerpt:
    shown = [Shown(sign, text, number == place) for number, (sign, text) in enumerate(diff)]
    first = 0 if place is None else max(0, min(place - MOST // 2, len(shown) - MOST))
    part = tuple(shown[first : first + MOST])
    return Excerpt(title, part, len(shown) - len(part))
