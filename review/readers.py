# SPDX-License-Identifier: GPL-2.0-or-later
"""What exploring readers came to: the table, the findings with their schedules, the evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from models.rcu import explorer, plan
from models.rcu.columns import lines
from models.rcu.controls import Caught
from models.rcu.explore import Found, Report
from models.rcu.explorer import Result, Span
from review.findings import wrap
from specs.claims import Evidence, Outcome
from specs.readers import PROMISES, Memory
from specs.strength import Extent, nothing

COMPLETE = "complete"
"""How much was explored: everything."""
CHECK = "rcu:readers"
"""The check that this is evidence of."""
WHY_NOT = "it hangs, and each of thousands of runs might"
"""Why readers of an implementation that hangs are not explored."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One reader against one writer on one memory, over all arrays.

    ``explored`` says for each chunk shift how much of it: "complete" (every execution), "bound 2
    reached" (in some array, only executions with two choices other than the default at most), or
    "cut short"; ``bounds`` are those that were reached.  ``broken`` and ``documented`` name the
    promises; ``alone``: broken with no race.
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
        return all(told == COMPLETE for _, told in self.explored)

    @property
    def coverage(self) -> str:
        """How much was explored, in a few words."""
        if self.complete:
            return COMPLETE
        groups: dict[str, list[str]] = {}
        for shift, told in self.explored:
            groups.setdefault(told, []).append(str(shift))
        return "; ".join(f"s={','.join(shifts)} {told}" for told, shifts in groups.items())


def cells(report: Report) -> list[Cell]:
    """The table: every reader, writer and memory that was explored."""
    groups: dict[tuple[str, str, Memory], list[tuple[int, Result]]] = {}
    for shift, result in report.results:
        key = (result.reader, result.case.writer, result.memory)
        groups.setdefault(key, []).append((shift, result))
    order = {name: number for number, name in enumerate(plan.WRITERS)}
    return [
        _cell(*key, results)
        for key, results in sorted(groups.items(), key=lambda one: (order[one[0][1]], one[0][0]))
    ]


def _cell(reader: str, writer: str, memory: Memory, shifted: Sequence[tuple[int, Result]]) -> Cell:
    results = [result for _, result in shifted]
    races = [one for one in results if one.span is Span.RACE]
    explored: dict[int, list[Result]] = {}
    for shift, result in shifted:
        if result.span is Span.RACE:
            explored.setdefault(shift, []).append(result)
    found = [Found(result, breach) for result in results for breach in result.breaches]
    raced = [one for one in found if one.result.span is Span.RACE]
    return Cell(
        reader,
        writer,
        memory,
        len(races),
        sum(one.executions for one in results),
        sum(one.states for one in results),
        sum(one.seconds for one in results),
        tuple(sorted({one.bound for one in races if one.bound is not None})),
        tuple((shift, _extent(some)) for shift, some in sorted(explored.items())),
        _names(one for one in raced if not one.documented),
        _names(one for one in raced if one.documented),
        _names(one for one in found if one.result.span is not Span.RACE),
    )


def _extent(races: Sequence[Result]) -> str:
    if not all(one.complete for one in races):
        return "cut short"
    bounds = [one.bound for one in races if one.bound is not None]
    return f"bound {min(bounds)} reached" if bounds else COMPLETE


def _names(found: Iterable[Found]) -> tuple[str, ...]:
    return tuple(sorted({one.breach.promise for one in found}))


def evidence(report: Report, name: str) -> Iterator[Evidence]:
    """``rcu:readers``: whether what a reader relies on holds while an entry is split.

    What is listed as unreliable (``LIMITS``) is no promise: it is told, and decides nothing.  A
    crash, or a search that was cut short, leaves the question undecided.
    """
    found = report.found(plan.SPLITS)
    broken = sorted(
        ((shift, one) for shift, one in found if not one.documented),
        key=lambda found: _rank(found[1]),
    )
    limited = report.incomplete(plan.SPLITS)
    documented = sorted({one.breach.promise for _, one in found if one.documented})
    cut = [result for _, result in limited if not result.complete]
    detail = f"{report.executions:,} executions"
    if limited:
        detail += f"; {len(limited)} of {len(report.races(plan.SPLITS))} runs with a bound"
    if documented:
        detail += f"; no promise: {', '.join(documented)} (docs/readers.md)"
    outcome = Outcome.HOLDS
    if report.crashes or cut:
        outcome = Outcome.UNDECIDED
    if broken:
        shift, first = broken[0]
        outcome = Outcome.FAILS
        detail = f"s={shift} {first.result.case} {first.result.memory.value}: {_told(first)}"
    yield Evidence(CHECK, outcome, _explored(report), name, detail)


