# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit review``: everything there is, ending with the verdict on each claim."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from models.implementation import Implementation
from models.rcu import explore, plan
from proofs.report import Report, Status
from review import diagnosis, evidence, findings, outcome, prove, readers, saving, subjects
from review import search as searches
from review.outcome import Search
from review.progress import Meter
from specs.claims import CLAIMS, Decision, Evidence, Outcome, Verdict, decide
from xarray_model.geometry import CHUNK_SHIFTS

EXAMPLES = 420
"""Histories that a review draws by default, fewer than ``search``: it has more to do."""
PROVED_AT = (6,)
"""The chunk shifts at which a review decides the theorems; ``prove`` decides them at all."""
SEED = 1
"""The seed of a review's samples, always the same unless one is given: reviews are comparable."""


BOUNDS = (
    "The claims. The bounds of what is checked completely: splits and try_split walks at chunk "
    "shift 1 over five levels of nodes, 2 over three and 3 over two; allocation counts for every "
    "pair of orders up to 63, as far as 4,200 nodes. Beyond them samples were drawn."
)


READERS_AT = (1, 2)
"""The chunk shifts at which a review explores readers; ``rcu`` adds 6 and every writer."""


def explore_readers(implementations: Sequence[Implementation]) -> list[Evidence]:
    """What lockless readers may see of a split under way, for each implementation."""
    found: list[Evidence] = []
    with Meter("readers", len(implementations)) as meter:
        for one in implementations:
            explored = explore.explore(one.source, READERS_AT, writers=plan.SPLITS)
            found += readers.evidence(explored, one.name)
            meter.advance()
    return found


def gather(done: Search, proofs: Report | None, explored: Sequence[Evidence]) -> list[Evidence]:
    """All evidence on the claims, from a search, from the theorems and from explored readers.

    The claims speak of splits over any number of levels, so what a one-level implementation does
    within its limit decides none of them; that is told by itself.
    """
    deep = [one for one in done.implementations if not one.one_level]
    found: list[Evidence] = []
    for one in deep:
        found += evidence.of_sweep(done.result, one)
        found += evidence.of_machine(done.machines.get(one.name))
    found += evidence.recursive_agrees(done.result)
    found += evidence.of_large_split(done.implementations)
    found += evidence.of_costs(done.implementations)
    found += evidence.of_deviations(done.machines.values())
    found += evidence.of_upstream_test(done.implementations)
    if proofs is not None:
        found += evidence.of_proofs(proofs)
    names = {one.name for one in deep}
    return [*found, *(item for item in explored if item.target in names)]


def claim_lines(verdicts: Sequence[Verdict]) -> list[str]:
    """The claims table: verdict, statement and what it rests on, in 72 columns."""
    lines = []
    for verdict in verdicts:
        lines += _wrap(f"{verdict.claim.id}  {verdict}", "    ", "")
        lines += _wrap(verdict.claim.statement, "    ")
        shown = verdict.rests_on
        if verdict.decision is Decision.FAILS:
            shown = shown[:3]
        lines += _wrap("rests on: " + _rests_on(shown), "      ", "    ") if shown else []
        if verdict.missing:
            lines += _wrap("missing: " + ", ".join(verdict.missing), "      ", "    ")
        lines.append("")
    return lines


def _rests_on(found: Sequence[Evidence]) -> str:
    """Checks with what they were run on; checks on the same things are told together."""
    targets: dict[tuple[str, str], list[str]] = {}
    for one in found:
        targets.setdefault((one.check, one.detail), []).append(one.target)
    checks: dict[tuple[str, str], list[str]] = {}
    for (check, detail), names in targets.items():
        checks.setdefault((" and ".join(dict.fromkeys(names)), detail), []).append(check)
    return "; ".join(
        f"{', '.join(names)} ({target}: {detail})" for (target, detail), names in checks.items()
    )


def _wrap(text: str, indent: str, first: str | None = None) -> list[str]:
    return findings.wrap(text, indent, first, break_long_words=False)


def one_level_lines(done: Search, explored: Sequence[Evidence]) -> list[str]:
    """What implementations do that split one level at most, within that limit."""
    lines = []
    for one in done.implementations:
        if not one.one_level:
            continue
        results = list(evidence.of_sweep(done.result, one))
        results += (item for item in explored if item.target == one.name)
        broken = [item.check for item in results if item.outcome is Outcome.FAILS]
        held = sum(item.outcome is Outcome.HOLDS for item in results)
        told = f"{one.name} splits one level at most. Within that limit {held} properties hold"
        told += f", {len(broken)} fail: {', '.join(broken)}." if broken else ", none fails."
        lines += _wrap(told, "    ", "")
        for item in explored:
            if item.target == one.name:
                said = f"Readers of a split under way: {item.outcome.value}; {item.detail}"
                lines += _wrap(said, "    ", "  ")
        lines.append("")
    return lines


