# SPDX-License-Identifier: GPL-2.0-or-later
"""Cases that every mutant is put through, with what the unchanged source answers to them.

What a mutant answers just as the unchanged source does, logs included, needs no judge; the rest the
specs and the model judge as in any search, and only what breaks that did not break before counts.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import Phase

from models.case.extent import Start, Tried
from models.case.finding import Finding
from models.case.findings import Findings
from models.case.trial import Trial
from models.driver.worker import Abnormal, BatchResult, Worker
from models.histories.batch import Batch, Tally
from models.histories.drawing import draw
from models.histories.machine import ArrayMachine
from models.subject.implementation import Implementation
from models.sweep.comparison import Comparison
from models.sweep.exclusions import FATAL
from models.sweep.expected import Expected, refuses
from models.sweep.families import CaseGroup
from models.sweep.sweep import Unit
from xarray_model.operations import Operation, encode

HANG_SECONDS = 0.5
"""CPU time that a case may take."""
_MOST_JUDGED = 200
"""Groups or histories of a block that are judged, where none of them breaks anything new: in the
log much may differ that nobody promises."""


@dataclass
class Block:
    """Groups of cases of one unit, as the driver reads them, and a hash of what the unchanged
    source answers to each."""

    unit: Unit
    groups: list[tuple[CaseGroup, Sequence[Start]]]
    records: list[list[tuple[bytes, int]]]
    answers: list[bytes] = field(default_factory=list)


@dataclass
class Histories:
    """Histories that were drawn once, what the model answers, and a hash of what the unchanged
    source does."""

    chunk_shift: int
    cases: list[tuple[Operation, ...]]
    expected: list[bytes]
    answers: list[bytes] = field(default_factory=list)


@dataclass
class Verdict:
    """What cases came to: ``properties`` that break and did not before, and the first finding of
    these; ``differing`` counts what was answered otherwise than before, and not wrongly."""

    properties: tuple[str, ...] = ()
    differing: int = 0
    finding: Finding | None = None


def blocks(one: Implementation, units: Sequence[Unit]) -> list[Block]:
    """The cases of units, with the answers of ``one``, which is unchanged.

    Groups of which one ends its process, or does not end, are left out: nothing can be told by
    them.
    """
    found = []
    for unit in units:
        if not unit.offered(one):
            continue
        expected = Expected(unit.chunk_shift, unit.bits)
        block = Block(unit, [], [])
        for group, starts in unit.groups():
            if group.failing and refuses(one, group):
                continue
            block.groups.append((group, starts))
            block.records.append(expected.records(group, starts))
        _answer(block, one.executables[unit.chunk_shift])
        found.append(block)
    return found


def histories(one: Implementation, s: int, many: int, steps: int, seed: int) -> Histories:
    """Draw histories at chunk shift ``s``; ``one`` is unchanged."""
    drawn: dict[tuple[Operation, ...], bytes] = {}
    with _Recorder(one, s, drawn) as trial:
        machine = type("MutantHistories", (ArrayMachine,), {"batch": Batch(trial, Tally(), set())})
        seeds = random.Random(f"{seed} {s}")
        while len(drawn) < many:
            draw(machine, examples=min(100, many), steps=steps, seeded=seeds.getrandbits(64),
                 phases=[Phase.generate])  # fmt: skip
    made = Histories(s, list(drawn), list(drawn.values()))
    made.answers = answers(made, one.executables[s])
    kept = [number for number, answer in enumerate(made.answers) if answer]
    return Histories(
        s,
        [made.cases[number] for number in kept],
        [made.expected[number] for number in kept],
        [made.answers[number] for number in kept],
    )


def _answer(block: Block, executable: Path) -> None:
    """Have the unchanged source answer; without the groups of which a case ends its process."""
    while True:
        result, block.answers = _run(block, executable)
        if not any(ended.status in FATAL for ended in result.abnormal):
            return
        del block.groups[len(block.answers) - 1], block.records[len(block.answers) - 1]


def _run(block: Block, executable: Path) -> tuple[BatchResult, list[bytes]]:
    """What the cases of a block are answered, up to the first that ends its process or does not
    end, and a hash for each group."""
    with Worker(executable, hang_seconds=HANG_SECONDS) as worker:
        flat = [record for some in block.records for record in some]
        result = worker.run_groups(flat, log=True)
    ended = {one.case: one for one in result.abnormal}
    found: list[bytes] = []
    place = 0
    for some in block.records:
        if place == len(result.times):
            break
        digest = hashlib.blake2b(digest_size=16)
        left = sum(starts for _, starts in some)
        while left > 0 and place < len(result.times):
            digest.update(_told(result, place, ended.get(place)))
            left -= result.times[place]
            place += 1
        found.append(digest.digest())
    return result, found


class _Recorder(Trial):
    """Notes cases, and finds nothing."""

    def __init__(
        self, one: Implementation, s: int, drawn: dict[tuple[Operation, ...], bytes]
    ) -> None:
        super().__init__(one, s)
        self._drawn = drawn

    def run(self, operations: Sequence[Operation], expected: bytes) -> list[Finding]:
        """Note the case."""
        self._drawn[tuple(operations)] = expected
        return []


class Judging:
    """Judges the mutants of one source, one after another: what the model answered to a case, and
    what the specs said of an answer, is kept."""

    def __init__(self) -> None:
        self._expected: dict[tuple[int, int], Expected] = {}

    def block(self, one: Implementation, block: Block) -> Verdict:
        """What a mutant makes of a block."""
        s = block.unit.chunk_shift
        _, answers = _run(block, one.executables[s])
        differing = [
            number
            for number, (mine, theirs) in enumerate(zip(answers, block.answers, strict=False))
            if mine != theirs
        ]
        if not differing:
            return Verdict()
        key = (s, block.unit.bits)
        expected = self._expected.setdefault(key, Expected(*key))
        for number in differing[:_MOST_JUDGED]:
            found = Findings()
            family = block.unit.family
            with Comparison(one, expected, s, found, Tried(), family) as comparison:
                comparison.run([block.groups[number]])
            expected.clear()
            if breaches := found.own().breaches.values():
                every = [breach.smallest for breach in breaches]
                names = {one.property for one in every}
                return Verdict(tuple(sorted(names)), finding=min(every, key=Finding.rank))
        return Verdict((), len(differing))

    def histories(self, one: Implementation, drawn: Histories) -> Verdict:
        """What a mutant makes of histories."""
        given = answers(drawn, one.executables[drawn.chunk_shift], most_ends=1)
        both = zip(given, drawn.answers, strict=False)
        differing = [number for number, (mine, theirs) in enumerate(both) if mine != theirs]
        with Trial(one, drawn.chunk_shift) as trial:
            for number in differing[:_MOST_JUDGED]:
                told = trial.run(drawn.cases[number], drawn.expected[number])
                fresh = [each for each in told if not each.before and not each.deviations]
                trial.forget()
                if fresh:
                    names = {each.property for each in fresh}
                    return Verdict(tuple(sorted(names)), finding=fresh[0])
        return Verdict((), len(differing))


def _told(result: BatchResult, place: int, ended: Abnormal | None) -> bytes:
    answer, log = bytes(result.case(place)), bytes(result.case_log(place))
    how = (ended.status, ended.operation, ended.text) if ended else None
    return repr((result.times[place], len(answer), len(log), how)).encode() + answer + log


def answers(drawn: Histories, executable: Path, most_ends: int | None = None) -> list[bytes]:
    """A hash of what each history was answered, as far as they were run; b"" for those that end
    their process, where all are."""
    with Worker(executable, hang_seconds=HANG_SECONDS) as worker:
        encoded = [encode(list(case)) for case in drawn.cases]
        result = worker.run(encoded, log=True, most_ends=most_ends)
    ended = {one.case: one for one in result.abnormal}
    found = []
    for place in range(len(result.ends)):
        how = ended.get(place)
        if most_ends is None and how is not None and how.status in FATAL:
            found.append(b"")
        else:
            found.append(hashlib.blake2b(_told(result, place, how), digest_size=16).digest())
    return found
