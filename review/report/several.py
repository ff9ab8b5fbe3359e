# SPDX-License-Identifier: GPL-2.0-or-later
"""What was told of several seeded defects at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console

from models.mutants.told import NOT_PURE_OR_TWICE, TOLD, Outcome, Sum, by_size
from review.report.terminal import show_lines, simple_table


def show(outcomes: Sequence[Outcome], console: Console) -> None:
    """Print for people what was told of sets."""
    headings = ("defects", "sets", "in all", "told", "findings", "not pure", "twice")
    table = simple_table(*headings, right=range(len(headings)))
    sums = [(str(size), one) for size, one in by_size(outcomes).items()]
    for name, one in [*sums, ("all", Sum(list(outcomes)))]:
        table.add_row(
            name,
            str(len(one.outcomes)),
            str(one.defects),
            percent(one.told, one.defects),
            str(one.findings),
            percent(one.not_pure, one.findings),
            percent(one.twice, one.findings),
        )
    console.print(table)
    met = "are met" if Sum(list(outcomes)).met else "are NOT met"
    console.print(
        f"The goals, {TOLD} % told and at most {NOT_PURE_OR_TWICE} % of findings not pure or told"
        f" twice, {met}.",
        highlight=False,
        soft_wrap=True,
    )
    for outcome in outcomes:
        show_lines(console, wrong(outcome))


def percent(part: int, whole: int) -> str:
    """A share with the numbers that it is of."""
    return f"{100 * part / whole:.1f} %" if whole else "none"


def wrong(outcome: Outcome) -> Iterator[str]:
    """What is wrong with what was told of a set, a line each; nothing if all is right."""
    if outcome.right:
        return
    yield f"Of {', '.join(outcome.defects)}:"
    for name in outcome.untold:
        yield f"  not told: {name}"
    for name, times in outcome.told.items():
        if times > 1:
            yield f"  told {times} times: {name}"
    for one in outcome.findings:
        if not one.pure:
            shows = ", ".join((*one.defects, *(["the port"] if one.port else []))) or "nothing"
            yield f"  not pure: {one.case.property}, whose smallest case shows {shows}"


def as_json(outcomes: Sequence[Outcome], seed: int) -> dict[str, object]:
    """What was told of sets, in all and of each, as a JSON object."""
    total = Sum(list(outcomes))
    return {
        "seed": seed,
        "goals": {"told_percent": TOLD, "not_pure_or_twice_percent": NOT_PURE_OR_TWICE},
        "met": total.met,
        "sizes": [{"size": size, **_sum(one)} for size, one in by_size(outcomes).items()],
        "all": _sum(total),
        "sets": [
            {
                "defects": list(one.defects),
                "right": one.right,
                "not_told": one.untold,
                "told": dict(one.told),
                "findings": [
                    {"property": told.case.property, "shows": list(told.defects), "pure": told.pure}
                    for told in one.findings
                ],
            }
            for one in outcomes
        ],
    }


def _sum(one: Sum) -> dict[str, int]:
    return {
        "sets": len(one.outcomes),
        "defects": one.defects,
        "told": one.told,
        "findings": one.findings,
        "not_pure": one.not_pure,
        "twice": one.twice,
    }
