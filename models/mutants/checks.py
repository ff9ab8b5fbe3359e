# SPDX-License-Identifier: GPL-2.0-or-later
"""The checks that mutants are put through: the same for all, the cheapest first.

Each yields again and again what was found broken so far, so that whoever asks can stop.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from hypothesis import Phase

from models.case.finding import Finding
from models.case.reference import run_case
from models.case.trial import Trial
from models.histories.batch import Batch, Tally
from models.histories.drawing import draw
from models.histories.machine import ArrayMachine
from models.mutants.mutant import Check
from models.subject.implementation import Implementation
from models.sweep import array_cases, single_cases
from models.sweep.families import Family
from models.sweep.high_cases import LOWEST
from models.sweep.sweep import Unit, run_unit, sampled_units
from specs.judge import Judge
from specs.property import Violation

BATCHES = 10
"""Batches of histories that a mutant must be caught in."""
CASES, STEPS = 50, 40
"""Histories in a batch, and steps in a history."""


def ladder(s: int) -> list[Unit]:
    """Samples of the sweep at chunk shift ``s``, from small to large: each kind of split at first
    with a few groups, in the end with many."""
    splits = [(s + 2, s), (s, 0), (s + 2, 0), (2 * s + 1, s), (2 * s + 2, 0), (2 * s + 2, 1)]
    deep = Unit(s, 3 * s, 0, 2)
    walks = [(s, 0), (s + 2, 0), (2 * s + 2, 1)]
    few = [Unit(s, *split, 6) for split in splits]
    few += [Unit(s, *split, 8, family=Family.WALKS) for split in walks]
    refusals = [(s, 0), (s + 1, 0), (2 * s, s - 1)]
    few += [Unit(s, *split, 4, family=Family.REFUSALS) for split in refusals]
    few += [Unit(s, *pair, family=Family.ARRAYS) for pair in array_cases.pairs(s)]
    few += [Unit(s, *pair, family=Family.ARRAY_STEPS) for pair in array_cases.steps(s)]
    few.append(Unit(s, s, 0, family=Family.BETWEEN))
    few.append(Unit(s, s + 1, s + 1, family=Family.RANGES))
    few.append(Unit(s, *single_cases.pairs(s)[0], 24, family=Family.SINGLES))
    counts = Unit(s, 63, 0, family=Family.COUNTS)
    many = [Unit(s, *split, 60, 1) for split in splits]
    many += [Unit(s, *split, 60, 1, Family.WALKS) for split in walks]
    far = Unit(s, 38, 0, family=Family.FAR_COUNTS)
    return [unit for unit in (*few, deep, counts, far, *many) if unit.total()]


def high(s: int) -> list[Unit]:
    """What the sweep runs of orders of 31 and more at chunk shift ``s``."""
    return [unit for unit in sampled_units([s], 1) if unit.order >= LOWEST]


def sweep(one: Implementation, units: Sequence[Unit]) -> Iterator[dict[str, Finding]]:
    """Run these units: after each of them the findings so far, by property."""
    found: dict[str, Finding] = {}
    for unit in units:
        for breach in run_unit(unit, [one]).findings.breaches.values():
            found.setdefault(breach.smallest.property, breach.smallest)
        yield found


def histories(one: Implementation, s: int) -> Iterator[dict[str, Finding]]:
    """Let the machine run: after each batch the findings so far, by property, as they come (not
    shrunk)."""
    found: dict[str, Finding] = {}
    labels: set[str] = set()
    seeds = random.Random(s)
    with Trial(one, s) as trial:
        for _ in range(BATCHES):
            batch = Batch(trial, Tally(), set(labels), shrinks=0)
            machine = type("MutantMachine", (ArrayMachine,), {"batch": batch})
            draw(
                machine,
                examples=CASES,
                steps=STEPS,
                seeded=seeds.getrandbits(64),
                phases=[Phase.generate],
            )
            labels.update(batch.found)
            found.update({one.property: one for one in batch.found.values()})
            yield found


def rounds(one: Implementation, check: Check, s: int) -> Iterator[dict[str, Finding]]:
    """A check of port or driver at chunk shift ``s``: after each round the findings so far."""
    if check is Check.MACHINE:
        return histories(one, s)
    return sweep(one, _fitting(one, high(s) if check is Check.HIGH else ladder(s)))


def _fitting(one: Implementation, units: Sequence[Unit]) -> list[Unit]:
    """The units that an implementation is asked for, with indices of its bits, which are orders
    enough for all but counts."""
    highest = one.bits - 1
    counts = (
        replace(unit, order=min(unit.order, highest)) if unit.family is Family.COUNTS else unit
        for unit in units
    )
    theirs = [replace(unit, bits=one.bits) for unit in counts if unit.order <= highest]
    return [unit for unit in theirs if unit.offered(one)]


def model(s: int) -> Iterator[dict[str, Violation]]:
    """Let the specs judge the model: after each unit of the ladder what was found so far."""
    judge = Judge(s)
    found: dict[str, Violation] = {}
    for unit in ladder(s):
        for group, _ in unit.groups():
            operations = group.operations()
            done = run_case(operations, s, log=True)
            log = b"".join(record.encode() for one in done.log for record in one)
            for violation in judge.case(operations, done.results, log):
                found.setdefault(violation.property, violation)
        yield found
