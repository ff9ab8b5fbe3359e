# SPDX-License-Identifier: GPL-2.0-or-later
"""Each different thing that a compiled reader saw, as the explorer tells it, and what the specs say
to it: ``specs/timeline.py`` is given the writer's own account of the array, and nothing else."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from models.readers.explorer import Case
from specs.readers import Memory
from specs.timeline import Fact, Iteration, Timeline

ENTRY, ORDER, _AGAIN, FOLIO, RANGE, REST = range(6)
"""What an answer is about, as in ``explorer.h``."""

JUDGED = {
    "load-null", "load-internal", "load-other", "load-foreign", "order-bound", "order-true",
    "find-covers", "marked-complete", "unordered-covers", "marked-inside", "merge-covers",
    "find-order", "outside-unnoticed",
}  # fmt: skip
"""The promises that are stated there too."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader was told, when it knew the stores up to ``since``."""

    question: int
    index: int
    value: int
    since: int


@dataclass(frozen=True, slots=True)
class Observation:
    """What one execution came to: it ``broke`` that promise, or "", by the judgement in C."""

    reader: str
    start: int
    started: int
    broke: str
    answers: tuple[Answer, ...]


@dataclass(slots=True)
class Observed:
    """All that readers saw of a case, and what every index held."""

    memory: Memory
    timeline: Timeline
    seen: list[Observation] = field(default_factory=list)


def observe(executable: Path, case: Case, memory: Memory, readers: tuple[str, ...]) -> Observed:
    """Explore without merging states: races, and readers that start when the writer is done."""
    asked = f"{case} {memory.value} run -1 60000 observed 64 {','.join(readers)}\n"
    text = subprocess.run(
        [executable], input=asked, capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split("\t") for line in text.splitlines()]
    facts = [[int(word) for word in row[1:]] for row in rows if row[0] == "fact"]
    found = Observed(memory, Timeline(min(f[0] for f in facts), max(f[0] for f in facts)))
    found.timeline.given(
        (index, Fact(entry, order, since, None if until < 0 else until))
        for index, entry, order, since, until in facts
    )
    pending: list[tuple[int, int, str, tuple[Answer, ...]]] = []
    for kind, *row in rows:
        if kind == "observed":
            answers = tuple(Answer(*map(int, one.split())) for one in row[3].split(",") if one)
            pending.append((int(row[0]), int(row[1]), row[2], answers))
        elif kind == "result":
            if row[1] != "before":
                found.seen += (Observation(row[0], *one) for one in pending)
            pending = []
    return found


def by_specs(observed: Observed, one: Observation) -> str:
    """The promise that is broken first, by the specs; or ""."""
    timeline = observed.timeline
    for answer in one.answers:
        asked = (answer.index, answer.value, answer.since)
        wrong = (
            timeline.judge_entry(*asked)
            if answer.question == ENTRY
            else timeline.judge_order(*asked)
            if answer.question == ORDER
            else []
        )
        if wrong and not one.reader.startswith(("find", "for-each", "marked")):
            return wrong[0][0]
        if wrong and answer is one.answers[-1]:
            return wrong[0][0]
        assert not wrong, (one, wrong)  # C went on after it
    if not one.reader.startswith(("find", "for-each", "marked")):
        return ""
    entries = [(a.index, a.value) for a in one.answers if a.question == ENTRY]
    made = Iteration(
        one.start,
        tuple(entries),
        observed.memory,
        marked="marked" in one.reader,
        ordered=one.reader.endswith("-ordered"),
        restarts=one.reader.endswith("-pause"),
    )
    wrong = timeline.judge_iteration(made, one.started)
    ended = any(a.question == REST for a in one.answers)
    # A reader that was not followed to its end owes nothing of the rest.
    return wrong[0][0] if wrong and (ended or one.broke) else ""
