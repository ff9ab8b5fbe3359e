# SPDX-License-Identifier: GPL-2.0-or-later
"""How good it is told where to look first."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import to_builtins
from rich.console import Console

from models.diagnosis.where.rank import MOST
from models.mutants.where import GOAL, Ranked, share
from review.bundle.findings import suspects
from review.report.terminal import simple_table


def as_json(found: Sequence[Ranked]) -> dict[str, object]:
    """The ranking of each defect, and how many lines are among the first, as a JSON object."""
    return {
        "defects": [
            {
                "name": one.mutant.name,
                "property": None if one.finding is None else one.finding.property,
                "planted": [f"{file}:{line}" for file, line in sorted(one.planted)],
                "place": one.place,
                "seconds": round(one.seconds, 3),
                "reason": one.told.reason,
                "lines": to_builtins(suspects(one.told).lines),
            }
            for one in found
        ],
        "among_the_first": sum(one.place is not None for one in found),
        "of": len(found),
        "share": round(share(found), 4),
        "goal": GOAL,
    }


def show(found: Sequence[Ranked], console: Console) -> None:
    """Print on which place the planted line is, for each defect."""
    table = simple_table(
        "defect",
        "property",
        "place",
        "named first",
        "seconds",
        right=(
            2,
            4,
        ),
    )
    for one in found:
        first = one.told.suspects[:1]
        named = f"{first[0].file}:{first[0].line} {first[0].function}" if first else one.told.reason
        broken = "" if one.finding is None else one.finding.property
        place = str(one.place or "-")
        table.add_row(one.mutant.name, broken, place, named, f"{one.seconds:.1f}")
    console.print(table)
    among = sum(one.place is not None for one in found)
    told = f"{among} of {len(found)} ({share(found):.0%}) have the planted line among the first"
    console.print(f"{told} {MOST}; the goal is {GOAL:.0%}", highlight=False)
