# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit rcu``: readers without a lock against every writer, explored on compiled code."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich import box
from rich.console import Console
from rich.table import Table

from models.build import BuildError
from models.kernel.source import Source
from models.rcu import controls, explorer, plan
from models.rcu.build import build
from models.rcu.controls import Caught
from models.rcu.explore import Found, Report, explore
from models.rcu.explorer import ExplorerError, Result, Span
from models.rcu.schedule import lines
from review import subjects
from review.progress import Meter
from specs.claims import Evidence, Outcome, Strength
from specs.readers import LIMITS, PROMISES, Memory

SHIFTS = (1, 2, 6)


@dataclass(frozen=True, slots=True)
class Cell:
    """One reader against one writer on one memory, over all arrays.

    ``broken`` and ``documented`` name the promises; ``alone``: broken with no race at all.
    """

    reader: str
    writer: str
    memory: Memory
    cases: int
    executions: int
    states: int
    seconds: float
    bounds: tuple[int, ...]
    complete: bool
    broken: tuple[str, ...]
    documented: tuple[str, ...]
    alone: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """In a few words; a bound that was set or reached is part of it."""
        words = []
        if self.broken:
            words.append("FAILS " + ", ".join(self.broken))
        if self.alone:
            words.append("fails with no race " + ", ".join(self.alone))
        if self.documented:
            words.append("unreliable " + ", ".join(self.documented))
        words = words or ["holds"]
        if not self.complete:
            words.append("limit reached")
        elif self.bounds:
            words.append(f"{min(self.bounds)} switches at most")
        return "; ".join(words)


def cells(report: Report) -> list[Cell]:
    """The table: every reader, writer and memory that was explored."""
    groups: dict[tuple[str, str, Memory], list[Result]] = {}
    for _, result in report.results:
        groups.setdefault((result.reader, result.case.writer, result.memory), []).append(result)
    order = {name: number for number, name in enumerate(plan.WRITERS)}
    return [
        _cell(*key, results)
        for key, results in sorted(groups.items(), key=lambda one: (order[one[0][1]], one[0][0]))
    ]


def _cell(reader: str, writer: str, memory: Memory, results: Sequence[Result]) -> Cell:
    races = [one for one in results if one.span is Span.RACE]
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
        tuple(one.bound for one in races if one.bound is not None),
        all(one.complete for one in races),
        _names(one for one in raced if not one.documented),
        _names(one for one in raced if one.documented),
        _names(one for one in found if one.result.span is not Span.RACE),
    )


def _names(found: Iterable[Found]) -> tuple[str, ...]:
    return tuple(sorted({one.breach.promise for one in found}))


def evidence(report: Report, name: str) -> Iterator[Evidence]:
    """``rcu:readers``: whether what a reader relies on holds while an entry is split.

    What is documented as unreliable neither holds nor fails by itself; the detail counts it.
    """
    found = report.found(plan.SPLITS)
    broken = [(shift, one) for shift, one in found if not one.documented]
    limited = report.incomplete(plan.SPLITS)
    documented = sorted({one.breach.promise for _, one in found if one.documented})
    cut = [result for _, result in limited if not result.complete]
    detail = f"{report.executions:,} executions"
    if limited:
        detail += f", {len(limited)} of them with a bound"
    if documented:
        detail += f"; unreliable as documented: {', '.join(documented)}"
    outcome = Outcome.HOLDS
    if report.crashes or cut:
        outcome = Outcome.UNDECIDED
    if broken:
        shift, first = broken[0]
        outcome = Outcome.FAILS
        detail = f"s={shift} {first.result.case} {first.result.memory.value}: {_told(first)}"
    yield Evidence("rcu:readers", outcome, Strength.COMPLETE, name, detail)


def _told(found: Found) -> str:
    breach = found.breach
    return f"{found.result.reader} from {breach.start} breaks {breach.promise}: {breach.text}"


def smallest(report: Report) -> list[tuple[int, Found]]:
    """Of each promise broken by a reader under a writer, on a memory, in a race or not: one."""
    seen: dict[tuple[object, ...], tuple[int, Found]] = {}
    for shift, one in report.found():
        result = one.result
        race = result.span is Span.RACE
        seen.setdefault(
            (result.reader, result.case.writer, result.memory, one.breach.promise, race),
            (shift, one),
        )
    return list(seen.values())


def schedule_lines(report: Report, shift: int, found: Found) -> list[str]:
    """How a finding comes about, ready to be sent; the command replays it."""
    result, breach = found.result, found.breach
    told = f"s={shift} {result.case} {result.memory.value}: {_told(found)}"
    head = [told, f"  {PROMISES[breach.promise].statement}"]
    if result.span is not Span.RACE:
        return [*head, f"  with no race, {result.span.value} the writer's run"]
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
    return [*head, "", *(f"  {line}" for line in lines(events, result.reader))]


