# SPDX-License-Identifier: GPL-2.0-or-later
"""A finding as the bundle and ``--json`` have it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial

from models.case.extent import Tried, rows, split_rows
from models.case.finding import Finding
from models.case.notation import operation_text
from models.case.origins import Placed
from models.diagnosis.where.rank import NOT_ASKED, Where
from models.pictures import explanation
from review.bundle.format import (
    CauseRecord,
    FailedSplit,
    OriginRecord,
    ReproducerRecord,
    SmallestCase,
    SuspectLine,
    Suspects,
    TraitRecord,
)
from review.run.attempt import attempt
from review.run.diagnosis import Diagnosis


def differing(finding: Finding) -> list[str]:
    """What differs in the first answer that is not as expected, or why that cannot be told."""
    found, problem = attempt(partial(explanation.differences, finding))
    return [f"not explained: {problem}"] if found is None else found


def cause(
    one: Diagnosis,
    tried: Mapping[str, Tried],
    origin: Placed | None = None,
    where: Where = NOT_ASKED,
) -> CauseRecord:
    """A diagnosis with where it fails among what was ``tried``, by implementation."""
    finding = one.smallest
    total = tried.get(finding.implementation, Tried())
    return CauseRecord(
        implementation=finding.implementation,
        property=finding.property,
        statement=finding.statement,
        contract=finding.contract,
        origin=origin_record(origin),
        deviations=tuple(finding.deviations),
        properties=tuple(one.cause.properties),
        consequences=tuple(sorted(one.cause.later)),
        cases=one.cause.cases,
        extent=tuple(
            FailedSplit(*split, bad, ran)
            for split, bad, ran in split_rows(one.cause.extent, total)
            if bad
        ),
        traits=tuple(TraitRecord(*row) for row in rows(one.cause.extent, total)),
        smallest=SmallestCase(
            finding.chunk_shift,
            tuple(operation_text(operation) for operation in finding.operations),
            finding.operation,
            finding.detail,
            tuple(differing(finding)),
        ),
        where=suspects(where),
        reproducer=ReproducerRecord(**asdict(one.reproducer)),
    )


def origin_record(origin: Placed | None) -> OriginRecord | None:
    """Where something comes from; None where no base is known."""
    if origin is None:
        return None
    return OriginRecord(origin.origin, tuple(origin.since), origin.subject, origin.reason)


def suspects(where: Where) -> Suspects:
    """Where to look first, with the hunk that brought each line."""
    return Suspects(
        where.reason,
        where.failing,
        where.passing,
        tuple(
            SuspectLine(
                one.file,
                one.line,
                one.text,
                one.function,
                tuple(one.why),
                None if one.hunk is None else one.hunk.label,
                None if one.hunk is None else one.hunk.header,
            )
            for one in where.suspects
        ),
    )
