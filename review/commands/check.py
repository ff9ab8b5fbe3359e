# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit check``: the quick check of a tree, a revision or a patch, for b4 and for bisection."""

from __future__ import annotations

import io
import json
import os
import select
import stat
import sys
from contextlib import nullcontext, redirect_stderr
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from models.kernel.commit import git
from review.commands import run_options
from review.commands.options import fresh_option, jobs_option, json_option
from review.report import b4
from review.run import given_patch
from review.run.named import NamedKernels

if TYPE_CHECKING:
    from review.run.checking import Checked

SERIES_TIME = "3m"
"""How long the review of a series takes at most."""
_WAIT = 1.0
"""Seconds that a pipe on standard input may take to say that it has a patch."""


@click.command("check", short_help="The quick check of a tree or a patch, for b4 and git bisect.")
@run_options.kernels_options("rev", "base")
@click.option(
    "--b4", "style", flag_value="b4", help="Lines as b4 reads them of a perpatch-check-cmd."
)
@click.option(
    "--b4-json", "style", flag_value="b4-json", help="JSON as b4's review commands read it."
)
@click.option(
    "--series",
    "whole",
    is_flag=True,
    help="The whole series, by a review that leaves a bundle: what b4 tracks, --rev A..B, or on"
    " standard input.",
)
@run_options.time_option(SERIES_TIME)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="The bundle of --series.  [default: a new folder in the repository's .git/xasplit]",
)
@click.option(
    "--property",
    "name",
    metavar="NAME",
    default="",
    help="Only this property decides, or this promise to readers.",
)
@run_options.bisect_option
@jobs_option
@fresh_option
@json_option
def command(
    named: NamedKernels,
    style: str | None,
    whole: bool,
    seconds: float | None,
    out: Path | None,
    name: str,
    bisect: bool,
    jobs: int,
    fresh: bool,
    as_json: bool,
) -> int:
    """Check quickly what a tree, a revision or a patch makes worse.

    A few cases of every kind and some histories at chunk shifts 1, 2 and 6, and readers of small
    arrays at 1: the search and the review go much further. The tree is the one that one stands in,
    or --kernel. A patch on standard input is applied to the commit that it was made from, if the
    tree has that, or else to what is checked out. Without a patch the tree as it stands is checked,
    against its last commit where they differ; with --rev A..B what B has since it left A. What was
    there before, and what is a known deviation of released kernels, is one line, and no failure. A
    patch that touches nothing of the XArray passes at once.

    \b
    Examples:
      xasplit check
      xasplit check < 0001-XArray-split.patch
      xasplit check --rev origin/master..topic
      git config b4.prep-perpatch-check-cmd 'xasplit check --b4'
      git config b4.review-series-check-cmd 'xasplit check --series --b4-json'
      git bisect run xasplit check --property split-requests --bisect

    Exit status: 0 nothing is worse, 1 something is, 2 it could not be told.
    """
    if bisect:
        return run_options.bisected(lambda: _bisected(named, name, seconds, jobs, fresh))
    try:
        # b4 takes whatever is on standard error for a failure.
        silent = nullcontext() if style is None else redirect_stderr(io.StringIO())
        with silent:
            if whole:
                return _series(named, style, seconds, out, jobs, fresh, as_json)
            return _checked(named, style, name, seconds, jobs, fresh, as_json)
    except click.UsageError:
        raise
    except click.ClickException as error:
        if style is None:
            raise
        return _untold(style, error.format_message())


def _checked(
    named: NamedKernels,
    style: str | None,
    name: str,
    seconds: float | None,
    jobs: int,
    fresh: bool,
    as_json: bool,
) -> int:
    patch = _standard_input()
    with given_patch.taken_apart(patch) if patch else nullcontext() as given:
        if given is not None and not given.touched:
            _say(style, as_json)
            return 0
        done = _check(named, given, name, seconds, jobs, fresh)
    from review.report import check as report
    from review.report.output import show

    if style == "b4":
        for line in report.b4_lines(done):
            click.echo(line)
    elif style == "b4-json":
        click.echo(report.b4_json(done))
    else:
        show(report.answer(done), as_json=as_json)
    return done.status


