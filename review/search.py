# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit search``: look for counterexamples in the port or in kernels."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import click
from rich.console import Console

from models.finding import Finding
from models.implementation import Implementation
from models.search import MachineReport, extent_of
from models.sweep import SAMPLE, Unit, UnitResult, complete_units, sampled_units
from review import campaign, diagnosis, outcome, saving, subjects
from review.campaign import Effort
from review.options import Command, chunk_shifts_option, jobs_option, json_option, together
from review.outcome import Search, SoFar
from review.progress import Meter

EXAMPLES, STEPS = 2400, 50
"""What the machines do by default, for each implementation."""

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


def effort_options(examples: int) -> Callable[[Command], Command]:
    """Options that bound a search: ``--examples`` (with this default), ``--steps``, ``--time``,
    ``--jobs``."""
    return together(
        click.option(
            "--examples",
            type=click.IntRange(0),
            default=examples,
            show_default=True,
            help="Histories that the machines draw, for each implementation; 0 for none.",
        ),
        click.option("--steps", type=click.IntRange(1), default=STEPS, show_default=True),
        click.option(
            "--time",
            "seconds",
            callback=_seconds,
            metavar="TIME",
            help="Run the machines for so long, such as 90s, 10m or 2h.",
        ),
        jobs_option,
    )


def _seconds(_: click.Context, __: click.Parameter, text: str | None) -> float | None:
    if text is None:
        return None
    match = re.fullmatch(r"([0-9]{1,6})([smh]?)", text)
    if match is None or int(match[1]) == 0:
        raise click.BadParameter(f"{text!r} is not a time such as 90s, 10m or 2h.")
    return float(int(match[1]) * _UNITS[match[2]])


def search(
    implementations: list[Implementation],
    shifts: Sequence[int],
    seed: int,
    jobs: int,
    effort: Effort,
    had: SoFar | None = None,
    on_found: Callable[[Finding], None] = lambda _: None,
) -> Search:
    """Sweep the implementations at these chunk shifts, then let the machines run, with progress.

    What ``had`` says is done is not done again; it is kept up to date, as long as this runs.
    ``on_found`` is told of what breaks as soon as it is found.
    """
    had = had or SoFar()

    def found(finding: Finding) -> None:
        had.early.add(finding, extent_of(finding))
        on_found(finding)

    failed: list[str] = []
    units = [*complete_units(shifts), *sampled_units(shifts, seed, effort.sample)]
    left = [unit for unit in units if unit not in had.units]
    started = time.monotonic() - had.seconds
    with Meter("sweep", len(left)) as meter:

        def swept(unit: Unit, so_far: UnitResult) -> None:
            had.units.add(unit)
            had.seconds = time.monotonic() - started
            covered = sum(coverage.covered for coverage in so_far.coverage.values())
            broken = len(so_far.findings)
            rate = covered / had.seconds
            meter.advance(f"{covered:,} cases, {rate:,.0f} a second, {broken} broken properties")

        finished = campaign.run(left, implementations, jobs, swept, had.result, found, failed)
    if (finished or failed) and effort.examples:
        with Meter("machines", len(implementations) * len(shifts) - len(had.machines)) as meter:

            def stepped(done: MachineReport) -> None:
                had.seconds = time.monotonic() - started
                meter.advance(f"{done.total.steps:,} more steps of {done.implementation}")

            finished &= campaign.machines(
                implementations,
                shifts,
                effort,
                seed,
                jobs,
                stepped,
                had.machines,
                had.result.hung(),
                found,
                failed,
            )
    return Search(implementations, had, seed, finished, not_done=failed)


@click.command("search", short_help="Look for counterexamples.")
@subjects.kernel_options
@subjects.base_option
@subjects.everything_option
@chunk_shifts_option
@click.option("--seed", type=click.IntRange(0), help="Of all that is drawn.  [default: a new one]")
@effort_options(EXAMPLES)
@saving.save_option
@diagnosis.reproducers_option
@json_option
def command(
    kernels: tuple[str, ...],
    rev: str | None,
    mailboxes: tuple[str, ...],
    each_patch: bool,
    base: str | None,
    everything: bool,
    sanitize: bool,
    shifts: tuple[int, ...],
    seed: int | None,
    jobs: int,
    seconds: float | None,
    steps: int,
    examples: int,
    save: Path,
    reproducers: Path | None,
    as_json: bool,
) -> int:
    """Look for counterexamples in the C port or, with --kernel, in kernels.

    The sweep runs every split from every start, merges back and drains: whole for chunk shift 1 to
    five levels of nodes, 2 to three and 3 to two, beyond that a seeded sample, of orders up to 63.
    Then state machines draw histories of all operations.  Model and implementation must answer with
    the same bytes, and the specs judge every answer.  Deviations of released kernels that are known
    and lie outside the split are told, and do not count as failures.  With --mbox, --rev A..B or
    --base each finding says with which patch it came, and what was there before does not count.

    \b
    Examples:
      xasplit search
      xasplit search --kernel /usr/src/linux-source-6.12.tar.xz --chunk-shift 2
      xasplit search --kernel ~/linux --rev v6.15 --seed 7 --json
      xasplit search --kernel ~/linux --mbox series.mbx --each-patch
      xasplit search --kernel ~/linux --rev origin/master..topic
      xasplit search --time 10m
    """
    named = subjects.kernel_sources(kernels, rev, mailboxes, each_patch, base)
    sources = named or subjects.port_sources()
    built, broken = subjects.implementations(sources, shifts, sanitize)
    drawn = secrets.randbelow(1 << 32) if seed is None else seed
    bounds = effort(examples, steps, seconds, seed is None)
    saver = saving.Saver(save, built, drawn)
    done = search(built, shifts, drawn, jobs, bounds, on_found=saver.found)
    done.broken, done.everything = broken, everything
    saver.finish(done.findings)
    unwritten = diagnosis.write(done.diagnoses, reproducers)
    if as_json:
        click.echo(json.dumps(outcome.as_json(done), indent=2))
    else:
        outcome.show(done, Console())
    for line in (*unwritten, *saving.told(saver)):
        click.echo(line, err=as_json)
    if done.failed:
        return 1
    return 2 if done.not_done else int(not done.finished)


def effort(
    examples: int,
    steps: int,
    seconds: float | None,
    remember: bool = False,
    sample: int = SAMPLE,
) -> Effort:
    """The effort that the options ask for: a time takes the place of a number of histories."""
    return Effort(examples if seconds is None else 1 << 40, steps, seconds, remember, sample)
