# SPDX-License-Identifier: GPL-2.0-or-later
"""What exploring readers came to, as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from models.readers import explorer
from models.readers.columns import lines
from models.readers.controls import Caught
from models.readers.explore import Found, Report
from models.readers.explorer import Breach, Event, Result, Span
from models.readers.races import Race, SeenRace
from review.bundle.readers import explored
from review.report.findings import origin_text
from review.report.layout import wrap
from review.report.output import Column, Part, Table, fields, shown, table
from review.run import readers
from review.run.readers import breach_text, smallest
from specs.readers import LIMITS, PROMISES, Memory


def before_lines(report: Report) -> list[str]:
    """What was there before, a line for each writer."""
    by_writer: dict[str, dict[str, list[str]]] = {}
    for _, one in smallest(report):
        if not one.counts and not one.documented:
            promises = by_writer.setdefault(one.result.case.writer, {})
            promises.setdefault(one.breach.promise, []).append(one.result.reader)
    lines = []
    for writer, promises in by_writer.items():
        text = "; ".join(
            f"{promise} ({', '.join(sorted(set(names)))})" for promise, names in promises.items()
        )
        lines += wrap(f"There before, against {writer}: {text}", "    ", "  ")
    return lines


def schedule_lines(report: Report, shift: int, found: Found) -> list[str]:
    """How a finding comes about, ready to be sent; the command replays it."""
    result, breach = found.result, found.breach
    text = f"s={shift} {result.case} {result.memory.value}: {breach_text(found)}"
    head = [*wrap(text, "    ", ""), *wrap(PROMISES[breach.promise].statement, "    ", "  ")]
    if found.origin is not None:
        head += wrap(origin_text(found.origin), "    ", "  ")
    if result.span is not Span.RACE:
        head.append(f"  with no race, {result.span.value} the writer's run")
    head.append(f"  xasplit rcu --replay '{_schedule(shift, result, breach)}'")
    events, _ = explorer.replay(
        report.executables[shift],
        result.case,
        result.memory,
        result.reader,
        breach.start,
        breach.schedule,
    )
    return [*head, "", *lines(events, result.reader)]


def _schedule(shift: int, result: Result, breach: Breach | SeenRace) -> str:
    """An execution, as ``--replay`` takes it."""
    case = f"{shift} {result.case} {result.memory.value}"
    return f"{case} {result.reader} {breach.start} {breach.schedule}"


def answer(name: str, report: Report, schedules: int) -> Iterator[Part]:
    """The table, and the findings with as many ``schedules``."""
    record = explored(name, report, readers.cells(report))
    yield from fields(record, *record.__struct_fields__)
    yield Part("seconds", round(report.seconds, 3))
    yield shown(*_work(name, report))
    yield shown(_table(report))
    races = [_race(race, *seen) for race, seen in report.data_races.items()]
    lines = [
        f"Data race, {'known' if race.known else 'NEW'}: {race}." for race in report.data_races
    ]
    yield Part("data_races", races, lines)
    yield Part("", text=_findings(report, schedules))


def _work(name: str, report: Report) -> Iterator[str]:
    rate = report.states / (sum(one.seconds for _, one in report.results) or 1)
    yield (
        f"{name}: {report.executions:,} executions, {report.states:,} states, "
        f"{rate:,.0f} states a second and core; {report.seconds:.0f} s in all"
    )
    yield f"{readers.collisions(report).capitalize()}."
    yield from (f"NOT EXPLORED: {one}" for one in readers.not_explored(report))
    if report.unsupported:
        yield f"{report.unsupported} cases with a writer that this code does not offer"


_Row = tuple[tuple[str, str], dict[Memory, readers.ReaderCell]]
"""Writer and reader, with what came of them on each memory."""


def _table(report: Report) -> Table[_Row]:
    memories = list(dict.fromkeys(result.memory for _, result in report.results))
    rows: dict[tuple[str, str], dict[Memory, readers.ReaderCell]] = {}
    for cell in readers.cells(report):
        rows.setdefault((cell.writer, cell.reader), {})[cell.memory] = cell
    columns: list[Column[_Row]] = [
        Column("", "writer", lambda row: row[0][0]),
        Column("", "reader", lambda row: row[0][1]),
        Column("", "runs", lambda row: sum(cell.executions for cell in row[1].values())),
        *map(_outcome, memories),
        Column("", "explored", lambda row: _coverage(row[1])),
    ]
    return Table([*rows.items()], columns)


def _outcome(memory: Memory) -> Column[_Row]:
    return Column("", memory.value, lambda row: row[1][memory].outcome)


def _coverage(row: Mapping[Memory, readers.ReaderCell]) -> str:
    """How much was explored, of each memory where that differs."""
    coverage = {memory: cell.coverage for memory, cell in row.items()}
    if len(set(coverage.values())) == 1:
        return next(iter(coverage.values()))
    return "; ".join(f"{memory.value}: {text}" for memory, text in coverage.items())


def _race(race: Race, shift: int, result: Result, seen: SeenRace) -> dict[str, object]:
    return {
        "field": race.field,
        "load": str(race.load),
        "load_plain": race.load_plain,
        "store": str(race.store),
        "store_plain": race.store_plain,
        "known": race.known.why if race.known else None,
        "replay": _schedule(shift, result, seen),
    }


def _findings(report: Report, schedules: int) -> Iterator[str]:
    yield from before_lines(report)
    found = [one for one in readers.smallest(report) if one[1].counts or one[1].documented]
    for shift, one in found[:schedules]:
        yield from [*schedule_lines(report, shift, one), ""]
    if len(found) > schedules:
        yield f"{len(found) - schedules} more; --schedules shows them"
    unreliable = {one.breach.promise for _, one in found if one.documented}
    for limit in LIMITS:
        if limit.promise in unreliable:
            writers = f" ({', '.join(limit.writers)})" if limit.writers else ""
            yield f"Unreliable, {limit.promise}{writers}: {limit.why}.  Instead: {limit.instead}."


def _found(one: Caught) -> str:
    found = one.breach.promise if one.breach else "nothing"
    return found if one.as_expected else f"WRONG: {found}"


_CONTROLS: list[Column[Caught]] = [
    Column("name", "known race", lambda one: one.control.name),
    Column("memory", "memory", lambda one: one.memory.value),
    Column("found", "found", lambda one: one.breach and one.breach.promise, _found),
    Column("as_expected"),
    Column("", "switches", lambda one: one.breach and one.breach.switches),
    Column("", "seconds", cell=lambda one: f"{one.seconds:.4f}"),
]


def controls(caught: Sequence[Caught]) -> Part:
    """Which races that are known were found."""
    return table("controls", Table(caught, _CONTROLS))


def execution(events: Sequence[Event], broken: Sequence[str], reader: str) -> Iterator[str]:
    """One execution, and what it breaks."""
    yield from lines(events, reader)
    yield from (f"breaks {promise}: {PROMISES[promise].statement}" for promise in broken)
    if not broken:
        yield "breaks nothing"
