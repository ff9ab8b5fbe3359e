# SPDX-License-Identifier: GPL-2.0-or-later
"""Which properties hold in which kernel, as a table and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from operator import itemgetter

from msgspec import to_builtins

from models.case.origins import Placed
from models.diagnosis.where.rank import Where
from models.subject.build import BuildError
from models.sweep.sweep import UnitResult
from review.bundle import findings as records
from review.bundle.search import base
from review.report import findings
from review.report.output import Column, Part, Table, shown
from review.run.diagnosis import Diagnosis, diagnose, located, originated
from review.run.versions import UNITS, VersionCell, Versions


def answer(done: Versions) -> Iterator[Part]:
    """The table and, below it, the smallest case of each failure."""
    yield Part("finished", done.finished)
    yield Part("versions", [_version(name, done) for name in done.versions], [_table(done)])
    broken = [f"{one}\n" for one in done.versions.values() if isinstance(one, BuildError)]
    yield shown(*broken)
    yield Part("findings", lambda: [*_causes(done)], _findings(done))
    yield Part("run", UNITS, [UNITS])
    yield Part("seconds", round(done.seconds, 3), [f"{done.seconds:.0f} s"])
    if not done.finished:
        yield shown("Interrupted: what was not run is not in the table.")


_Row = tuple[str, ...]
"""What the row is about, and a cell for each version."""


def _table(done: Versions) -> Table[_Row]:
    names = list(done.versions)
    columns: list[Column[_Row]] = [
        Column("", heading, itemgetter(place)) for place, heading in enumerate(("property", *names))
    ]
    nothing = ("",) * len(names)
    rows: list[_Row | None] = []
    for title, by_version in done.table.items():
        rows.append((title, *nothing))
        rest: Counter[_Row] = Counter()
        for name in next(iter(by_version.values())):
            row = tuple(by_version[version][name] for version in names)
            values = tuple(cell.value for cell in row)
            if {VersionCell.FAIL, VersionCell.BEFORE} & set(row):
                rows.append((f"  {name}", *values))
            else:
                rest[values] += 1
        for values, count in rest.items():
            many = len(rest) > 1 or count > 1
            rows.append((f"  {count} {'properties' if many else 'property'}", *values))
        rows.append(None)
    has = [set(done.deviations.get(name, ())) for name in names]
    rows.append(("known deviations outside the split", *nothing))
    for deviation in sorted(set().union(*has)):
        rows.append((f"  {deviation}", *("has it" if deviation in one else "" for one in has)))
    return Table(rows, columns)


def _findings(done: Versions) -> Iterator[str]:
    total = UnitResult()
    for result in done.results:
        total.update(result)
    diagnosed, origins, wheres = _diagnosed(total, done)
    yield from findings.lines(diagnosed, total.tried, origins, wheres)


def _causes(done: Versions) -> Iterator[dict[str, object]]:
    for title, result in zip(done.table, done.results, strict=True):
        for one, origin, where in zip(*_diagnosed(result, done), strict=True):
            yield {"part": title, **to_builtins(records.cause(one, result.tried, origin, where))}


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


def _version(name: str, done: Versions) -> dict[str, object]:
    one = done.versions[name]
    record: dict[str, object] = {"name": name, "does_not_compile": None}
    if isinstance(one, BuildError):
        record["does_not_compile"] = str(one)
    else:
        record["source"] = one.source.name
        record["base"] = base(one.source)
        record["one_level"] = one.one_level
        record["try_split"] = one.source.capabilities.try_split
    record["deviations"] = done.deviations.get(name, [])
    record["properties"] = {title: table[name] for title, table in done.table.items()}
    return record
