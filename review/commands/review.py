# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit review``: everything there is, ending with the verdict on each claim and a bundle."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from models.kernel.configuration import ALL, CHECKED, Configuration, parse_configuration
from review.commands import run_options
from review.commands.options import fresh_option
from review.run.named import NamedKernels

if TYPE_CHECKING:
    from review.run.review_result import ReviewResult

EXAMPLES = 120
"""Histories that a review draws by default, fewer than ``search``: it has more to do."""
SEED = 1
"""The seed of a review's samples, always the same unless one is given: reviews are comparable."""


def _configurations(
    _: click.Context, __: click.Parameter, given: tuple[str, ...]
) -> tuple[Configuration, ...]:
    try:
        return tuple(dict.fromkeys(parse_configuration(one, CHECKED) for one in given))
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command("review", short_help="Everything there is, ending with the claims' verdicts.")
@run_options.kernels_options("rev", "mbox", "each-patch", "base")
@click.option(
    "--config",
    "besides",
    multiple=True,
    callback=_configurations,
    metavar="OPTIONS",
    help="Search in this configuration too, at small scope: multi=off, debug=off or bits=32, with"
    " commas between.  May be given several times.  [default: debug=off]",
)
@click.option(
    "--configs",
    "every_configuration",
    type=click.Choice(["all"]),
    help="The same for all configurations that there are.",
)
@run_options.sanitize_option
@run_options.everything_option
@click.option("--seed", type=click.IntRange(0), default=SEED, show_default=True)
@run_options.bounds_options(EXAMPLES)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="The bundle's folder.  [default: xasplit-review-001, or the next number]",
)
@click.option(
    "--proofs/--no-proofs", default=True, help="Decide the theorems, at chunk shift 6.  [default]"
)
@click.option(
    "--thorough",
    is_flag=True,
    help="Prove C code at small sizes, too, by CBMC: six minutes on two cores, the first time.",
)
@click.option(
    "--resume",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Go on with the review that left this incomplete bundle; --jobs and --cluster may differ.",
)
@fresh_option
@click.option("--json", "as_json", is_flag=True, help="Print the bundle's manifest.")
def command(
    named: NamedKernels,
    besides: tuple[Configuration, ...],
    every_configuration: str | None,
    everything: bool,
    sanitize: bool,
    seed: int,
    bounds: run_options.Bounds,
    out: Path | None,
    proofs: bool,
    thorough: bool,
    resume: Path | None,
    fresh: bool,
    as_json: bool,
) -> int:
    """Review the split of the C port and of every kernel named: all checks, then the claims.

    All of it is of 64-bit words, with CONFIG_XARRAY_MULTI and debug assertions; what is searched in
    other configurations too, at small scope, is told beside it.
    With --mbox, --rev A..B or --base, each finding says where it comes from: new with a patch, made
    worse, or there before; the last does not count unless --all is given.
    A claim that some check has not decided is shown as undecided, with what is missing.
    What solvers and specs said of the same scripts and answers in earlier runs is taken from there,
    and told; --fresh takes nothing.  Ctrl-C, or SIGTERM, ends it with what was found.  All of it
    is left in a folder, the bundle: report.txt to be pasted in a mail, report.html, obligations,
    counterexamples, schedules, and a manifest with the hash of each file.

    \b
    Examples:
      xasplit review
      xasplit review --kernel /usr/src/linux-source-6.12.tar.xz
      xasplit review --kernel ~/linux --rev v6.15 --json
      xasplit review --kernel ~/linux --rev v6.18 --mbox series.mbx --out v2
      xasplit review --kernel ~/linux --rev v6.18..topic
      xasplit review --kernel ~/linux --configs all
      xasplit review --resume v2
    """
    # Not before: what is wrong with the usage is told at once, and so is a kernel that is none.
    from review.run import subjects

    if thorough:
        from proofs.c import cbmc

        try:
            cbmc.find()
        except cbmc.MissingError as error:
            raise click.ClickException(f"--thorough: {error}") from None
    sources = [] if resume else subjects.reviewed(named)
    from review.bundle import manifest, resuming
    from review.report.whole import whole
    from review.run.review_result import ReviewOptions

    if resume is None:
        options = ReviewOptions(
            named.kernels, named.rev, named.mailboxes, named.each_patch, sanitize, seed,
            bounds.steps, bounds.histories(EXAMPLES), bounds.seconds, proofs, named.base,
            everything, _others(besides, every_configuration is not None), thorough,
        )  # fmt: skip
    else:
        if out or named.kernels or named.mailboxes or named.base:
            raise click.UsageError("--resume goes on as it began: without --out, --kernel, --mbox.")
        options = resuming.begun(resume).options
        begun = replace(
            named, kernels=options.kernels, rev=options.rev, mailboxes=options.mailboxes,
            each_patch=options.each_patch, base=options.base,
        )  # fmt: skip
        sources = subjects.reviewed(begun)
    done, place, written = whole(options, sources, bounds.workers, out, resume, fresh=fresh)
    if as_json:
        click.echo(manifest.dumps(written), nl=False)
    else:
        _show(done, place)
    return done.status


def _others(given: tuple[Configuration, ...], every: bool) -> tuple[str, ...]:
    """The configurations besides the usual one, as options keep them."""
    from review.run.review_result import ReviewOptions

    if not given and not every:
        return ReviewOptions().configurations
    wanted = ALL if every else given
    return tuple(one.beside(CHECKED) for one in wanted if one != CHECKED)


def _show(done: ReviewResult, place: Path) -> None:
    from review.report import claims
    from review.report import proofs as proofs_report
    from review.report import search as search_report
    from review.report.layout import wrap
    from review.report.output import readable, show_text
    from review.run import scope

    for one in done.implementations:
        digest = one.source.sha256.get("lib/xarray.c", "")[:16]
        click.echo(f"Tested: {one.name}, {one.source.name}: lib/xarray.c {digest}...")
    show_text(readable(search_report.answer(done.search, more="report.txt")))
    if done.proofs is not None:
        click.echo(f"{proofs_report.summary(done.proofs)}\n")
    lines = [
        *([] if done.complete else [f"Ended early; to go on: xasplit review --resume {place}", ""]),
        *claims.one_level_lines(done),
        *wrap(scope.bounds(done), ""),
        "",
        *claims.source_lines(done),
        *wrap(f"The bundle is in {place}: report.txt first; xasplit verify {place}", ""),
    ]
    show_text(lines)
