# SPDX-License-Identifier: GPL-2.0-or-later
"""How long commands take that answer at once: help, a count, errors of usage."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from benchmarks.group import Group, Settings
from benchmarks.process import PYTHON, XASPLIT, run
from benchmarks.result import Goal, Kind, Measure

TIMES = 9
_WRONG = ("--no-such-option",)
COMMANDS = (
    (("--help",), 0, 0.15),
    (("count", "1G", "4K"), 0, 0.3),
    (("search", *_WRONG), 2, 0.3),
    (("review", *_WRONG), 2, 0.3),
    (("compare", *_WRONG), 2, 0.3),
    (("search", "--kernel", "no-such-kernel"), 2, 0.3),
)
"""What is asked, the status that it ends with, and the seconds that it may take."""


def measure(settings: Settings) -> Iterator[Measure]:
    """The median of each; what comes before the first import as well, which nothing can beat.

    The commands take turns, so that load meets all of them alike.
    """
    asked = [((*PYTHON, "pass"), 0), *(((*XASPLIT, *words), code) for words, code, _ in COMMANDS)]
    taken: list[list[float]] = [[] for _ in asked]
    for number in range(1 + settings.times(TIMES)):
        for place, (command, status) in enumerate(asked):
            seconds = run(command, settings.folder, every=0.002, statuses=(status,)).seconds
            # The first of each compiles what it imports.
            taken[place] += [seconds] if number else []
    bare, *medians = map(statistics.median, taken)
    note = f"median of {settings.times(TIMES)}"
    yield Measure("python -c pass", bare, note=note)
    for (words, _, most), median in zip(COMMANDS, medians, strict=True):
        name = f"xasplit {' '.join(words)}"
        yield Measure(name, median, goal=Goal(most=most), note=note)
        yield Measure(f"{name} to python -c pass", median / bare, "times", Kind.RATIO)


GROUP = Group("commands", "what is asked often and answered at once", measure)