def _check(
    named: NamedKernels,
    patch: given_patch.GivenPatch | None,
    name: str,
    seconds: float | None,
    jobs: int,
    fresh: bool,
) -> Checked:
    tree = given_patch.tree_of(named.kernels[0] if named.kernels else None)
    # Not before: most patches have nothing to do with it.
    from review.run import checking
    from review.run.results import Results
    from review.run.store import ResultStore
    from review.run.workers import Workers

    if name:
        checking.known_property(name)
    sources = checking.opened(replace(named, kernels=(tree,)), patch)
    return checking.check(sources, Workers(jobs), Results(ResultStore(fresh=fresh)), name, seconds)


def _bisected(named: NamedKernels, name: str, seconds: float | None, jobs: int, fresh: bool) -> int:
    """The exit status for a tree as it stands, of which one property is asked."""
    if not name:
        raise click.UsageError("--bisect goes with --property: one thing is looked for.")
    done = _check(named, None, name, seconds, jobs, fresh)
    from review.report import check as report

    click.echo(report.summary(done))
    return run_options.SKIP if done.broken else done.status


def _series(
    named: NamedKernels,
    style: str | None,
    seconds: float | None,
    out: Path | None,
    jobs: int,
    fresh: bool,
    as_json: bool,
) -> int:
    """A review of the whole series."""
    tracking = os.environ.get("B4_TRACKING_FILE")
    patch = b"" if tracking or named.ranged else _standard_input()
    tree = given_patch.tree_of(named.kernels[0] if named.kernels else None)
    rev = named.rev if named.ranged or not tracking else given_patch.tracked(Path(tracking))
    named = replace(named, kernels=(tree,), rev=rev)
    if patch:
        with given_patch.taken_apart(patch) as given:
            if not given.touched:
                raise click.ClickException("there is no patch of the XArray on standard input")
    if not patch and not named.ranged:
        raise click.UsageError("which series? b4's (B4_TRACKING_FILE), --rev A..B, or a mailbox")
    from review.report.check_series import reviewed
    from review.run.workers import Workers

    parent = Path(git(tree, "rev-parse", "--absolute-git-dir") or ".") / "xasplit"
    told = reviewed(named, patch, seconds, Workers(jobs), out, parent, fresh=fresh)
    if style == "b4-json":
        click.echo(b4.result(told.status, told.summary, told.details))
    elif style == "b4" and told.status != "pass":
        mark = "ERROR: " if told.status == "fail" else ""
        click.echo(f"{mark}{told.summary} {told.place}")
    elif as_json:
        one = {"verdict": told.status, "summary": told.summary, "bundle": str(told.place)}
        click.echo(json.dumps(one))
    elif style is None:
        click.echo(told.details)
    return told.exit_status


def _standard_input() -> bytes:
    """What is on standard input if that is a file, or a pipe that has something."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError, AttributeError):
        return b""
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        ready, _, _ = select.select([sys.stdin], [], [], _WAIT)
        if not ready:
            return b""
    elif not stat.S_ISREG(mode):
        return b""
    return sys.stdin.buffer.read()


def _say(style: str | None, as_json: bool) -> None:
    """That nothing of the XArray is changed."""
    text = "nothing of the XArray is changed"
    if style == "b4-json":
        click.echo(b4.result("pass", text))
    elif as_json:
        click.echo(json.dumps({"verdict": "pass", "summary": text}))
    elif style is None:
        click.echo(text)


def _untold(style: str, text: str) -> int:
    """b4 is told why nothing was checked: a warning."""
    if style == "b4":
        click.echo(f"not checked: {text}")
    else:
        click.echo(b4.result("warn", f"not checked: {text}"))
    return 2
