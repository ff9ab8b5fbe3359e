# SPDX-License-Identifier: GPL-2.0-or-later
"""The histories of a search: some before the sweep, so that what only they show is told soon, the
rest after it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from models.case.finding import Finding
from models.histories.search import MachineReport
from models.subject.implementation import Implementation
from models.sweep.sweep import UnitResult
from review.run import campaign
from review.run.campaign import Effort
from review.run.progress import Meter
from review.run.results import Results
from review.run.search_result import SearchState
from review.run.workers import Workers

FIRST = 200
"""Histories at each chunk shift that are drawn before the sweep."""
_SHARE_FIRST = 0.1
"""How much of the time that is left goes to these at most."""
_SHARE_DRAWING = 0.75
"""How much of the time that is left for the rest goes to drawing; the rest to beginning with it,
and to ending it."""
GRACE = 2.0
"""Seconds that machines, which end by themselves, may take longer."""
_SEED_OF_FIRST = 1 << 32
"""What is added to the seed for the first, so that the rest are others."""


@dataclass(frozen=True, slots=True)
class Histories:
    """The histories that ``effort`` asks for, drawn with ``seed``; what is done is added to
    ``had``.  ``found``, ``failed`` and ``results`` as for ``campaign.machines``."""

    shifts: Sequence[int]
    effort: Effort
    seed: int
    workers: Workers
    had: SearchState
    found: Callable[[Finding], None]
    failed: list[str]
    results: Results

    @property
    def _each(self) -> int:
        """At each chunk shift."""
        return -(-self.effort.examples // len(self.shifts))

    def first(self, implementations: Sequence[Implementation], deadline: float) -> bool:
        """Draw the first of them, as far as the time goes; False if the user ended that."""
        left = deadline - time.monotonic()
        if not self.effort.examples or left <= 0:
            return True
        end = deadline if left == math.inf else time.monotonic() + left * _SHARE_FIRST
        with Meter("first histories", len(implementations) * len(self.shifts)) as meter:
            drawn = self._first(
                implementations, self.had.quick or UnitResult(), lambda _: meter.advance(), end
            )
        return drawn or bool(self.failed) or time.monotonic() > end

    def rest(self, implementations: Sequence[Implementation], deadline: float) -> bool:
        """Draw all that were not drawn; whether they were."""
        had, started = self.had, time.monotonic() - self.had.seconds
        tasks = 2 * len(implementations) * len(self.shifts)
        with Meter("machines", tasks - len(had.first) - len(had.machines)) as meter:

            def stepped(done: MachineReport) -> None:
                had.seconds = time.monotonic() - started
                meter.advance(f"{done.total.steps:,} more steps of {done.implementation}")

            drawn = self._first(implementations, had.result, stepped, deadline)
            more = self._each - FIRST
            if not drawn or more <= 0:
                return drawn
            known = UnitResult(hangs=had.result.hung())
            known.findings.update(had.result.findings)
            for one in had.first:
                known.findings.update(one.findings)
            return self._draw(
                implementations, more, self.seed, stepped, had.machines, known, deadline
            )

    def _first(
        self,
        implementations: Sequence[Implementation],
        known: UnitResult,
        stepped: Callable[[MachineReport], None],
        deadline: float,
    ) -> bool:
        each, seed = min(self._each, FIRST), self.seed + _SEED_OF_FIRST
        return self._draw(implementations, each, seed, stepped, self.had.first, known, deadline)

    def _draw(
        self,
        implementations: Sequence[Implementation],
        each: int,
        seed: int,
        stepped: Callable[[MachineReport], None],
        reports: list[MachineReport],
        known: UnitResult,
        deadline: float,
    ) -> bool:
        """Draw so many at each chunk shift, and add to ``reports``; what is ``known`` is counted,
        and what hangs left out."""
        seconds = None
        if deadline < math.inf:
            seconds = max(1.0, (deadline - time.monotonic()) * _SHARE_DRAWING)
        effort = replace(self.effort, examples=each * len(self.shifts), seconds=seconds)
        return campaign.machines(
            implementations, self.shifts, effort, seed, self.workers, stepped, reports, known,
            self.found, self.failed, deadline + GRACE, results=self.results,
        )  # fmt: skip

    def left_out(self, implementations: Sequence[Implementation]) -> list[str]:
        """What was not drawn, a line each."""
        if not self.effort.examples:
            return []
        lines, all_of = [], len(implementations) * len(self.shifts)
        none = all_of - len(self.had.first)
        some = all_of - len(self.had.machines) - none if self._each > FIRST else 0
        for missing, what in ((none, "no"), (some, "only the first")):
            if missing > 0:
                lines.append(
                    f"The time was over: at {missing} of {all_of} chunk shifts of the sources"
                    f" {what} histories were drawn"
                )
        return lines
