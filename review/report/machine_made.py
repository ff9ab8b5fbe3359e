# SPDX-License-Identifier: GPL-2.0-or-later
"""How adequate both suites are: how many machine-made mutants each kills, by what and how fast."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from models.mutants.machine_made.argued import GAP, reasons
from models.mutants.machine_made.kernel_suite import WAYS
from models.mutants.machine_made.suite import Fate, Kill
from models.mutants.machine_made.where import Place
from models.subject.implementation import name_of
from review.report.output import Column, Part, Table, fields, table
from review.run.machine_made import Adequacy, Places

SAME = "compiles to the same object with the functions around it"
"""Why a mutant is equivalent, where the compiler shows it."""


def unexplained(done: Adequacy) -> list[Fate]:
    """What survives our checks, is not shown equivalent by the compiler and is not in the list."""
    return [one for one in done.fates if not one.ours.killed and not why(one)]


def why(one: Fate) -> str:
    """Why a mutant that survives may; "" if that is not known."""
    return SAME if one.same else reasons().get(one.change.name, "")


def _equivalent(one: Fate) -> bool:
    told = why(one)
    return not one.ours.killed and bool(told) and not told.startswith(GAP)


@dataclass(frozen=True, slots=True)
class _Suite:
    name: str
    mutants: int
    equivalent: int
    killed: int
    timed_out: int
    seconds: Sequence[float]

    @property
    def share(self) -> str:
        return _percent(self.killed, self.mutants)

    @property
    def of_others(self) -> str:
        return _percent(self.killed, self.mutants - self.equivalent)

    @property
    def median(self) -> float | None:
        return round(median(self.seconds), 2) if self.seconds else None

    @property
    def late(self) -> float | None:
        """The 95th percentile."""
        some = sorted(self.seconds)
        return round(some[min(len(some) - 1, len(some) * 95 // 100)], 2) if some else None


def _percent(some: int, of: int) -> str:
    return f"{some / of:.1%}" if of else "-"


_SUITES: list[Column[_Suite]] = [
    Column("name", "suite"),
    Column("mutants", "distinct mutants"),
    Column("killed", "killed"),
    Column("survived", "survived", lambda one: one.mutants - one.killed),
    Column("timed_out", "of the killed, by time"),
    Column("share", "killed"),
    Column("equivalent", "equivalent or argued"),
    Column("share_of_others", "killed of the others", lambda one: one.of_others),
    Column("median_seconds", "median s", lambda one: one.median),
    Column("p95_seconds", "95 % s", lambda one: one.late),
]


def _suites(done: Adequacy) -> list[_Suite]:
    equivalent = sum(map(_equivalent, done.fates))

    def suite(name: str, of: Callable[[Fate], Kill]) -> _Suite:
        kills = [kill for one in done.fates if (kill := of(one)).killed]
        late = sum(one.timed_out for one in kills)
        seconds = [one.seconds for one in kills]
        return _Suite(name, len(done.fates), equivalent, len(kills), late, seconds)

    def first(one: Fate) -> Kill:
        killing = [kill for kill in (one.ours, one.kernel) if kill is not None and kill.killed]
        return min(killing, key=lambda kill: kill.seconds, default=one.ours)

    ours = suite("our checks", lambda one: one.ours)
    if any(one.kernel is None for one in done.fates):
        return [ours]
    theirs = suite("the kernel's own test", lambda one: one.kernel or Kill())
    return [theirs, ours, suite("both together", first)]


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    mutants: int


_STAGES: list[Column[_Row]] = [Column("name", "killed in"), Column("mutants", "mutants")]
_PROPERTIES: list[Column[_Row]] = [Column("name", "first property"), Column("mutants", "mutants")]


def _counted(names: Sequence[str]) -> list[_Row]:
    return [_Row(name, many) for name, many in Counter(names).most_common()]


def _changed(one: Fate, done: Adequacy) -> tuple[str, str]:
    """The code before and after, each in a line."""
    change = one.change
    text = (done.source.directory / change.file).read_bytes()
    both = (text[change.start : change.end], change.text)
    before, after = (" ".join(each.decode(errors="replace").split()) for each in both)
    return before, after


def answer(done: Adequacy) -> Iterator[Part]:
    """The tables of one source."""
    name = name_of(done.source)
    scope = done.scope
    drawn = "" if scope.sample is None else f", {scope.sample} drawn with seed {scope.seed}"
    functions = sorted({one.change.function for one in done.fates})
    told = (
        f"{name}: {done.made:,} changes, {done.broken:,} do not compile, {done.same:,} compile to"
        f" the same object, {done.twice:,} to that of another{drawn}"
    )
    yield Part("source", name, [told])
    yield from fields(done, "made", "broken", "same", "twice")
    yield Part("sample", {"drawn": scope.sample, "seed": scope.seed})
    yield Part("functions", functions, [f"in {len(functions)} functions: {', '.join(functions)}"])
    ways = ", ".join(f"{one.name}" for one in WAYS)
    yield Part("kernel_test", ways, [f"the kernel's own test runs at chunk shift 6: {ways}"]
               if any(one.kernel for one in done.fates) else [])  # fmt: skip
    yield table("suites", Table(_suites(done), _SUITES))
    killed = [one for one in done.fates if one.ours.killed]
    yield table("stages", Table(_counted([one.ours.stage for one in killed]), _STAGES))
    first = [one.ours.told[0] for one in killed if one.ours.told]
    yield table("properties", Table(_counted(first), _PROPERTIES))
    alive = [one for one in done.fates if not one.ours.killed]
    yield Part("survivors", [_survivor(one, done) for one in alive],
               [line for one in alive if not why(one) for line in _lines(one, done)])  # fmt: skip
    equivalent = sum(map(_equivalent, alive))
    gaps = [one for one in alive if why(one).startswith(GAP)]
    line = (
        f"{len(alive)} survive our checks: {equivalent} are equivalent or argued to be, {len(gaps)}"
        f" are known gaps, {len(alive) - equivalent - len(gaps)} are not explained"
    )
    known = [f"gap: {one.change.name}: {why(one).removeprefix(GAP)}" for one in gaps]
    yield Part("gaps", [one.change.name for one in gaps], known)
    yield Part("unexplained", [one.change.name for one in unexplained(done)], [line])
    slow = sorted(killed, key=lambda one: -one.ours.seconds)[:5]
    lines = [f"slowest: {one.change.name} {one.ours.seconds:.1f} s, {one.ours.stage},"
             f" {', '.join(one.ours.told[:3])}" for one in slow]  # fmt: skip
    yield Part("slowest", [one.change.name for one in slow], lines)
    yield Part("mutants", [_record(one) for one in done.fates])
    more = [f"Not run: {one}" for one in done.left[:10]]
    if len(done.left) > 10:
        more.append(f"and {len(done.left) - 10} more")
    yield Part("not_run", done.left, more)


def _record(one: Fate) -> dict[str, object]:
    return {
        "name": one.change.name,
        "file": one.change.file,
        "line": one.change.line,
        "function": one.change.function,
        "rule": one.change.rule,
        "ours": one.ours,
        "kernel": one.kernel,
    }


def _survivor(one: Fate, done: Adequacy) -> dict[str, object]:
    before, after = _changed(one, done)
    return {**_record(one), "before": before, "after": after, "reason": why(one)}


def _lines(one: Fate, done: Adequacy) -> Iterator[str]:
    before, after = _changed(one, done)
    change = one.change
    by = (
        "nor the kernel's test"
        if one.kernel is None or not one.kernel.killed
        else (f"but the kernel's test ({one.kernel.stage}) does")
    )
    yield f"survives: {change.name} {change.file}:{change.line} ({change.rule}), {by}"
    if one.ours.differing:
        yield f"  {one.ours.differing} answers or logs differ and break nothing"
    yield f"  - {before}"
    yield f"  + {after}"


@dataclass(frozen=True, slots=True)
class _Share:
    among: int
    ranked: int
    coverage: int
    of: int


_SHARES: list[Column[_Share]] = [
    Column("among", "among the first"),
    Column("ranked", "by the ranking"),
    Column("ranked_share", "share", lambda one: _percent(one.ranked, one.of)),
    Column("coverage", "by coverage alone"),
    Column("coverage_share", "share", lambda one: _percent(one.coverage, one.of)),
    Column("of", "of"),
]


def ranked(done: Places) -> Iterator[Part]:
    """How many mutated lines are among the first, by the ranking and by coverage alone."""
    name = name_of(done.source)
    of = len(done.places)
    line = (
        f"{name}: where the lines of {of} mutants are ranked that cases kill;"
        f" {done.alive} more are killed by none"
    )
    yield Part("source", name, [line])
    yield Part("sample", {"drawn": done.scope.sample, "seed": done.scope.seed})
    rows = [
        _Share(
            most,
            sum(one.place is not None and one.place <= most for one in done.places),
            sum(one.coverage is not None and one.coverage <= most for one in done.places),
            of,
        )
        for most in (1, 3, 10)
    ]
    yield table("shares", Table(rows, _SHARES))
    untold = Counter(one.reason for one in done.places if one.reason)
    lines = [f"not ranked: {many}, {reason}" for reason, many in untold.most_common(5)]
    yield Part("not_ranked", dict(untold), lines)
    yield Part("places", [_place(one) for one in done.places])
    yield Part("not_run", done.left, [f"Not run: {one}" for one in done.left[:10]])


def _place(one: Place) -> dict[str, object]:
    return {
        "name": one.change.name,
        "rule": one.change.rule,
        "property": one.property,
        "place": one.place,
        "coverage": one.coverage,
        "lines": one.lines,
        "reason": one.reason,
        "seconds": round(one.seconds, 2),
    }
