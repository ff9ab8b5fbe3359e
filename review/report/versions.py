# SPDX-License-Identifier: GPL-2.0-or-later
"""Which properties hold in which kernel, as a table and as JSON."""

from __future__ import annotations

from msgspec import to_builtins
from rich.console import Console

from models.case.origins import Placed
from models.diagnosis.where.rank import Where
from models.subject.build import BuildError
from models.subject.implementation import Implementation
from models.sweep.sweep import UnitResult
from review.bundle import findings as records
from review.bundle.search import base
from review.report import findings
from review.report.terminal import show_lines, simple_table
from review.run.diagnosis import Diagnosis, diagnose, located, originated
from review.run.versions import UNITS, VersionCell, Versions


def show(done: Versions, console: Console) -> None:
    """Print the table and, below it, the smallest case of each failure."""
    names = list(done.versions)
    table = simple_table("property", *names)
    for title, by_version in done.table.items():
        table.add_row(f"[bold]{title}[/bold]")
        rest: dict[tuple[VersionCell, ...], int] = {}
        for name in next(iter(by_version.values())):
            row = tuple(by_version[version][name] for version in names)
            if {VersionCell.FAIL, VersionCell.BEFORE} & set(row):
                table.add_row(f"  {name}", *(cell.value for cell in row))
            else:
                rest[row] = rest.get(row, 0) + 1
        for row, count in rest.items():
            others = f"  {count} properties" if len(rest) > 1 or count > 1 else "  1 property"
            table.add_row(others, *(cell.value for cell in row))
        table.add_section()
    had = [set(done.deviations.get(name, ())) for name in names]
    table.add_row("[bold]known deviations outside the split[/bold]")
    for deviation in sorted(set().union(*had)):
        table.add_row(f"  {deviation}", *("has it" if deviation in one else "" for one in had))
    console.print(table)
    total = UnitResult()
    for result in done.results:
        total.update(result)
    diagnosed, origins, wheres = _diagnosed(total, done)
    broken = [f"{one}\n" for one in done.versions.values() if isinstance(one, BuildError)]
    told = findings.lines(diagnosed, total.tried, origins, wheres)
    show_lines(console, (*broken, *told, UNITS, f"{done.seconds:.0f} s"))
    if not done.finished:
        console.print("Interrupted: what was not run is not in the table.")


def _diagnosed(
    result: UnitResult, done: Versions
) -> tuple[list[Diagnosis], list[Placed | None], list[Where]]:
    """The causes of what a part found, where each comes from, and where to look first; those that
    were there before last."""
    found = diagnose(result.findings, done.implementations, result.tried)
    found.sort(key=lambda one: one.smallest.before)
    smallest = [one.smallest for one in found]
    origins = originated(smallest, done.implementations)
    return found, origins, located(smallest, origins, done.implementations)


def as_json(done: Versions) -> dict[str, object]:
    """The table as a JSON object."""
    return {
        "seconds": round(done.seconds, 3),
        "finished": done.finished,
        "run": UNITS,
        "versions": [
            {
                "name": version,
                **_version(one),
                "deviations": done.deviations.get(version, []),
                "properties": {
                    title: {name: cell.value for name, cell in by_version[version].items()}
                    for title, by_version in done.table.items()
                },
            }
            for version, one in done.versions.items()
        ],
        "findings": [
            {"part": title, **to_builtins(records.cause(cause, result.tried, origin, where))}
            for title, result in zip(done.table, done.results, strict=True)
            for cause, origin, where in zip(*_diagnosed(result, done), strict=True)
        ],
    }


def _version(one: Implementation | BuildError) -> dict[str, object]:
    """What is known of a version before anything is run."""
    if isinstance(one, BuildError):
        return {"does_not_compile": str(one)}
    return {
        "does_not_compile": None,
        "source": one.source.name,
        "base": to_builtins(base(one.source)),
        "one_level": one.one_level,
        "try_split": one.source.capabilities.try_split,
    }
