# SPDX-License-Identifier: GPL-2.0-or-later
"""What a search did and found, as the bundle and ``--json`` have it."""

from __future__ import annotations

from dataclasses import asdict

from models.histories.search import MachineReport
from models.kernel.source import Source
from models.subject.implementation import name_of as called
from review.bundle import findings
from review.run.outcome import KnownOutside, Search, not_run
from specs.registry import PROPERTIES


def as_json(done: Search) -> dict[str, object]:
    """A search as a JSON object."""
    return {
        "seed": done.seed,
        "seconds": round(done.seconds, 3),
        "finished": done.finished,
        "implementations": [
            {
                "name": one.name,
                "source": one.source.name,
                "one_level": one.one_level,
                "sha256": dict(one.source.sha256),
                "base": base_json(one.source),
            }
            for one in done.implementations
        ],
        "coverage": [
            {**part._asdict(), "covered": coverage.covered, "total": coverage.total}
            for part, coverage in sorted(done.result.coverage.items(), key=lambda item: item[0])
        ],
        "judged": judged(done),
        "not_run": not_run(done),
        "not_done": done.not_done,
        "known_deviations": [_known_json(one) for one in done.known],
        "machines": [_machine_json(one) for _, one in sorted(done.machines.items())],
        "does_not_compile": done.broken,
        "findings": [
            findings.as_json(one, done.result.tried, origin, where)
            for one, origin, where in zip(done.diagnoses, done.origins, done.wheres, strict=True)
        ],
    }


def base_json(source: Source) -> dict[str, object] | None:
    """What a source was made from, as a JSON object; None where it is not known."""
    lineage = source.lineage
    if lineage is None:
        return None
    return {
        "name": called(lineage.base),
        "source": lineage.base.name,
        "files": dict(sorted(lineage.base.sha256.items())),
        "series": [asdict(one) for one in lineage.letters],
        "patches": lineage.patches,
        "steps": [{"label": one.label, "subject": one.subject} for one in lineage.steps],
    }


def judged(done: Search) -> list[dict[str, object]]:
    """How often each property was judged with its premise true, by implementation and by what ran
    the cases; 0 for what was never judged."""
    counts = [(name, "sweep", one) for name, one in sorted(done.result.judged.items())]
    counts += [(name, "histories", one.total.judged) for name, one in sorted(done.machines.items())]
    return [
        {
            "implementation": name,
            "by": by,
            "properties": {stated: one[stated] for stated in PROPERTIES},
        }
        for name, by, one in counts
    ]


def _machine_json(report: MachineReport) -> dict[str, object]:
    total = report.total
    return {
        "implementation": report.implementation,
        "histories": total.examples,
        "steps": total.steps,
        "rules": dict(sorted(total.rules.items())),
        "branches": dict(sorted(total.branches.items())),
        "never_met": [{"chunk_shift": s, "name": name} for s, name in report.missing],
    }


def _known_json(one: KnownOutside) -> dict[str, object]:
    deviation = one.had.deviation
    return {
        "implementation": one.implementation,
        "name": deviation.name,
        "property": deviation.property,
        "statement": deviation.statement,
        "cause": deviation.cause,
        "cases": one.cases,
        "set_aside": one.times,
    }
