# SPDX-License-Identifier: GPL-2.0-or-later
"""How good the ranking is: on which place it has the line where a defect was planted."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from models.case.finding import Finding
from models.case.trial import Trial
from models.diagnosis.reduction import reduce
from models.diagnosis.shrink import shrink, trials
from models.diagnosis.where.rank import MOST, Where, where
from models.diagnosis.where.spectrum import Line
from models.diagnosis.where.text import Text, has_code
from models.mutants import checks
from models.mutants.mutant import Mutant, Part
from models.mutants.run import FLAGS, seeded
from models.subject.build import build
from models.subject.implementation import Implementation

GOAL = 0.8
"""Share of the defects whose planted line is to be among the first ``MOST``."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """What the ranking made of a defect: ``planted`` are its lines, ``place`` (from 1) is the first
    of them among the named, None when none is; ``seconds`` what the ranking took."""

    mutant: Mutant
    finding: Finding | None
    planted: frozenset[Line]
    told: Where
    place: int | None
    seconds: float


def ranked(mutant: Mutant) -> Ranked:
    """Plant a defect of the port, find and shrink a case that shows it, and rank."""
    with tempfile.TemporaryDirectory(prefix="xasplit-where-") as folder:
        source = seeded(mutant, Path(folder))
        s = mutant.chunk_shift
        built = {s: build(source, s, cflags=FLAGS)}
        one = Implementation(mutant.name, source, mutant.one_level, built)
        lines = planted_lines(mutant)
        finding = _found(one, mutant)
        if finding is None:
            return Ranked(mutant, None, lines, Where(reason="it is not found"), None, 0.0)
        small = shrink(one, finding)
        if small is finding:
            with Trial(one, s) as trial:
                small = reduce(trial, finding, most=trials(finding))
        started = time.monotonic()
        told = where(one, small)
        seconds = time.monotonic() - started
        text = Text(source.directory, source.sha256)
        lines = frozenset(map(text.statement, lines))
    places = [n for n, one in enumerate(told.suspects, 1) if (one.file, one.line) in lines]
    return Ranked(mutant, small, lines, told, min(places, default=None), seconds)


def ranked_all(mutants: Iterable[Mutant], jobs: int = 2) -> Iterator[Ranked]:
    """Rank every defect of the port with ``jobs`` processes, in order; those of the driver and of
    the model are none of a source under test, and code is followed in the usual configuration."""
    wanted = [one for one in mutants if one.part is Part.PORT and one.usual]
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(ranked, wanted)


def share(found: Iterable[Ranked]) -> float:
    """The share of the defects that have a planted line among the first ``MOST``; 0 of none."""
    places = [one.place for one in found]
    return sum(place is not None and place <= MOST for place in places) / max(len(places), 1)


def planted_lines(mutant: Mutant) -> frozenset[Line]:
    """The lines that a defect changes or adds (``ranked`` takes the statements that they belong to,
    as the ranking does).  Where it only takes something out, the line of code that is left before
    it and the one behind it, within the function; for a macro, which runs nowhere itself, the lines
    of the file that use it."""
    before = (mutant.folder / mutant.file).read_text().splitlines()
    after = mutant.changed().splitlines()
    lines: set[int] = set()
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, _, _, start, end in matcher.get_opcodes():
        if tag == "equal":
            continue
        new = {number for number in range(start + 1, end + 1) if has_code(after[number - 1])}
        lines |= new or beside(after, start, end)
    for number in sorted(lines):
        if (macro := re.match(r"\s*#\s*define\s+(\w+)", after[number - 1])) is not None:
            used = re.compile(rf"\b{macro[1]}\b")
            lines |= {n for n, text in enumerate(after, 1) if n != number and used.search(text)}
    return frozenset((mutant.file, line) for line in lines)


def beside(text: list[str], start: int, end: int) -> set[int]:
    """The lines of code before line ``start`` + 1 and after line ``end``, of the same function."""
    above = next((n for n in range(start, 0, -1) if has_code(text[n - 1])), None)
    below = next((n for n in range(end + 1, len(text) + 1) if has_code(text[n - 1])), None)
    return {n for n in (above, below) if n is not None and text[n - 1][:1] in " \t"}


def _found(one: Implementation, mutant: Mutant) -> Finding | None:
    """A case of the first declared property that its check meets."""
    for found in checks.rounds(one, mutant.check, mutant.chunk_shift):
        for name in mutant.caught_by:
            if name in found:
                return found[name]
    return None