def _explored(report: Report) -> Extent:
    """How many runs of a reader against a split were explored with no bound: of those on small
    arrays if there are any, beside which the larger ones are told."""
    races = report.races(plan.SPLITS)
    limited = {id(result) for _, result in report.incomplete(plan.SPLITS)}
    small = [one for one in races if one[0] in plan.LEVELS]
    counted = small or races
    shifts = sorted({shift for shift, _ in counted})
    orders = {s: max(one.case.order for shift, one in counted if shift == s) for s in shifts}
    at = ", ".join(f"s={s} to order {order}" for s, order in orders.items())
    what = f"runs of a reader against a split, every interleaving, {at}"
    whole = sum(id(result) not in limited for _, result in counted)
    if small and len(races) > len(small):
        rest = [one for one in races if one[0] not in plan.LEVELS]
        free = sum(id(result) not in limited for _, result in rest)
        what += f"; besides {free} of {len(rest)} on larger arrays, the others with a bound"
    return Extent(whole, len(counted), what)


def left_out(name: str) -> Evidence:
    """The same of an implementation that hangs, whose readers were not explored."""
    detail = f"not explored, since {WHY_NOT}"
    return Evidence(CHECK, Outcome.UNDECIDED, nothing("readers"), name, detail)


def _told(found: Found) -> str:
    breach = found.breach
    return f"{found.result.reader} from {breach.start} breaks {breach.promise}: {breach.text}"


def smallest(report: Report) -> list[tuple[int, Found]]:
    """Of each promise broken by a reader under a writer, in a race or not, the smallest.

    Races that are no documented ones come first, then what fails with no race.
    """
    seen: dict[tuple[object, ...], tuple[int, Found]] = {}
    for shift, one in report.found():
        race = one.result.span is Span.RACE
        key = (one.result.reader, one.result.case.writer, one.breach.promise, race, one.documented)
        seen.setdefault(key, (shift, one))
    return sorted(seen.values(), key=lambda found: _rank(found[1]))


def _rank(found: Found) -> int:
    if found.documented:
        return 2
    return 0 if found.result.span is Span.RACE else 1


def schedule_lines(report: Report, shift: int, found: Found) -> list[str]:
    """How a finding comes about, ready to be sent; the command replays it."""
    result, breach = found.result, found.breach
    told = f"s={shift} {result.case} {result.memory.value}: {_told(found)}"
    head = [*wrap(told, "    ", ""), *wrap(PROMISES[breach.promise].statement, "    ", "  ")]
    if result.span is not Span.RACE:
        head.append(f"  with no race, {result.span.value} the writer's run")
    replayed = f"{shift} {result.case} {result.memory.value}"
    replayed += f" {result.reader} {breach.start} {breach.schedule}"
    head.append(f"  xasplit rcu --replay '{replayed}'")
    events, _ = explorer.replay(
        report.executables[shift],
        result.case,
        result.memory,
        result.reader,
        breach.start,
        breach.schedule,
    )
    return [*head, "", *lines(events, result.reader)]


def as_json(reports: Sequence[tuple[str, Report]], caught: Sequence[Caught]) -> dict[str, object]:
    """Everything for machines: table and findings of each subject by its name, and the controls."""
    return {
        "subjects": [
            {
                "name": name,
                "executions": report.executions,
                "states": report.states,
                "seconds": round(report.seconds, 3),
                "crashes": list(report.crashes),
                "unsupported": report.unsupported,
                "table": [
                    {
                        "reader": cell.reader,
                        "writer": cell.writer,
                        "memory": cell.memory.value,
                        "verdict": cell.verdict,
                        "executions": cell.executions,
                        "states": cell.states,
                        "complete": cell.complete,
                        "bounds": list(cell.bounds),
                    }
                    for cell in cells(report)
                ],
                "findings": [
                    {
                        "chunk_shift": shift,
                        "case": str(one.result.case),
                        "memory": one.result.memory.value,
                        "reader": one.result.reader,
                        "race": one.result.span is Span.RACE,
                        "promise": one.breach.promise,
                        "documented": one.documented,
                        "start": one.breach.start,
                        "schedule": one.breach.schedule,
                        "text": one.breach.text,
                    }
                    for shift, one in smallest(report)
                ],
            }
            for name, report in reports
        ],
        "controls": [
            {
                "name": one.control.name,
                "memory": one.memory.value,
                "found": one.breach.promise if one.breach else None,
                "as_expected": one.as_expected,
            }
            for one in caught
        ],
    }
