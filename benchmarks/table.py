# SPDX-License-Identifier: GPL-2.0-or-later
"""A report as text: a table a group, each number with its goal beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from benchmarks.result import Goal, GroupResult, Measure, Report, State, Timeline

_HEAD = ("", "before", "measured", "goal", "", "taken as")


def text(report: Report) -> str:
    """The whole report."""
    machine = report.machine
    lines = [
        f"Measured on {machine.date}, commit {report.commit}",
        f"{machine.processor}, {machine.architecture}, {machine.cores} cores; load"
        f" {machine.load_before:.2f} before, {machine.load_after:.2f} after",
        f"Python {machine.python}; {machine.compiler}",
        "Ratios are of two things measured in this run; absolute numbers are of this machine"
        " under this load.",
        "Before: as it was told when the goals were set, of another day and not measured here.",
        f"A plain loop of Python takes {machine.plain_before:.2f} s of CPU here before all,"
        f" {machine.plain_after:.2f} s after: by that other runs may be held against this.",
    ]
    if report.quick:
        lines.append("A quick run, to see that all works: its numbers say nothing.")
    lines += ["", _sum(report), ""]
    for group in report.groups:
        lines += [*_group(group), ""]
    return "\n".join(lines)


def number(value: float, unit: str) -> str:
    """A number with its unit, three digits of it."""
    if abs(value) >= 100:
        told = f"{value:,.0f}"
    elif value == int(value):
        told = f"{value:.0f}"
    else:
        told = f"{value:.3g}" if abs(value) >= 0.001 else f"{value:.1e}"
    return f"{told}{unit}" if unit == "%" else f"{told} {unit}".rstrip()


def goal(one: Goal | None, unit: str) -> str:
    """What a number shall be."""
    if one is None:
        return ""
    parts = [
        f"{word} {number(bound, unit)}"
        for word, bound in (("at least", one.least), ("at most", one.most))
        if bound is not None
    ]
    return ", ".join(parts)


def _sum(report: Report) -> str:
    verdicts = Counter(
        one.verdict for group in report.groups for one in group.measures if one.verdict
    )
    states = Counter(group.state for group in report.groups)
    parts = [f"Goals: {verdicts['met']} met, {verdicts['not met']} not met."]
    parts += [
        f"{count} of {len(report.groups)} groups {state}."
        for state, count in states.items()
        if state is not State.RUN
    ]
    return " ".join(parts)


def _group(group: GroupResult) -> Iterator[str]:
    yield f"{group.name}: {group.about} ({group.seconds:.0f} s)"
    if group.measures:
        yield from _table(list(map(_row, group.measures)))
    for timeline in group.timelines:
        yield from _timeline(timeline)
    if group.state is not State.RUN:
        rest = "the rest: " if group.measures else ""
        yield f"  {rest}{group.state}: {group.reason}"


def _row(one: Measure) -> tuple[str, ...]:
    taken = f"{one.kind}, {one.note}" if one.note else str(one.kind)
    shall = goal(one.goal, one.unit)
    return one.name, one.before, number(one.value, one.unit), shall, one.verdict, taken


def _table(rows: list[tuple[str, ...]]) -> Iterator[str]:
    # What was before is known of few groups.
    head = _HEAD if any(row[1] for row in rows) else ("", "", *_HEAD[2:])
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in [head, *rows]:
        cells = (
            cell.rjust(width) if place in (1, 2) else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            if width
        )
        yield f"  {'  '.join(cells)}".rstrip()


def _timeline(timeline: Timeline) -> Iterator[str]:
    yield f"  {timeline.name}: stages"
    rows = [
        (f"  {one.name}", f"{one.begin:.1f} to {one.end:.1f} s", f"{one.cores:.2f} cores in use")
        for one in timeline.stages
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells)}".rstrip()
