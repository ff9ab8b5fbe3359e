# SPDX-License-Identifier: GPL-2.0-or-later
"""A report that nobody measured."""

from benchmarks.result import (
    FORMAT,
    Goal,
    GroupResult,
    Kind,
    Line,
    Machine,
    Measure,
    Report,
    Stage,
    State,
    Timeline,
)

MACHINE = Machine(
    "2026-11-27 22:00 UTC", "a processor", "x86_64", 2, 0.1, 2.0, "3.13.0", "a cc", 0.5, 0.6
)
MEASURES = (
    Measure("fast", 0.1, goal=Goal(most=0.3)),
    Measure("slow", 2.5, goal=Goal(most=0.3), before="3 s"),
    Measure("rate", 199_000.0, "cases/s", Kind.RATIO, Goal(least=200_000), "a note"),
    Measure("nodes", 4161.0, "", Kind.COUNT),
)
STAGES = (Stage("search", 0.0, 4.0, 1.9), Stage("theorems", 4.0, 9.0, 0.5))
REPORT = Report(
    FORMAT,
    "0123456789ab",
    False,
    MACHINE,
    (
        GroupResult("first", "is run", State.RUN, 12.3, "", MEASURES),
        GroupResult(
            "second",
            "is begun",
            State.INTERRUPTED,
            1.0,
            "interrupted",
            MEASURES[:1],
            (Line("s = 6", "nodes", "ns", ((1.0, 2.0), (65.0, 2.1))),),
            (Timeline("a review", STAGES, ((0.25, 1.0), (0.5, 2.0))),),
        ),
        GroupResult("third", "is not run", State.NOT_RUN, 0.0, "no spin"),
    ),
)
