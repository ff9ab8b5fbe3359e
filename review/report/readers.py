# SPDX-License-Identifier: GPL-2.0-or-later
"""What exploring readers came to, as text."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Column, Table

from models.readers import explorer
from models.readers.columns import lines
from models.readers.controls import Caught
from models.readers.explore import Found, Report
from models.readers.explorer import Span
from review.report.findings import origin_text
from review.report.layout import wrap
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
        told = "; ".join(
            f"{promise} ({', '.join(sorted(set(names)))})" for promise, names in promises.items()
        )
        lines += wrap(f"There before, against {writer}: {told}", "    ", "  ")
    return lines


def schedule_lines(report: Report, shift: int, found: Found) -> list[str]:
    """How a finding comes about, ready to be sent; the command replays it."""
    result, breach = found.result, found.breach
    told = f"s={shift} {result.case} {result.memory.value}: {breach_text(found)}"
    head = [*wrap(told, "    ", ""), *wrap(PROMISES[breach.promise].statement, "    ", "  ")]
    if found.origin is not None:
        head += wrap(origin_text(found.origin), "    ", "  ")
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


def show(report: Report, name: str, console: Console, schedules: int) -> None:
    """Print the table, and the findings with as many ``schedules``."""
    rate = report.states / (sum(one.seconds for _, one in report.results) or 1)
    console.print(
        f"{name}: {report.executions:,} executions, {report.states:,} states, "
        f"{rate:,.0f} states a second and core; {report.seconds:.0f} s in all"
    )
    console.print(f"{readers.collisions(report).capitalize()}.", highlight=False)
    for told in readers.not_explored(report):
        console.print(f"NOT EXPLORED: {told}", markup=False, highlight=False)
    if report.unsupported:
        console.print(f"{report.unsupported} cases with a writer that this code does not offer")
    memories = list(dict.fromkeys(result.memory for _, result in report.results))
    rows: dict[tuple[str, str], dict[Memory, readers.ReaderCell]] = {}
    for cell in readers.cells(report):
        rows.setdefault((cell.writer, cell.reader), {})[cell.memory] = cell
    columns = [one.value for one in memories]
    # Names are told whole: many begin alike.
    names = (Column("writer", overflow="fold"), Column("reader", overflow="fold"))
    table = Table(*names, "runs", *columns, "explored", box=box.SIMPLE)
    for (writer, reader), row in rows.items():
        runs = sum(cell.executions for cell in row.values())
        coverage = {one: row[one].coverage for one in memories}
        same = len(set(coverage.values())) == 1
        told = (
            coverage[memories[0]]
            if same
            else "; ".join(f"{one.value}: {text}" for one, text in coverage.items())
        )
        table.add_row(writer, reader, f"{runs:,}", *(row[one].outcome for one in memories), told)
    console.print(table)
    for race in report.data_races:
        told = "known" if race.known else "NEW"
        console.print(f"Data race, {told}: {race}.", markup=False, highlight=False)
    found = readers.smallest(report)
    for line in before_lines(report):
        console.print(line, markup=False, highlight=False)
    found = [one for one in found if one[1].counts or one[1].documented]
    for shift, one in found[:schedules]:
        for line in schedule_lines(report, shift, one):
            console.print(line, markup=False, highlight=False, soft_wrap=True)
        console.print()
    if len(found) > schedules:
        console.print(f"{len(found) - schedules} more; --schedules shows them")
    met = {one.breach.promise for _, one in found if one.documented}
    for limit in LIMITS:
        if limit.promise in met:
            told = f"Unreliable, {limit.promise}"
            told += f" ({', '.join(limit.writers)})" if limit.writers else ""
            told += f": {limit.why}.  Instead: {limit.instead}."
            console.print(told, markup=False, highlight=False)


def show_controls(caught: Sequence[Caught], console: Console) -> None:
    """Print which races that are known were found."""
    table = Table(
        Column("known race", no_wrap=True), "memory", "found", "switches", "seconds", box=box.SIMPLE
    )
    for one in caught:
        found = one.breach.promise if one.breach else "nothing"
        if not one.as_expected:
            found = f"WRONG: {found}"
        switches = str(one.breach.switches) if one.breach else ""
        table.add_row(one.control.name, one.memory.value, found, switches, f"{one.seconds:.4f}")
    console.print(table)