def _as_json(
    done: Search, proofs: Report | None, found: Sequence[Evidence], verdicts: Sequence[Verdict]
) -> str:
    told = outcome.as_json(done)
    told["proofs"] = None if proofs is None else proofs.as_json()
    told["evidence"] = [
        {
            "check": one.check,
            "outcome": one.outcome.value,
            "strength": one.strength.name.lower(),
            "target": one.target,
            "detail": one.detail,
        }
        for one in found
    ]
    told["claims"] = [
        {
            "id": one.claim.id,
            "statement": one.claim.statement,
            "decision": one.decision.value,
            "verdict": str(one),
            "rests_on": sorted({item.check for item in one.rests_on}),
            "missing": list(one.missing),
        }
        for one in verdicts
    ]
    return json.dumps(told, indent=2)


@click.command("review", short_help="Everything there is, ending with the claims' verdicts.")
@subjects.kernel_options
@click.option("--seed", type=click.IntRange(0), default=SEED, show_default=True)
@searches.effort_options(EXAMPLES)
@saving.save_option
@diagnosis.reproducers_option
@click.option(
    "--proofs/--no-proofs", default=True, help="Decide the theorems, at chunk shift 6.  [default]"
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    kernels: tuple[str, ...],
    rev: str | None,
    mailboxes: tuple[str, ...],
    each_patch: bool,
    sanitize: bool,
    seed: int,
    jobs: int,
    seconds: float | None,
    steps: int,
    examples: int,
    save: Path,
    reproducers: Path | None,
    proofs: bool,
    as_json: bool,
) -> int:
    """Review the split of the C port and of every kernel named: all checks, then the claims.

    A claim that some check has not decided is shown as not yet decided, with what is missing.

    \b
    Examples:
      xasplit review
      xasplit review --kernel /usr/src/linux-source-6.12.tar.xz
      xasplit review --kernel ~/linux --rev v6.15 --json
      xasplit review --kernel ~/linux --rev v6.18 --mbox series.mbx
    """
    named = subjects.kernel_sources(kernels, rev, mailboxes, each_patch)
    sources = [*subjects.port_sources(), *named]
    built, broken = subjects.implementations(sources, CHUNK_SHIFTS, sanitize)
    effort = searches.effort(examples, steps, seconds)
    done = searches.search(built, CHUNK_SHIFTS, seed, jobs, effort)
    done.broken = broken
    report = prove.decide(chunk_shifts=PROVED_AT) if proofs and done.finished else None
    explored = explore_readers(built) if done.finished else []
    found = gather(done, report, explored) if done.finished else []
    verdicts = [decide(claim, found) for claim in CLAIMS.values()]
    saved = saving.save(done, save)
    diagnosis.write(done.diagnoses, reproducers)
    if as_json:
        click.echo(_as_json(done, report, found, verdicts))
    else:
        console = Console()
        console.print(*map(_tested, built), sep="\n", markup=False, highlight=False)
        outcome.show(done, console)
        click.echo(saving.told(saved), nl=bool(saved))
        if report is not None:
            click.echo(_proved(report) + "\n")
        for line in [
            *one_level_lines(done, explored),
            *_wrap(BOUNDS, ""),
            "",
            *claim_lines(verdicts),
        ]:
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    failed = done.failed or any(
        one.outcome is Outcome.FAILS and one.check != evidence.UPSTREAM_TEST
        for one in [*found, *explored]
    )
    unproved = proofs and (report is None or not report.proved)
    return 1 if failed or unproved or not done.finished else 0


def _proved(report: Report) -> str:
    results = list(report.theorems.values())
    proved = sum(one.status is Status.PROVED for one in results)
    shifts = " ".join(map(str, report.chunk_shifts))
    told = f"{proved} of {len(results)} theorems proved at chunk shift {shifts} by "
    told += f"{', '.join(report.solvers)} in {report.seconds:.1f} s (xasplit prove tells more)."
    missing = f" Not proved: {', '.join(report.missing)}." if report.missing else ""
    return "\n".join(_wrap(told + missing, "    ", ""))


def _tested(one: Implementation) -> str:
    digest = one.source.sha256.get("lib/xarray.c", "")[:16]
    return f"Tested: {one.name}, {one.source.name}: lib/xarray.c {digest}..."
