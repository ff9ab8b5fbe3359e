# SPDX-License-Identifier: GPL-2.0-or-later
"""What was taken from earlier runs, a sentence each, for every report."""

from __future__ import annotations

from models.sweep.sweep import UnitResult
from proofs.report import Report


def of_theorems(report: Report | None) -> list[str]:
    """How many answers solvers gave in earlier runs, and when."""
    theorems = [] if report is None else report.theorems.values()
    answers = [
        answer for result in theorems for finding in result.findings
        for answer in finding.answers.values()
    ]  # fmt: skip
    made = sorted({answer.kept for answer in answers if answer.kept})
    if not made:
        return []
    number = sum(bool(answer.kept) for answer in answers)
    when = made[0] if len(made) == 1 else f"{made[0]} and later"
    return [
        f"Solvers gave {number:,} of {len(answers):,} answers, to the same scripts, in earlier runs"
        f" ({when}); --fresh asks anew."
    ]


def of_sweep(result: UnitResult) -> list[str]:
    """How many cases were answered as in an earlier run, and not judged again."""
    ran = sum(one.covered for one in result.coverage.values())
    alike = sum(one.alike for one in result.coverage.values())
    if not alike:
        return []
    return [
        f"Of {ran:,} cases of the sweep {alike:,} were run and answered to the byte as in an"
        " earlier run that judged them right, and not judged again; --fresh judges all."
    ]
