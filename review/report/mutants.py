# SPDX-License-Identifier: GPL-2.0-or-later
"""What came of seeded defects: whether each is caught, told by itself, and looked for there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from rich.console import Console

from models.mutants.mutant import Check
from models.mutants.run import Outcome
from models.mutants.upstream import FOR_READERS
from review.report.terminal import simple_table

Controls = Mapping[tuple[Check, int], Mapping[str, str]]
"""What the unchanged port breaks, by check and chunk shift (``models.mutants.run.controls``)."""


def as_json(outcomes: Sequence[Outcome], unchanged: Controls) -> dict[str, object]:
    """The outcomes as a JSON object; times in seconds."""
    return {
        "unchanged_port": [
            {"check": check.value, "chunk_shift": s, "found": dict(found)}
            for (check, s), found in unchanged.items()
        ],
        "mutants": [
            {
                "name": one.mutant.name,
                "wrong": one.mutant.wrong,
                "part": one.mutant.part.value,
                "file": one.mutant.file,
                "chunk_shift": one.mutant.chunk_shift,
                "check": one.mutant.check.value,
                "caught": one.caught,
                "caught_by": list(one.mutant.caught_by),
                "missing": one.missing,
                "found": dict(one.found),
                "seconds": round(one.seconds, 3),
                "build_seconds": round(one.build_seconds, 3),
            }
            for one in outcomes
        ],
        "median_seconds": round(median(one.seconds for one in outcomes), 3),
        "survived": [one.mutant.name for one in outcomes if not one.caught],
        "for_readers": FOR_READERS,
    }


def show(outcomes: Sequence[Outcome], unchanged: Controls, console: Console) -> None:
    """Print the outcomes for people."""
    table = simple_table("defect", "what is wrong", "caught by", "in", "seconds", right=(4,))
    for one in outcomes:
        caught = ", ".join(one.mutant.caught_by)
        if not one.caught:
            caught = f"SURVIVES: {', '.join(one.missing)} not found"
        check = one.mutant.check.value
        table.add_row(one.mutant.name, one.mutant.wrong, caught, check, f"{one.seconds:.2f}")
    console.print(table)
    survived = [one.mutant.name for one in outcomes if not one.caught]
    console.print(
        f"{len(outcomes) - len(survived)} of {len(outcomes)} caught,"
        f" median {median(one.seconds for one in outcomes):.2f} s to catch one"
        f" (slowest {max(one.seconds for one in outcomes):.2f} s), compiling not counted",
        highlight=False,
    )
    for (tried, s), found in unchanged.items():
        told = f"WRONG: it breaks {', '.join(found)}" if found else "it passes"
        console.print(
            f"The unchanged port in the {tried.value} at chunk shift {s}: {told}",
            highlight=False,
            soft_wrap=True,
        )
    for change, control in FOR_READERS.items():
        told = f"Not run: {change}: only readers see it, control {control} of xasplit rcu"
        console.print(told, highlight=False, soft_wrap=True)
