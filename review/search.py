# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit search``: look for counterexamples in the port or in kernels."""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

import click
from rich import box
from rich.console import Console
from rich.table import Table

from models.implementation import Implementation
from models.sweep import Coverage, Unit, UnitResult, complete_units, sampled_units
from review import campaign, findings, subjects
from review.progress import Meter
from xarray_model.geometry import CHUNK_SHIFTS


@dataclass
class Search:
    """What a search did and found."""

    implementations: list[Implementation]
    result: UnitResult
    seed: int
    seconds: float
    finished: bool

    @property
    def failed(self) -> bool:
        """Whether a property broke."""
        return bool(self.result.findings)

    def cases(self) -> int:
        """Cases run, over all implementations."""
        return sum(coverage.covered for coverage in self.result.coverage.values())

    def as_json(self) -> dict[str, object]:
        """The search as a JSON object."""
        return {
            "seed": self.seed,
            "seconds": round(self.seconds, 3),
            "finished": self.finished,
            "implementations": [
                {
                    "name": one.name,
                    "source": one.source.name,
                    "one_level": one.one_level,
                    "sha256": dict(one.source.sha256),
                }
                for one in self.implementations
            ],
            "coverage": [
                {**part._asdict(), "covered": coverage.covered, "total": coverage.total}
                for part, coverage in sorted(self.result.coverage.items(), key=lambda item: item[0])
            ],
            "findings": [findings.as_json(one) for one in self.result.findings.sorted()],
        }


def search(
    implementations: list[Implementation], shifts: Sequence[int], seed: int, jobs: int
) -> Search:
    """Sweep the implementations at these chunk shifts, with progress."""
    units = [*complete_units(shifts), *sampled_units(shifts, seed)]
    started = time.monotonic()
    with Meter("sweep", len(units)) as meter:

        def progress(_unit: Unit, so_far: UnitResult) -> None:
            covered = sum(coverage.covered for coverage in so_far.coverage.values())
            rate = covered / (time.monotonic() - started)
            found = len(so_far.findings)
            meter.advance(f"{covered:,} cases, {rate:,.0f} a second, {found} broken properties")

        result, finished = campaign.run(units, implementations, jobs, progress)
    return Search(implementations, result, seed, time.monotonic() - started, finished)


def show(done: Search, console: Console) -> None:
    """Print coverage and findings."""
    table = Table("implementation", "family", "chunk shifts", "cases run", "of", "", box=box.SIMPLE)
    for (name, family, sampled), (shifts, coverage) in _by_family(done.result).items():
        whole = "complete" if coverage.complete else "NOT COMPLETE"
        total = f"{coverage.total:,}" if coverage.total < 10**10 else f"{coverage.total:.1e}"
        table.add_row(
            name,
            family,
            " ".join(map(str, shifts)),
            f"{coverage.covered:,}",
            total,
            "sampled" if sampled else whole,
        )
    for column in table.columns[3:5]:
        column.justify = "right"
    console.print(table)
    for line in findings.lines(done.result.findings):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    rate = done.cases() / max(done.seconds, 1e-9)
    broken = len(done.result.findings)
    console.print(
        f"{done.cases():,} cases in {done.seconds:.1f} s ({rate:,.0f} a second), seed {done.seed}: "
        f"{broken} broken {'property' if broken == 1 else 'properties'}",
        highlight=False,
    )
    if not done.finished:
        console.print("Interrupted: what was not run is not counted above.")


def _by_family(
    result: UnitResult,
) -> dict[tuple[str, str, bool], tuple[list[int], Coverage]]:
    """Chunk shifts and coverage by (implementation, family, whether sampled)."""
    told: dict[tuple[str, str, bool], tuple[list[int], Coverage]] = {}
    for part, coverage in sorted(result.coverage.items(), key=lambda item: item[0]):
        key = (part.implementation, part.family, part.sampled)
        shifts, total = told.setdefault(key, ([], Coverage()))
        shifts.append(part.chunk_shift)
        total.add(coverage)
    return told


@click.command("search", short_help="Look for counterexamples.")
@subjects.kernel_options
@click.option(
    "--chunk-shift",
    "shifts",
    multiple=True,
    type=click.IntRange(1, 6),
    help="Only this chunk shift; may be given several times.  [default: 1 to 6]",
)
@click.option("--seed", type=click.IntRange(0), help="Of the samples.  [default: a new one]")
@click.option(
    "--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, help="[default: a core each]"
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    kernels: tuple[str, ...],
    rev: str | None,
    sanitize: bool,
    shifts: tuple[int, ...],
    seed: int | None,
    jobs: int,
    as_json: bool,
) -> int:
    """Look for counterexamples in the C port or, with --kernel, in kernels.

    The sweep runs every split from every start, merges back and drains: whole for chunk shift 1 to
    five levels of nodes, 2 to three and 3 to two, beyond that a seeded sample.  Model and
    implementation must answer with the same bytes, and the specs judge every answer.

    \b
    Examples:
      xasplit search
      xasplit search --kernel /usr/src/linux-source-6.12.tar.xz --chunk-shift 2
      xasplit search --kernel ~/linux --rev v6.15 --seed 7 --json
    """
    sources = subjects.kernel_sources(kernels, rev) or subjects.port_sources()
    wanted = sorted(set(shifts)) or CHUNK_SHIFTS
    built = subjects.implementations(sources, wanted, sanitize)
    done = search(built, wanted, secrets.randbelow(1 << 32) if seed is None else seed, jobs)
    if as_json:
        click.echo(json.dumps(done.as_json(), indent=2))
    else:
        show(done, Console())
    return 1 if done.failed or not done.finished else 0
