# SPDX-License-Identifier: GPL-2.0-or-later
"""What was taken from earlier runs, in sentences."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from proofs.report import Report
    from review.run.results import Results
    from review.run.search_result import SearchResult


def of_search(done: SearchResult) -> list[str]:
    """What was not run again, and how many cases were run and not judged again."""
    lines = of_results(done.results)
    coverage = done.result.coverage.values()
    if alike := sum(one.alike for one in coverage):
        lines.append(
            f"Of {sum(one.covered for one in coverage):,} cases of the sweep {alike:,} were run and"
            " answered to the byte as in an earlier run that judged them right, and not judged"
            " again; --fresh judges all."
        )
    return lines


def of_results(results: Results) -> list[str]:
    """What was taken over."""
    if not results.taken:
        return []
    parts = ", ".join(
        f"{count:,} of {results.asked[kind]:,} {kind}" for kind, count in results.taken.items()
    )
    return [
        f"Not run again, since all that they depend on is the same to the byte as in an earlier"
        f" run ({_when(results.made)}): {parts}; --fresh runs all."
    ]


def of_theorems(report: Report | None) -> list[str]:
    """How many answers solvers gave in earlier runs."""
    theorems = [] if report is None else report.theorems.values()
    answers = [
        answer for result in theorems for finding in result.findings
        for answer in finding.answers.values()
    ]  # fmt: skip
    kept = [answer.kept for answer in answers if answer.kept]
    if not kept:
        return []
    return [
        f"Solvers gave {len(kept):,} of {len(answers):,} answers, to the same scripts, in earlier"
        f" runs ({_when(kept)}); --fresh asks anew."
    ]


def _when(made: Collection[str]) -> str:
    """From when and which machine: the first and the last."""
    first, last = min(made), max(made)
    return first if first == last else f"{first} to {last}"