def _show(report: Report, name: str, console: Console, schedules: int) -> None:
    rate = report.states / (sum(one.seconds for _, one in report.results) or 1)
    console.print(
        f"{name}: {report.executions:,} executions, {report.states:,} states, "
        f"{rate:,.0f} states a second and core; {report.seconds:.0f} s in all"
    )
    for told in report.crashes:
        console.print(f"CRASH {told}", markup=False)
    if report.unsupported:
        console.print(f"{report.unsupported} cases with a writer that this code does not offer")
    table = Table("writer", "reader", "memory", "runs", "verdict", box=box.SIMPLE)
    for cell in cells(report):
        row = (cell.writer, cell.reader, cell.memory.value, f"{cell.executions:,}", cell.verdict)
        table.add_row(*row)
    console.print(table)
    found = smallest(report)
    for shift, one in found[:schedules]:
        for line in schedule_lines(report, shift, one):
            console.print(line, markup=False, highlight=False, soft_wrap=True)
        console.print()
    if len(found) > schedules:
        console.print(f"{len(found) - schedules} more; --schedules shows them")
    if any(one.documented for _, one in found):
        console.print("Unreliable in released kernels, too:")
        for limit in LIMITS:
            console.print(f"  {limit.promise}: {limit.why}", markup=False, highlight=False)


def _show_controls(caught: Sequence[Caught], console: Console) -> None:
    table = Table("known race", "memory", "found", "switches", "seconds", box=box.SIMPLE)
    for one in caught:
        found = one.breach.promise if one.breach else "nothing"
        if not one.as_expected:
            found = f"WRONG: {found}"
        switches = str(one.breach.switches) if one.breach else ""
        table.add_row(one.control.name, one.memory.value, found, switches, f"{one.seconds:.4f}")
    console.print(table)


def _as_json(reports: Sequence[tuple[str, Report]], caught: Sequence[Caught]) -> str:
    told = {
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
                        "bounds": sorted(set(cell.bounds)),
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
    return json.dumps(told, indent=2)


def _replay(text: str, source: Source, console: Console) -> int:
    """Show one execution; its status is 1 if it breaks a promise."""
    fields = text.split()
    try:
        shift, order, new_order, base, at, start = (
            int(fields[i]) for i in (0, 2, 3, 4, 5, 8)
        )  # fmt: skip
        case = explorer.Case(fields[1], order, new_order, base, at)
        memory, reader, schedule = Memory(fields[6]), fields[7], fields[9]
        executable = _explorer_of(source, shift)
    except (ValueError, IndexError):
        raise click.BadParameter(f"{text!r} is not a schedule that this command printed.") from None
    try:
        events, broken = explorer.replay(executable, case, memory, reader, start, schedule)
    except ExplorerError as error:
        raise click.ClickException(str(error)) from None
    for line in lines(events, reader):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    told = PROMISES[broken].statement if broken else ""
    console.print(f"breaks {broken}: {told}" if broken else "breaks nothing", markup=False)
    return 1 if broken else 0


def _explorer_of(source: Source, shift: int) -> Path:
    """The explorer built for a source; click.ClickException when it cannot be."""
    try:
        return build(source, shift)
    except BuildError as error:
        raise click.ClickException(str(error)) from None


@click.command("rcu", short_help="Readers without a lock against splits under way.")
@subjects.kernel_options
@click.option(
    "--chunk-shift",
    "shifts",
    type=click.Choice([str(shift) for shift in SHIFTS]),
    multiple=True,
    help="1 and 2: small arrays, everything; 6: a 2 MiB entry.  [default: all three]",
)
@click.option("--sc", is_flag=True, help="Sequential consistency only, not weak memory.")
@click.option(
    "--schedules",
    type=click.IntRange(0),
    default=3,
    show_default=True,
    help="How many findings are shown step by step.",
)
@click.option("--replay", "replayed", metavar="SCHEDULE", help="Show one execution, as printed.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    kernels: tuple[str, ...],
    rev: str | None,
    sanitize: bool,
    shifts: tuple[str, ...],
    sc: bool,
    schedules: int,
    replayed: str | None,
    as_json: bool,
) -> int:
    """Explore what readers under RCU can see while another task splits, merges, erases or stores.

    Every interleaving and, unless --sc is given, every outcome of weak memory, on compiled code:
    the C port and every kernel named.

    \b
    Examples:
      xasplit rcu
      xasplit rcu --kernel /usr/src/linux-source-6.12.tar.xz --chunk-shift 2
    """
    console = Console()
    if sanitize:
        raise click.UsageError("--sanitize does not go with this command.")
    sources = subjects.kernel_sources(kernels, rev)
    if replayed:
        return _replay(replayed, (sources or subjects.port_sources())[0], console)
    memories = (Memory.SEQUENTIAL,) if sc else tuple(Memory)
    chosen = tuple(int(shift) for shift in shifts) or SHIFTS
    reports = [_explored(one, chosen, memories) for one in [*subjects.port_sources(), *sources]]
    caught = [one for control in controls.CONTROLS for one in _checked(control)]
    if as_json:
        click.echo(_as_json(reports, caught))
    else:
        for name, report in reports:
            _show(report, name, console, schedules)
        _show_controls(caught, console)
    bad = any(not one.as_expected for one in caught)
    return 1 if bad or any(_failing(report) for _, report in reports) else 0


def _explored(
    source: Source, shifts: tuple[int, ...], memories: tuple[Memory, ...]
) -> tuple[str, Report]:
    name = f"Linux {source.version}" if source.version else source.name
    try:
        with Meter(f"readers of {name}", 1) as meter:
            del meter
            return name, explore(source, shifts, memories, jobs=os.cpu_count() or 1)
    except (BuildError, ExplorerError) as error:
        raise click.ClickException(str(error)) from None


def _checked(control: controls.Control) -> list[Caught]:
    try:
        return controls.check(control)
    except (BuildError, ExplorerError) as error:
        raise click.ClickException(str(error)) from None


def _failing(report: Report) -> bool:
    return bool(report.crashes) or any(not one.documented for _, one in report.found())
