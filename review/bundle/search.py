# SPDX-License-Identifier: GPL-2.0-or-later
"""What a search did and found, as the bundle and ``--json`` have it."""

from __future__ import annotations

from itertools import product

from models.histories.search import MachineReport
from models.kernel.source import Source
from models.subject.implementation import name_of
from models.sweep.sweep import Part
from review.bundle.format import (
    BaseRecord,
    CoverageRecord,
    Judged,
    KnownDeviation,
    LetterRecord,
    MachineRecord,
    NeverMet,
    StepRecord,
)
from review.run.search_result import KnownOutside, SearchResult
from specs.registry import PROPERTIES


def base(source: Source) -> BaseRecord | None:
    """What a source was made from; None where it is not known."""
    lineage = source.lineage
    if lineage is None:
        return None
    return BaseRecord(
        name_of(lineage.base),
        lineage.base.name,
        dict(sorted(lineage.base.sha256.items())),
        tuple(LetterRecord(one.subject, one.message_id, one.date) for one in lineage.letters),
        lineage.patches,
        tuple(StepRecord(one.label, one.subject) for one in lineage.steps),
    )


def coverage(done: SearchResult) -> tuple[CoverageRecord, ...]:
    """How much of each part of the sweep was run: of all that was to be, also where the search was
    ended early."""
    total = {part: one.total for part, one in done.result.coverage.items()}
    for unit, one in product(done.left, done.implementations):
        if unit.offered(one) and one.name not in done.elsewhere:
            sampled = unit.sample is not None
            part = Part(one.name, unit.family.value, unit.chunk_shift, sampled)
            total[part] = total.get(part, 0) + unit.total()
    ran = done.result.coverage
    return tuple(
        CoverageRecord(*part, ran[part].covered if part in ran else 0, of)
        for part, of in sorted(total.items())
    )


def judged(done: SearchResult) -> tuple[Judged, ...]:
    """How often each property was judged with its premise true, by implementation and by what ran
    the cases; 0 for what was never judged."""
    sweep = [Judged(name, "sweep", counts) for name, counts in sorted(done.result.judged.items())]
    histories = [
        Judged(name, "histories", one.total.judged) for name, one in sorted(done.machines.items())
    ]
    for one in (*sweep, *histories):
        one.properties = {stated: one.properties.get(stated, 0) for stated in PROPERTIES}
    return (*sweep, *histories)


def machines(done: SearchResult) -> tuple[MachineRecord, ...]:
    """What the histories of each implementation did and met."""
    return tuple(_machine(one) for _, one in sorted(done.machines.items()))


def _machine(report: MachineReport) -> MachineRecord:
    total = report.total
    return MachineRecord(
        report.implementation,
        total.examples,
        total.steps,
        dict(sorted(total.rules.items())),
        dict(sorted(total.branches.items())),
        tuple(NeverMet(s, name) for s, name in report.missing),
    )


def known_deviations(done: SearchResult) -> tuple[KnownDeviation, ...]:
    """The known deviations outside the split that implementations have."""
    return tuple(map(_known, done.known))


def _known(one: KnownOutside) -> KnownDeviation:
    deviation = one.known.deviation
    return KnownDeviation(
        one.implementation,
        deviation.name,
        deviation.property,
        deviation.statement,
        deviation.cause,
        one.cases,
        one.times,
    )
