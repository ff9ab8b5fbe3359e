# SPDX-License-Identifier: GPL-2.0-or-later
"""On which place the ranking of lines has the line of a mutant, and where plain coverage has it."""

from __future__ import annotations

import struct
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from models.case.trial import Trial
from models.diagnosis.reduction import reduce
from models.diagnosis.shrink import shrink, trials
from models.diagnosis.where.rank import ranking
from models.diagnosis.where.search import NotFollowed, Search
from models.diagnosis.where.spectrum import Line
from models.diagnosis.where.text import Text, has_code
from models.diagnosis.where.trace import Tracer
from models.driver.process import WorkerError
from models.mutants.machine_made.change import Change
from models.mutants.machine_made.planting import Planted
from models.mutants.machine_made.suite import Suites
from models.mutants.where import beside
from models.subject.build import BuildError
from xarray_model.errors import PreconditionError

_REASONS = (BuildError, WorkerError, PreconditionError, NotFollowed, OSError, ValueError,
            struct.error)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """On which place (from 1) the mutated line is: by the ranking, and by coverage alone, Ochiai's
    coefficient of each line, where lines that tie share the middle of their places.  None where it
    is among no lines that were run, or nothing was ranked for the ``reason``; ``lines`` were."""

    change: Change
    property: str
    place: int | None = None
    coverage: float | None = None
    lines: int = 0
    reason: str = ""
    seconds: float = 0.0


def place(suites: Suites, change: Change) -> Place | None:
    """The place of a mutant's line, for the first finding of the first cases that kill it, made
    smaller; None for a mutant that no case kills.  Nothing is known of what was changed."""
    with tempfile.TemporaryDirectory(prefix="xasplit-mutant-") as folder:
        one, _, verdict = suites.found(Planted(suites.source, change, Path(folder)))
        finding = verdict.finding
        if finding is None:
            return None
        small = shrink(one, finding)
        if small is finding:
            with Trial(one, finding.chunk_shift) as trial:
                small = reduce(trial, finding, most=trials(finding))
        began = time.process_time()
        bare = replace(one, source=replace(one.source, lineage=None))
        try:
            with Tracer(bare, small.chunk_shift) as tracer:
                search = Search(tracer, small)
                found = search.features()
                text = Text(bare.source.directory, search.files)
        except _REASONS as error:
            reason = " ".join(str(error).split())[:200] or type(error).__name__
            return Place(change, small.property, reason=reason)
        lines = _lines(change, (bare.source.directory / change.file).read_text(errors="replace"))
        planted = {text.statement((change.file, number)) for number in lines}
        order = ranking(found, text)
        covered = {line: found[line].ran for line in order}
        return Place(
            change,
            small.property,
            min((order.index(one) + 1 for one in planted if one in covered), default=None),
            min((_tied(covered, one) for one in planted if one in covered), default=None),
            len(order),
            seconds=time.process_time() - began,
        )


def _lines(change: Change, text: str) -> set[int]:
    """The line of a change; where nothing is left on it, the lines of code beside it."""
    lines = text.splitlines()
    if has_code(lines[change.line - 1]):
        return {change.line}
    return beside(lines, change.line - 1, change.line)


def _tied(scores: Mapping[Line, float], line: Line) -> float:
    before = sum(one > scores[line] for one in scores.values())
    same = sum(one == scores[line] for one in scores.values())
    return before + (same + 1) / 2
