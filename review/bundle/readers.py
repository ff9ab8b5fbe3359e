# SPDX-License-Identifier: GPL-2.0-or-later
"""What exploring readers came to, as the bundle and ``--json`` have it."""

from __future__ import annotations

from collections.abc import Sequence

from models.readers.controls import Caught
from models.readers.explore import Report
from models.readers.explorer import Span
from review.bundle.findings import origin_json
from review.run.readers import cells, not_explored, smallest


def as_json(reports: Sequence[tuple[str, Report]], caught: Sequence[Caught]) -> dict[str, object]:
    """Everything for machines: table and findings of each subject by its name, and the controls."""
    return {
        "subjects": [
            {
                "name": name,
                "executions": report.executions,
                "states": report.states,
                "seconds": round(report.seconds, 3),
                "collision_probability": report.chance,
                "not_explored": not_explored(report),
                "unsupported": report.unsupported,
                "table": [
                    {
                        "reader": cell.reader,
                        "writer": cell.writer,
                        "memory": cell.memory.value,
                        "verdict": cell.verdict,
                        "executions": cell.executions,
                        "states": cell.states,
                        "complete": cell.complete,
                        "bounds": list(cell.bounds),
                    }
                    for cell in cells(report)
                ],
                "findings": [
                    {
                        "chunk_shift": shift,
                        "case": str(one.result.case),
                        "memory": one.result.memory.value,
                        "reader": one.result.reader,
                        "race": one.result.span is Span.RACE,
                        "promise": one.breach.promise,
                        "documented": one.documented,
                        "origin": origin_json(one.origin),
                        "start": one.breach.start,
                        "schedule": one.breach.schedule,
                        "text": one.breach.text,
                    }
                    for shift, one in smallest(report)
                ],
            }
            for name, report in reports
        ],
        "controls": [
            {
                "name": one.control.name,
                "memory": one.memory.value,
                "found": one.breach.promise if one.breach else None,
                "as_expected": one.as_expected,
            }
            for one in caught
        ],
    }
