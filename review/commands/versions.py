# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit versions``: which properties hold in which kernel, in one table."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import click
from rich import box
from rich.console import Console
from rich.table import Table

from models.case.ends import ENDS
from models.case.finding import AGREES, LOG_AGREES
from models.case.known import known
from models.case.origins import Placed
from models.diagnosis.where.rank import Where
from models.subject.build import BuildError
from models.subject.implementation import Implementation
from models.sweep.families import Family
from models.sweep.sweep import Unit, UnitResult
from review.commands.options import jobs_option, json_option
from review.report import findings
from review.run import campaign, evidence, subjects
from review.run.diagnosis import Diagnosis, diagnose, located, originated
from review.run.outcome import base_json
from review.run.progress import Meter
from specs.claims import Outcome
from specs.registry import PROPERTIES
from xarray_model.geometry import one_level_limit_exceeded

SHIFTS = (2, 6)
WHOLE = tuple((2, order, new) for order in range(1, 5) for new in range(order + 1))
"""(chunk shift, order, new order) of the splits of which every case is run."""
SAMPLED = tuple(
    (6, order, new) for order, new in ((6, 0), (9, 0), (9, 3), (11, 1), (13, 0), (13, 7), (18, 9))
)
"""Those of which a sample is run."""
SAMPLE = 12
SEED = 1
UNITS = (
    "Run: at chunk shift 2 every case of each split and try_split walk of orders 1 to 4, at chunk"
    " shift 6 a sample of the splits "
    + ", ".join(f"{order} to {new}" for _, order, new in SAMPLED)
    + ", and the allocation requests of every pair of orders up to 63."
)

_REST = {name for name, _ in (*ENDS.values(), AGREES, LOG_AGREES)}
"""Properties of a whole case, which the specs do not state."""


class Cell(Enum):
    """What one version does about one property."""

    HOLD = "hold"
    FAIL = "fail"
    BEFORE = "fail as before"
    """What it was made from fails in the same way, to the byte."""
    UNSUPPORTED = "not supported"
    """It does not offer this, or refuses it as it should."""
    UNDECIDED = "undecided"
    """Not every case was run to its end."""
    UNJUDGED = "never judged"
    """No case met what the property is about."""
    BROKEN = "does not compile"


@dataclass(frozen=True, slots=True)
class Section:
    """What of an XArray one part of the table is about, and the units that are run for it."""

    title: str
    units: tuple[Unit, ...]
    deep: bool = False
    """Splits over more than one level, which an implementation may refuse."""


def sections(seed: int) -> list[Section]:
    """The parts of the table; ``seed`` draws the samples."""
    one: list[Unit] = []
    several: list[Unit] = []
    for s, order, new in (*WHOLE, *SAMPLED):
        unit = Unit(s, order, new, SAMPLE if s == 6 else None, seed)
        (several if one_level_limit_exceeded(order, new, s) else one).append(unit)
    walks = [Unit(s, order, new, family=Family.WALKS) for s, order, new in WHOLE]
    refusals = [Unit(s, order, new, family=Family.REFUSALS) for s, order, new in WHOLE]
    counts = [Unit(s, 63, 0, family=Family.COUNTS) for s in SHIFTS]
    return [
        Section("split by one level at most", tuple(one)),
        Section("split by several levels", tuple(several), deep=True),
        Section("walk of xas_try_split", tuple(walks)),
        Section("what xas_try_split must refuse", tuple(one for one in refusals if one.total())),
        Section("allocation requests", tuple(counts)),
    ]


def cells(section: Section, result: UnitResult, one: Implementation) -> dict[str, Cell]:
    """What one implementation does in a section, by property."""
    if not any(unit.offered(one) for unit in section.units):
        return dict.fromkeys((*PROPERTIES, *sorted(_REST)), Cell.UNSUPPORTED)
    smallest = [breach.smallest for breach in result.findings.sorted()]
    # What is new comes last, and counts where some cases are and others were there before.
    broken = {
        each.property: Cell.BEFORE if each.before else Cell.FAIL
        for each in sorted(smallest, key=lambda each: not each.before)
        if each.implementation == one.name
    }
    found = {item.check.removeprefix("sweep:"): item for item in evidence.of_sweep(result, one)}
    # Where cases were left out, it is not decided that none ends badly.
    gaps = any(item.detail == evidence.NOT_ENDED for item in found.values())
    told = {}
    for name in (*PROPERTIES, *sorted(_REST)):
        if name in broken:
            told[name] = broken[name]
        elif gaps if name in _REST else found[name].detail == evidence.NOT_ENDED:
            told[name] = Cell.UNDECIDED
        elif section.deep and one.one_level:
            told[name] = Cell.UNSUPPORTED
        elif name in _REST or found[name].outcome is Outcome.HOLDS:
            told[name] = Cell.HOLD
        else:
            never = found[name].detail == evidence.NEVER_JUDGED
            told[name] = Cell.UNJUDGED if never else Cell.UNDECIDED
    return told


