# SPDX-License-Identifier: GPL-2.0-or-later
"""How long theorems take, by solver, and again when their answers are kept."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.group import Group, Settings
from benchmarks.result import Goal, Kind, Measure, NotRun
from proofs.keeping import AGAIN, Kept
from proofs.report import Report
from proofs.run import prove
from proofs.solvers import SOLVERS

CHUNK_SHIFT = 6
QUICK = ("N1",)
NOTHING = 0.5
"""Seconds that are 0 where seconds are counted."""


class _InMemory:
    """Keeps what this run finds, in memory."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, str], str] = {}

    def get(self, kind: str, key: str) -> Kept | None:
        """What is kept under a key."""
        text = self._texts.get((kind, key))
        return None if text is None else Kept(text, "in this run")

    def put(self, kind: str, key: str, text: str) -> None:
        """Keep a text under a key."""
        self._texts[kind, key] = text


def measure(settings: Settings) -> Iterator[Measure]:
    """All theorems at one chunk shift, on all cores; then again."""
    names, keeping = QUICK if settings.quick else (), _InMemory()

    def proved() -> Report:
        report = prove(names, (CHUNK_SHIFT,), keeping=keeping)
        if report.interrupted:
            raise KeyboardInterrupt
        undecided = [name for name in report.theorems if str(report.status(name)) != "proved"]
        if undecided:
            raise NotRun(f"not decided: {', '.join(undecided)}")
        return report

    first = proved()
    yield Measure(f"{len(first.theorems)} theorems", first.seconds, note="all cores")
    for solver in SOLVERS:
        taken = sum(one.seconds(solver) for one in first.theorems.values())
        yield Measure(f"answers of {solver}", taken, note="of one core")
    again = proved()
    note = f"one in {AGAIN} asked for again, all cores"
    yield Measure("the same again", again.seconds, goal=Goal(most=NOTHING), note=note)
    yield Measure("again to anew", again.seconds / first.seconds, "", Kind.RATIO)


GROUP = Group("theorems", "all theorems at chunk shift 6", measure)
