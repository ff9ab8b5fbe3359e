# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit verify``: recheck a bundle of evidence without trusting who made it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from models.case.strict_json import FormatError
from models.kernel.ranges import is_range
from models.kernel.source import Source
from review.bundle.entries import Manifest
from review.bundle.folder import MANIFEST
from review.bundle.read import Bundle, Changed
from review.commands.options import jobs_option, json_option
from review.report.findings import wrap_words
from review.report.prove import solver_options
from review.run import subjects
from review.run.progress import Meter
from review.verify import check_cases, check_claims
from review.verify.account import Account, Item, counts, rechecked
from review.verify.check_obligations import check as check_obligations

TIMEOUT = 120.0
"""Seconds for one answer: more than a review gives, since this machine may be slower."""


@click.command("verify", short_help="Recheck a bundle without trusting who made it.")
@click.argument("bundle", type=click.Path(path_type=Path))
@solver_options(TIMEOUT)
@subjects.mbox_option
@subjects.base_option
@subjects.rev_option
@subjects.kernel_option
@click.option(
    "--run-reproducers",
    is_flag=True,
    help="Compile and run the bundle's C reproducers: programs of whoever made it.",
)
@jobs_option
@click.option("--strict", is_flag=True, help="What cannot be rechecked here counts as a failure.")
@json_option
def command(
    bundle: Path,
    solvers: tuple[str, ...],
    timeout: float,
    kernels: tuple[str, ...],
    rev: str | None,
    mailboxes: tuple[str, ...],
    base: str | None,
    run_reproducers: bool,
    jobs: int,
    strict: bool,
    as_json: bool,
) -> int:
    """Recheck what "xasplit review" left in the folder BUNDLE, whoever sent it.

    Every file must be the one that the manifest lists.  Then every obligation is decided again,
    and must be the one that this version makes for its theorem; every counterexample and schedule
    is replayed on the source that it is about, which for a kernel --kernel names; every claim is
    decided again from the evidence.  Nothing of the bundle is run but its reproducers, in C, and
    these only with --run-reproducers.

    \b
    Examples:
      xasplit verify xasplit-review-001
      xasplit verify v2 --solver cvc5 --solver bitwuzla --strict
      xasplit verify v2 --kernel ~/linux --rev v6.18 --mbox series.mbox
      xasplit verify v2 --run-reproducers --json

    Exit status: 0 all that could be rechecked here is confirmed, 1 something is not, or was
    changed, 2 no bundle, one that cannot be read, or wrong usage.
    """
    account = Account()
    named = subjects.kernel_sources(kernels, rev, mailboxes, base=base)
    sources = [*subjects.port_sources(), *named]
    told = None
    try:
        with Bundle(bundle) as opened:
            told = opened.manifest
            if _whole(opened, account):
                if told.options.each_patch and (mailboxes or is_range(rev)):
                    sources += subjects.kernel_sources(kernels, rev, mailboxes, each_patch=True)
                _recheck(opened, account, solvers, timeout, sources, jobs, run_reproducers)
    except Changed as error:
        account.reject("file", str(error).partition(":")[0], str(error).partition(": ")[2])
    except FormatError as error:
        raise click.ClickException(f"{bundle}: {error}") from None
    except OSError as error:
        name = error.filename if isinstance(error.filename, str) else str(bundle)
        wrong = f"{name}: {error.strerror}; a bundle is a folder with a {MANIFEST}"
        raise click.ClickException(f"{bundle}: {wrong}" if name == MANIFEST else wrong) from None
    holds = account.holds(strict=strict)
    if as_json:
        click.echo(json.dumps(_as_json(bundle, told, account, holds), indent=2))
    else:
        click.echo("\n".join(_lines(bundle, told, account, holds)))
    return 0 if holds else 1


def _whole(opened: Bundle, account: Account) -> bool:
    """Whether every file is the one that the manifest lists: nothing else is looked at if not."""
    artefacts = opened.manifest.artefacts
    with Meter("files", len(artefacts)) as meter:
        for number, line in enumerate(opened.damage()):
            meter.advance()
            path, _, problem = line.partition(": ")
            account.judge("file", path or artefacts[number].path, problem)
    return not account.rejected


def _recheck(
    opened: Bundle,
    account: Account,
    solvers: Sequence[str],
    timeout: float,
    sources: Sequence[Source],
    jobs: int,
    run_reproducers: bool,
) -> None:
    """Everything beyond the hashes; Ctrl-C ends it with what was found so far."""
    try:
        check_claims.check(opened.manifest, account)
        check_cases.check(opened, account, sources, jobs, run_reproducers=run_reproducers)
        check_obligations(opened, account, solvers, timeout, jobs)
    except KeyboardInterrupt:
        account.interrupted = True


_SHOWN = 40
"""Items of a list that are shown; --json has them all."""
_LONGEST = 600
"""Characters of one that are shown: whoever made the bundle chose them."""


def _lines(place: Path, told: Manifest | None, account: Account, holds: bool) -> Iterator[str]:
    if told is not None:
        names = ", ".join(one.name for one in told.tested)
        state = "a complete" if told.complete else "an INCOMPLETE"
        head = f"{place}: {state} review of {names} by xasplit {told.tool}, {told.created}"
        yield from wrap_words(head[:_LONGEST], "  ", "")
        yield ""
    for title, items in (
        ("NOT CONFIRMED", account.rejected),
        ("Could not be rechecked here", account.impossible),
    ):
        if items:
            yield from wrap_words(f"{title}: {counts(items)}.", "  ", "")
            yield from _items(items)
    rest = 0 if told is None else check_claims.rest_on_the_review(told)
    if rest and told is not None:
        command = shlex.join(told.options.command)
        yield from wrap_words(f"The searches and measurements again: {command}", "  ", "")
    yield ""
    yield from wrap_words(conclusion(account, rest), "  ", "")
    if not holds:
        yield "NOT CONFIRMED."


def conclusion(account: Account, rest: int) -> str:
    """What was rechecked, how, and what was not; ``rest`` results rest on the review alone."""
    left = [f"{counts(account.impossible)} told above"] if account.impossible else []
    if rest:
        left.append(f"{rest:,} results of searches and measurements, which rest on the review")
    if account.interrupted:
        left.append("what Ctrl-C cut short")
    told = f"Rechecked and confirmed: {rechecked(account.confirmed)}."
    return f"{told} Not rechecked: {' and '.join(left) or 'nothing'}."


def _items(items: Sequence[Item]) -> Iterator[str]:
    for one in items[:_SHOWN]:
        told = f"{one.kind} {one.name}: {one.remark}"
        yield from wrap_words(told[:_LONGEST], "      ", "    ")
    if len(items) > _SHOWN:
        yield f"    and {len(items) - _SHOWN} more; --json has them"


def _as_json(
    place: Path, told: Manifest | None, account: Account, holds: bool
) -> dict[str, object]:
    return {
        "bundle": str(place),
        "confirmed_all": holds,
        "interrupted": account.interrupted,
        "complete": None if told is None else told.complete,
        "confirmed": [asdict(one) for one in account.confirmed],
        "not_confirmed": [asdict(one) for one in account.rejected],
        "not_rechecked": [asdict(one) for one in account.impossible],
        "rest_on_the_review": 0 if told is None else check_claims.rest_on_the_review(told),
    }