@dataclass
class Versions:
    """The table: by section and version the cells, the findings of all, and the known deviations
    outside the split that each has.  ``versions`` are all by name, with the error of one that does
    not compile in its place."""

    versions: Mapping[str, Implementation | BuildError]
    table: dict[str, dict[str, dict[str, Cell]]]
    results: list[UnitResult]
    deviations: dict[str, list[str]]
    seconds: float
    finished: bool
    everything: bool = False
    """Whether what was there before counts as a failure too."""

    @property
    def implementations(self) -> list[Implementation]:
        """Those that compile."""
        return [one for one in self.versions.values() if isinstance(one, Implementation)]

    @property
    def failed(self) -> bool:
        """Whether a property of the split fails in some version, or one does not compile."""
        bad = {Cell.FAIL, Cell.BROKEN, *([Cell.BEFORE] if self.everything else [])}
        return any(
            cell in bad
            for by_version in self.table.values()
            for column in by_version.values()
            for cell in column.values()
        )


def compare(versions: Mapping[str, Implementation | BuildError], seed: int, jobs: int) -> Versions:
    """Run the units of all sections on every version that compiles, with progress."""
    started = time.monotonic()
    implementations = [one for one in versions.values() if isinstance(one, Implementation)]
    parts = sections(seed)
    table: dict[str, dict[str, dict[str, Cell]]] = {}
    results = []
    finished = True
    with Meter("versions", sum(len(part.units) for part in parts)) as meter:
        for part in parts:
            result = UnitResult()
            finished &= campaign.run(
                part.units,
                implementations,
                jobs,
                lambda _unit, found: meter.advance(f"{len(found.findings)} findings"),
                result,
            )
            results.append(result)
            table[part.title] = {
                name: cells(part, result, one)
                if isinstance(one, Implementation)
                else dict.fromkeys((*PROPERTIES, *sorted(_REST)), Cell.BROKEN)
                for name, one in versions.items()
            }
            if not finished:
                break
    deviations = {
        one.name: [had.deviation.name for had in known(one).present if not had.deviation.on_split]
        for one in implementations
    }
    seconds = time.monotonic() - started
    return Versions(versions, table, results, deviations, seconds, finished)


def show(done: Versions, console: Console) -> None:
    """Print the table and, below it, the smallest case of each failure."""
    names = list(done.versions)
    table = Table("property", *names, box=box.SIMPLE)
    for title, by_version in done.table.items():
        table.add_row(f"[bold]{title}[/bold]")
        rest: dict[tuple[Cell, ...], int] = {}
        for name in next(iter(by_version.values())):
            row = tuple(by_version[version][name] for version in names)
            if {Cell.FAIL, Cell.BEFORE} & set(row):
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
    for line in (*broken, *told, UNITS, f"{done.seconds:.0f} s"):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
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


def _as_json(done: Versions) -> dict[str, object]:
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
            {"part": title, **findings.as_json(cause, result.tried, origin, where)}
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
        "base": base_json(one.source),
        "one_level": one.one_level,
        "try_split": one.source.capabilities.try_split,
    }


@click.command("versions", short_help="Which properties hold in which kernel.")
@subjects.kernel_option
@click.argument("revisions", nargs=-1)
@subjects.mbox_option
@subjects.base_option
@subjects.everything_option
@click.option("--seed", type=click.IntRange(0), default=SEED, show_default=True)
@jobs_option
@json_option
def command(
    kernels: tuple[str, ...],
    revisions: tuple[str, ...],
    mailboxes: tuple[str, ...],
    base: str | None,
    everything: bool,
    seed: int,
    jobs: int,
    as_json: bool,
) -> int:
    """Compare kernels: REVISIONS of the git repository that --kernel names, or several --kernel.

    A part of the sweep is run on each; the table says which properties hold, which fail, and what
    is not supported.  With --mbox, --base or a revision A..B each finding says with which patch it
    came, and what was there before does not count.  Exit status 1 when a property of the split
    fails in one of them, or one does not compile; 2 when none does.

    \b
    Examples:
      xasplit versions --kernel ~/linux v6.1 v6.6 v6.12 v6.18
      xasplit versions --kernel linux-source-6.1.tar.xz --kernel linux-source-6.12.tar.xz
      xasplit versions --kernel ~/linux v6.12 v6.18 --mbox series.mbx
    """
    if not kernels:
        raise click.UsageError("Name kernels with --kernel.")
    if revisions and len(kernels) > 1:
        raise click.UsageError("Revisions go with one --kernel, a git repository.")
    named = [
        source
        for revision in (dict.fromkeys(revisions) or [None])
        for source in subjects.kernel_sources(kernels, revision, mailboxes, base=base)
    ]
    built = subjects.built_each(named, SHIFTS)
    errors = [one for one in built.values() if isinstance(one, BuildError)]
    if len(errors) == len(built):
        raise click.ClickException(f"Not one of them compiles: {errors[0]}")
    done = compare(built, seed, jobs)
    done.everything = everything
    if as_json:
        click.echo(json.dumps(_as_json(done), indent=2))
    else:
        show(done, Console())
    return 1 if done.failed or not done.finished else 0
