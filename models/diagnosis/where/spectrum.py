# SPDX-License-Identifier: GPL-2.0-or-later
"""Which line an event belongs to, and whether lines run in failing cases only."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import NamedTuple, TypeAlias

from models.diagnosis.where.assembly import Kind, Site
from models.diagnosis.where.trace import MOST_SITES, Event

Line: TypeAlias = tuple[str, int]
"""A file of the source and a line of it, from 1."""
Element: TypeAlias = tuple[Line, int, bool]
"""A line with a branch of it and whether that was taken; the branch is -1 for the line itself."""


class Step(NamedTuple):
    """An event with the line that it belongs to and those that called that, the nearest first."""

    event: Event
    line: Line | None
    callers: tuple[Line, ...]


class Places:
    """Which line an event belongs to: that of its site, or in code that is not the source's own
    the line that called it; a value that is handed over belongs to who hands it over."""

    def __init__(self, sites: Sequence[Site]) -> None:
        self.sites = sites

    def function(self, step: Step) -> str:
        """The function that an event comes from."""
        return self.sites[step.event.site].function if step.event.site < MOST_SITES else ""

    def of(self, events: Iterable[Event]) -> Iterator[Step]:
        """The events of an operation, each with its line."""
        here: Line | None = None
        calls: list[tuple[str, str, Line | None]] = []
        callers: tuple[Line, ...] = ()
        behind: Line | None = None
        for event in events:
            if event.site >= MOST_SITES:
                yield Step(event, here, callers)
                continue
            site = self.sites[event.site]
            if calls and site.function != calls[-1][1]:
                while calls and site.function != calls[-1][1]:
                    caller, _, line = calls.pop()
                    if site.function == caller:
                        here = line
                        break
                callers = _lines(calls)
            if site.kind is Kind.ARGUMENT and calls:
                yield Step(event, calls[-1][2], _lines(calls[:-1]))
                continue
            if site.kind is Kind.RETURN:
                # The line that it stands on is the end of the function.
                yield Step(event, behind if site.file else here, callers)
                continue
            if site.kind is Kind.LINE:
                behind = here
            here = (site.file, site.line) if site.file else here
            if site.kind is Kind.CALL:
                calls.append((site.function, site.callee, here))
                callers = _lines(calls)
            yield Step(event, here, callers)


def _lines(calls: Sequence[tuple[str, str, Line | None]]) -> tuple[Line, ...]:
    return tuple(line for _, _, line in reversed(calls[-4:]) if line is not None)


Met: TypeAlias = frozenset[int]
"""Elements that a case came by, by their place in ``elements``."""


def elements(sites: Sequence[Site]) -> list[Element | None]:
    """The element that each byte of ``Tracer.counted`` stands for; None where that is not judged,
    since it is no line or branch of the source."""
    found: list[Element | None] = []
    for number, site in enumerate(sites):
        judged = site.file and site.kind in (Kind.LINE, Kind.BRANCH)
        branch = number if site.kind is Kind.BRANCH else -1
        for taken in (False, True):
            found.append(((site.file, site.line), branch, taken) if judged else None)
    return found


def met(*operations: bytes) -> Met:
    """What some operations came by."""
    return frozenset(at for one in operations for at in compress(range(len(one)), one))


def ochiai(
    known: Sequence[Element | None],
    failing: Sequence[Met],
    passing: Sequence[tuple[Met, float]],
) -> dict[Line, tuple[float, float]]:
    """For each line how closely failing goes with running it, and with the way that one of its
    branches went: from 0 to 1.  Each passing one has a weight; ``known`` are the elements."""
    bad = Counter(at for one in failing for at in one)
    good: dict[int, float] = defaultdict(float)
    for one, weight in passing:
        for at in one:
            good[at] += weight
    found: dict[Line, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
    for at, times in bad.items():
        element = known[at]
        if element is None:
            continue
        line, branch, _ = element
        score = times / math.sqrt(len(failing) * (times + good[at]))
        ran, went = found[line]
        found[line] = (max(ran, score), went) if branch < 0 else (ran, max(went, score))
    return dict(found)
