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
from review.run.attempt import attempt
from review.run.diagnosis import Diagnosis


def differing(finding: Finding) -> list[str]:
    """What differs in the first answer that is not as expected, or why that cannot be told."""
    found, problem = attempt(partial(explanation.differences, finding))
    return [f"not explained: {problem}"] if found is None else found


def as_json(
    one: Diagnosis,
    tried: Mapping[str, Tried],
    origin: Placed | None = None,
    where: Where = NOT_ASKED,
) -> dict[str, object]:
    """A finding as a JSON object."""
    finding, cause = one.smallest, one.cause
    total = tried.get(finding.implementation, Tried())
    return {
        "implementation": finding.implementation,
        "property": finding.property,
        "statement": finding.statement,
        "contract": finding.contract.value,
        "origin": origin_json(origin),
        "deviations": list(finding.deviations),
        "properties": cause.properties,
        "consequences": sorted(cause.later),
        "cases": cause.cases,
        "extent": [
            {"chunk_shift": s, "order": order, "new_order": new, "failed": bad, "run": all_}
            for (s, order, new), bad, all_ in split_rows(cause.extent, total)
            if bad
        ],
        "traits": [row._asdict() for row in rows(cause.extent, total)],
        "smallest": {
            "chunk_shift": finding.chunk_shift,
            "operations": [operation_text(operation) for operation in finding.operations],
            "operation": finding.operation,
            "detail": finding.detail,
            "differences": differing(finding),
        },
        "where": where_json(where),
        "reproducer": asdict(one.reproducer),
    }


def origin_json(origin: Placed | None) -> dict[str, object] | None:
    """Where a finding comes from as a JSON object; None where no base is known."""
    if origin is None:
        return None
    return {**asdict(origin), "origin": origin.origin.value, "since": list(origin.since)}


def where_json(told: Where) -> dict[str, object]:
    """Where to look first as a JSON object."""
    return {
        "reason": told.reason,
        "failing": told.failing,
        "passing": told.passing,
        "lines": [
            {
                "file": one.file,
                "line": one.line,
                "function": one.function,
                "why": list(one.why),
                "brought_by": None if one.hunk is None else one.hunk.label,
                "hunk": None if one.hunk is None else one.hunk.header,
            }
            for one in told.suspects
        ],
    }
