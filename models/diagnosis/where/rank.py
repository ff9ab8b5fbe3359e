# SPDX-License-Identifier: GPL-2.0-or-later
"""The lines of the tested source to look at first for a finding: a ranking, never a proof."""

from __future__ import annotations

import math
import struct
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from models.case.finding import Finding
from models.diagnosis.where.blame import Hunk, blame
from models.diagnosis.where.features import Features
from models.diagnosis.where.search import NotFollowed, Search
from models.diagnosis.where.spectrum import Line
from models.diagnosis.where.text import Text
from models.diagnosis.where.trace import Tracer
from models.driver.process import WorkerError
from models.subject.build import BuildError
from models.subject.implementation import Implementation
from xarray_model.errors import PreconditionError

MOST = 3
"""Lines that are named."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A line (from 1) of a file of the source, the function that it is in, and what speaks for it
    in a few words; the ``hunk`` that brought it, None where no series did; its ``text``."""

    file: str
    line: int
    function: str
    why: tuple[str, ...]
    hunk: Hunk | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Where:
    """The lines to look at first, the most suspicious at the front; or why there are none.

    ``failing`` and ``passing``: how many cases like the finding's were compared.
    """

    suspects: tuple[Suspect, ...] = ()
    reason: str = ""
    failing: int = 0
    passing: int = 0


_REASONS = (
    *(BuildError, WorkerError, PreconditionError, NotFollowed),
    *(OSError, ValueError, struct.error),
)
"""What keeps a finding from being ranked."""
_SERIES = 1.2
"""What speaks for a line that a series brought; twice that if the finding came with its patch."""
_UNCHANGED: Mapping[Line, float] = {}
NOT_ASKED = Where()
"""Where nobody asked for it."""


def where(implementation: Implementation, finding: Finding, since: Collection[str] = ()) -> Where:
    """Where to look first; a line that a series brought comes before one for which as much speaks,
    above all a line of the patches ``since`` which the finding is there.

    Never raises for code under test, or for a machine that lacks what it takes: the reason is
    told."""
    if finding.before:
        return Where(reason="it was there before")
    try:
        with Tracer(implementation, finding.chunk_shift) as tracer:
            search = Search(tracer, finding)
            found = search.features()
            source = implementation.source
            text = Text(source.directory, search.files)
            changed = blame(source)
    except _REASONS as error:
        return Where(reason=" ".join(str(error).split())[:200] or type(error).__name__)
    weights = {line: _SERIES * (2 if hunk.label in since else 1) for line, hunk in changed.items()}
    order = ranking(found, text, weights)
    suspects = tuple(
        Suspect(
            *line,
            search.functions.get(line, ""),
            _why(found[line]),
            changed.get(line),
            text.of(line),
        )
        for line in order[:MOST]
    )
    return Where(suspects, "", len(search.failing), len(search.passing))


def ranking(
    found: Mapping[Line, Features], text: Text, changed: Mapping[Line, float] = _UNCHANGED
) -> list[Line]:
    """The lines, the most suspicious first; without those that hold a brace or a label alone.
    ``changed``: what speaks for a line since a series brought it."""
    lines = [line for line in found if text.code(line)]
    scores = scored({line: found[line] for line in lines}, changed)
    return sorted(lines, key=lambda line: (-scores[line], line))


def scored(
    found: Mapping[Line, Features], changed: Mapping[Line, float] = _UNCHANGED
) -> dict[Line, float]:
    """How much speaks for each line."""
    whole = max((max(one.ran, one.went) for one in found.values()), default=0) or 1
    inside = max((max(one.ran_inside, one.went_inside) for one in found.values()), default=0) or 1
    return {
        line: round(_score(one, whole, inside) + changed.get(line, 0), 6)
        for line, one in found.items()
    }


_SHARPER = 4
"""Power that sets apart what fails nearly always from what fails often."""


def _score(one: Features, whole: float, inside: float) -> float:
    """Weights that were fitted to defects of the catalogue (``measure.py``), each of them tried
    with weights fitted to others; but for that of an end, of which there are too few."""
    spectrum = 1.5 * (max(one.ran, one.went) / whole) ** _SHARPER
    spectrum += 1.8 * (max(one.ran_inside, one.went_inside) / inside) ** _SHARPER
    wrote = 1.5 * one.last + 2.0 * one.beside + 1.0 * one.after + 1.2 * one.first
    wrote += 4.5 * one.along + 9.0 * one.cut
    mends = 2.9 * max(one.flip, 0) + 5.2 * max(one.flip, one.store, one.skip, 0)
    hints = 1.4 * one.feeds + 0.8 * one.named
    # What many call is run by much that works.
    return spectrum + wrote + mends + hints + 5.0 * one.ended - 1.1 * math.log(one.callers)


def _why(one: Features) -> tuple[str, ...]:
    """What speaks for a line, the strongest first."""
    told = (
        (9.0 * one.ended, "it ended here"),
        (8.1 * one.flip, "the case passes if its condition goes the other way"),
        (5.3 * one.skip, "the case passes without what it calls or stores"),
        (5.2 * one.store, "the case passes if it stores something else"),
        (1.5 * one.last, "it wrote or told what is wrong"),
        (9.0 * one.cut, "it cuts off the high bytes of a number that is answered"),
        (4.5 * one.along, "it writes another field of what is wrong, elsewhere together with it"),
        (1.2 * one.first, "it came up with a number that is answered and wrong"),
        (2.0 * one.beside, "it wrote beside what is wrong"),
        (1.0 * one.after, "it runs after what is wrong, or what is beside that, was written"),
        (1.4 * one.feeds, "what wrote it depends on it"),
    )
    words = [text for weight, text in sorted(told, key=lambda x: -x[0]) if weight > 0.4]
    return tuple(words[:2]) or ("it runs where it fails",)
