# SPDX-License-Identifier: GPL-2.0-or-later
"""What exploring readers came to: the table, the findings with their schedules, the evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from models.readers import explorer, plan
from models.readers.exploration import Unexplored
from models.readers.explore import Found, Report
from models.readers.explorer import Case, Result, Span, Trouble
from specs.claims import Evidence, Outcome
from specs.readers import Memory
from specs.strength import Extent, nothing

COMPLETE = "complete"
"""How much was explored: everything."""
CHECK = "rcu:readers"
"""The check that this is evidence of."""


@dataclass(frozen=True, slots=True)
class ReaderCell:
    """One reader against one writer on one memory, over all arrays.

    ``cases`` are the arrays that were explored.  ``explored`` says for each chunk shift how much of
    it: "complete" (every execution), "bound 2 reached" (in some array, only executions with two
    choices other than the default at most), "cut short", or how many arrays were not explored;
    ``bounds`` are those that were reached.  ``broken`` and ``documented`` name the promises;
    ``alone``: broken with no race.
    """

    reader: str
    writer: str
    memory: Memory
    cases: int
    executions: int
    states: int
    seconds: float
    bounds: tuple[int, ...]
    explored: tuple[tuple[int, str], ...]
    broken: tuple[str, ...]
    documented: tuple[str, ...]
    alone: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """In a few words; a bound that was reached is part of it."""
        return self.outcome if self.complete else f"{self.outcome}; {self.coverage}"

    @property
    def outcome(self) -> str:
        """What broke, in a few words."""
        if not self.cases:
            return "not explored"
        words = []
        if self.broken:
            words.append("FAILS " + ", ".join(self.broken))
        if self.alone:
            words.append("fails with no race " + ", ".join(self.alone))
        if self.documented:
            words.append("unreliable " + ", ".join(self.documented))
        return "; ".join(words or ["holds"])

    @property
    def complete(self) -> bool:
        """Whether all executions were covered everywhere."""
        return all(extent == COMPLETE for _, extent in self.explored)

    @property
    def coverage(self) -> str:
        """How much was explored, in a few words."""
        if self.complete:
            return COMPLETE
        groups: dict[str, list[str]] = {}
        for shift, extent in self.explored:
            groups.setdefault(extent, []).append(str(shift))
        return "; ".join(f"s={','.join(shifts)} {extent}" for extent, shifts in groups.items())


def cells(report: Report) -> list[ReaderCell]:
    """The table: every reader, writer and memory that there was a case of."""
    groups: dict[_Key, list[tuple[int, Result]]] = {}
    missing: dict[_Key, Counter[int]] = {}
    for shift, result in report.results:
        key = (result.reader, result.case.writer, result.memory)
        groups.setdefault(key, []).append((shift, result))
    for one in report.unexplored:
        for reader in one.readers:
            key = (reader, one.case.writer, one.memory)
            missing.setdefault(key, Counter())[one.shift] += 1
    order = {name: number for number, name in enumerate(plan.WRITERS)}
    return [
        _cell(*key, groups.get(key, ()), missing.get(key, Counter()))
        for key in sorted(groups | missing, key=lambda one: (order[one[1]], one[0]))
    ]


_Key: TypeAlias = tuple[str, str, Memory]


def _cell(
    reader: str,
    writer: str,
    memory: Memory,
    shifted: Sequence[tuple[int, Result]],
    missing: Counter[int],
) -> ReaderCell:
    results = [result for _, result in shifted]
    races = [one for one in results if one.span is Span.RACE]
    explored: dict[int, list[Result]] = {shift: [] for shift in missing}
    for shift, result in shifted:
        if result.span is Span.RACE:
            explored.setdefault(shift, []).append(result)
    found = [Found(result, breach) for result in results for breach in result.breaches]
    raced = [one for one in found if one.result.span is Span.RACE]
    return ReaderCell(
        reader,
        writer,
        memory,
        len(races),
        sum(one.executions for one in results),
        sum(one.states for one in results),
        sum(one.seconds for one in results),
        tuple(sorted({one.bound for one in races if one.bound is not None})),
        tuple((shift, _extent(some, missing[shift])) for shift, some in sorted(explored.items())),
        _names(one for one in raced if not one.documented),
        _names(one for one in raced if one.documented),
        _names(one for one in found if one.result.span is not Span.RACE),
    )


def _extent(races: Sequence[Result], missing: int) -> str:
    if missing:
        return f"{missing} of {len(races) + missing} arrays not explored"
    if not all(one.complete for one in races):
        return "cut short"
    bounds = [one.bound for one in races if one.bound is not None]
    return f"bound {min(bounds)} reached" if bounds else COMPLETE


def _names(found: Iterable[Found]) -> tuple[str, ...]:
    return tuple(sorted({one.breach.promise for one in found}))


def evidence(report: Report, name: str) -> Iterator[Evidence]:
    """``rcu:readers``: whether what a reader relies on holds while an entry is split.

    What is listed as unreliable (``LIMITS``) is no promise: it is told, and decides nothing.  An
    array that was not explored, or a search that was cut short, leaves the question undecided.
    """
    found = report.found(plan.SPLITS)
    broken = sorted(
        ((shift, one) for shift, one in found if not one.documented),
        key=lambda found: _rank(found[1]),
    )
    origin = None
    limited = report.incomplete(plan.SPLITS)
    documented = sorted({one.breach.promise for _, one in found if one.documented})
    cut = [result for _, result in limited if not result.complete]
    detail = f"{report.executions:,} executions"
    if limited:
        detail += f"; {len(limited)} of {len(report.races(plan.SPLITS))} runs with a bound"
    if documented:
        detail += f"; no promise: {', '.join(documented)} (docs/readers.md)"
    if known := sum(race.known is not None for race in report.data_races):
        detail += f"; {known} known data races (docs/readers.md)"
    outcome = Outcome.HOLDS
    missing = [one for one in report.unexplored if one.case.writer in plan.SPLITS]
    if missing or cut:
        outcome = Outcome.UNDECIDED
        if missing:
            unexplored = not_explored(report, plan.SPLITS)
            more = f", and {len(unexplored) - 1} more" if len(unexplored) > 1 else ""
            detail += f"; not explored: {unexplored[0]}{more}"
    if broken:
        shift, first = broken[0]
        outcome = Outcome.FAILS
        origin = None if first.origin is None else first.origin.origin
        detail = f"s={shift} {first.result.case} {first.result.memory.value}: {breach_text(first)}"
    yield Evidence(CHECK, outcome, _explored(report), name, detail, origin)


def _explored(report: Report) -> Extent:
    """How many runs of a reader against a split were explored with no bound: of those on small
    arrays if there are any, beside which the larger ones are told.  What was not explored counts as
    a run that is missing."""
    races = report.races(plan.SPLITS)
    limited = {id(result) for _, result in report.incomplete(plan.SPLITS)}
    small = [one for one in races if one[0] in plan.LEVELS]
    counted = small or races
    missing = sum(
        len(one.readers)
        for one in report.unexplored
        if one.case.writer in plan.SPLITS and (one.shift in plan.LEVELS or not small)
    )
    if not counted:
        return nothing("readers")
    shifts = sorted({shift for shift, _ in counted})
    orders = {s: max(one.case.order for shift, one in counted if shift == s) for s in shifts}
    at = ", ".join(f"s={s} to order {order}" for s, order in orders.items())
    what = f"runs of a reader against a split, every interleaving, {at}"
    whole = sum(id(result) not in limited for _, result in counted)
    if small and len(races) > len(small):
        rest = [one for one in races if one[0] not in plan.LEVELS]
        free = sum(id(result) not in limited for _, result in rest)
        what += f"; besides {free} of {len(rest)} on larger arrays, the others with a bound"
    return Extent(whole, len(counted) + missing, what)


def not_explored(report: Report, writers: Sequence[str] = plan.WRITERS) -> list[str]:
    """What was not explored and why, a line for each writer, or reader and writer, that has a
    problem: in how many arrays, and the smallest of them."""
    groups: dict[tuple[int, str, str, Trouble], list[Unexplored]] = {}
    for one in report.unexplored:
        if one.case.writer in writers:
            problem = one.problem
            key = (one.shift, one.case.writer, problem.reader, problem.trouble)
            groups.setdefault(key, []).append(one)
    if not groups:
        return []
    arrays: dict[tuple[int, str], set[Case]] = {}
    for shift, result in report.results:
        arrays.setdefault((shift, result.case.writer), set()).add(result.case)
    for one in report.unexplored:
        arrays.setdefault((one.shift, one.case.writer), set()).add(one.case)
    lines = []
    for (shift, writer, reader, trouble), group in groups.items():
        cases = list(dict.fromkeys(one.case for one in group))
        who = f"reader {reader} against {writer}" if reader else f"writer {writer}"
        first = group[0]
        why = f" ({first.problem.text})" if first.problem.text else ""
        lines.append(
            f"s={shift}, {who} {trouble.value} in {len(cases)} of {len(arrays[shift, writer])}"
            f" arrays, such as {cases[0]}{why}"
        )
    return lines


def collisions(report: Report) -> str:
    """How probable it is that two states shared a fingerprint, in a few words."""
    bits = explorer.FINGERPRINT_BITS
    return (
        f"the chance that two of them shared their fingerprint of {bits} bits, and executions were"
        f" left out, is {report.chance:.1e} at most"
    )


def breach_text(found: Found) -> str:
    """Who breaks which promise, and what it saw, in a line."""
    breach = found.breach
    return f"{found.result.reader} from {breach.start} breaks {breach.promise}: {breach.text}"


def smallest(report: Report) -> list[tuple[int, Found]]:
    """Of each promise broken by a reader under a writer, in a race or not, the smallest.

    Races that are no documented ones come first, then what fails with no race, then what was there
    before, which hides nothing new.
    """
    seen: dict[tuple[object, ...], tuple[int, Found]] = {}
    for shift, one in report.found():
        race = one.result.span is Span.RACE
        kind = (one.documented, one.counts)
        key = (one.result.reader, one.result.case.writer, one.breach.kind, race, *kind)
        seen.setdefault(key, (shift, one))
    return sorted(seen.values(), key=lambda found: _rank(found[1]))


def _rank(found: Found) -> int:
    if not found.counts:
        return 3 if found.documented else 2
    return 0 if found.result.span is Span.RACE else 1
