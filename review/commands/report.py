# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit report``: a defect of a kernel, as a mail and a patch that adds a test for it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from models.case.trial import NoCase
from models.diagnosis.added_test import NotAdded
from models.kernel import format_patch
from models.kernel.configuration import USUAL, Configuration
from models.kernel.mailbox import SeriesError
from models.kernel.posted import Address
from models.kernel.source import Source, SourceError, open_source
from models.subject.baseline import TEST
from models.subject.build import BuildError
from review.commands import run_options
from review.commands.mail_options import from_option, out_option
from review.commands.options import json_option
from review.report import defect as report
from review.report import locate, mail
from review.report.output import Part, show
from review.run import case_files, reporting, subjects
from review.run.case_files import WrittenCase
from review.run.named import NamedKernels
from review.run.reporting import Facts
from review.run.since import since
from xarray_model.errors import PreconditionError

_MAIL = "0000-report.eml"


@click.command("report", short_help="A defect of a kernel, as a mail with a test for it.")
@click.argument("file", metavar="FINDING")
@run_options.kernels_options("rev")
@click.option(
    "--also",
    multiple=True,
    metavar="PATH",
    help="Another kernel, a tree or tarball, to say whether it has it too; several may be given.",
)
@click.option(
    "--fix", metavar="FILE", help="A fix, mbox or patch: the test must pass on the kernel with it."
)
@click.option(
    "--test",
    "test",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A C function for lib/test_xarray.c that you wrote, instead of one that is made.",
)
@click.option(
    "--remark",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Text to put in: who can meet it, how bad it is.  [default: that it was not checked]",
)
@click.option("--subject", help="Of the mail.  [default: the function and the property]")
@click.option("--name", metavar="NAME", help="Call the test's function check_NAME.")
@click.option("--to", "to", multiple=True, metavar="WHO", help="Several may be given.")
@click.option("--signoff", is_flag=True, help="Sign the patch off, as who writes.")
@out_option("xasplit-report")
@from_option
@json_option
def command(
    file: str,
    named: NamedKernels,
    also: tuple[str, ...],
    fix: str | None,
    test: Path | None,
    remark: Path | None,
    subject: str | None,
    name: str | None,
    to: tuple[str, ...],
    signoff: bool,
    out: Path,
    sender: str | None,
    as_json: bool,
) -> int:
    """Write the report of a defect that --kernel has, and a patch that adds a test for it to
    lib/test_xarray.c.  Nothing is sent.

    FINDING is a counterexample, operations that you write ('xasplit replay' says how; write them at
    chunk shift 6, which kernels have), or a schedule of a reader, of a bundle's schedules/. It is
    run again on the kernel, and there is no report if it holds there.

    The test is run: it must fail with the kernel and pass with right code, this tool's own and that
    of --fix, and the kernel's whole test is run with it. The patch is made by git format-patch, and
    the tree's checkpatch.pl is asked if it has one. If --kernel is a git tree, the commit that
    brought the defect is looked for by running its history, for a Fixes: tag.

    \b
    Examples:
      xasplit report finding.json --kernel ~/linux
      xasplit report case.txt --kernel ~/linux --rev v6.18 --fix fix.patch --signoff
      xasplit report case.txt --kernel new.tar.xz --also old.tar.xz --remark callers.txt
      xasplit report bundle/schedules/01.json --kernel ~/linux --test check.c
      git send-email --to=LIST xasplit-report/*

    Exit status: 0 it is written, 2 it could not be, or there is nothing to report.
    """
    if len(named.kernels) != 1 or named.ranged:
        raise click.UsageError("name one kernel with --kernel, and one --rev; others with --also")
    if name is not None and not re.fullmatch("[a-z0-9_]{1,40}", name):
        raise click.UsageError(f"--name {name!r} is no part of a function's name")
    who = mail.writer(sender, named.kernels[0])
    recipients = tuple(mail.writer(one) for one in to)
    tell = partial(click.echo, err=True)
    try:
        tell("running it on the kernels that are named")
        facts, configuration = _facts(file, named)
        reporting.compare(facts, [open_source(one, None, named.headers) for one in also])
        fixed = None
        if fix is not None:
            (fixed,) = subjects.kernel_sources(replace(named, mailboxes=(fix,)))
        code = None if test is None else _text(test)
        tell("running the kernel's own test with a test for it")
        reporting.test_of(facts, configuration, code, name, fixed)
        _check(facts, test)
        patch, checked = _patch(facts, named, who, signed=signoff)
        function = report.told(facts.defect)
        found = since(
            named.kernels[0], named.rev,
            lambda one: not function or bool(locate.of_function(one, function).function),
            facts.defect.shows, tell,
        )  # fmt: skip
    except (BuildError, SourceError, SeriesError, NotAdded, reporting.Holds) as error:
        raise click.ClickException(str(error)) from None
    except (NoCase, PreconditionError, ValueError) as error:
        raise click.ClickException(f"{file}: {error}") from None
    heading = mail.Heading(subject or report.subject(facts), who, recipients)
    said = "" if remark is None else _text(remark)
    written = [(_MAIL, mail.message(heading, report.body(facts, found, said, patch, checked)))]
    if patch is not None:
        written.append((patch.name, patch.content))
    paths = mail.write(out, written)
    fixes = found.commit or None
    answer = [
        Part("files", [str(one) for one in paths], [*map(str, paths)]),
        Part("fixes", fixes, [str(found)]),
        Part("no_test", facts.no_test, [f"No test: {facts.no_test}."] if facts.no_test else ()),
        Part("checkpatch", None if checked is None else checked.clean, _checkpatch(checked)),
        Part("", text=["Nothing was sent."]),
    ]
    show(answer, as_json=as_json)
    return 0


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file}: no text that can be read: {error}") from None


def _facts(file: str, named: NamedKernels) -> tuple[Facts, Configuration]:
    """What is reported, of which kernel, and the configuration that a test of it is run in."""
    schedule = case_files.schedule_in(file)
    case = None if schedule else case_files.load(file)
    (source,) = subjects.kernel_sources(named)
    if schedule is not None:
        return Facts(reporting.reader_defect(source, schedule), source), USUAL
    if isinstance(case, WrittenCase):
        return Facts(
            reporting.case_defect(source, case.chunk_shift, case.operations), source
        ), USUAL
    assert case is not None
    (source,), _ = subjects.configured([source], [case.configuration])
    usual = replace(case.configuration, debug=USUAL.debug)
    return Facts(reporting.found_again(source, case.finding), source), usual


def _check(facts: Facts, test: Path | None) -> None:
    """A test that the user wrote, or a fix that was given, must do what it is for."""
    if test is not None and facts.no_test:
        raise click.ClickException(f"{test}: {facts.no_test}")
    tried = facts.tried
    if tried is not None and tried.fixed is not None and not tried.fixed.holds:
        failed = ", ".join(tried.fixed.failures) or tried.fixed.ended
        raise click.ClickException(f"with the fix the kernel's test fails still: {failed}")


def _patch(
    facts: Facts, named: NamedKernels, who: Address, *, signed: bool
) -> tuple[format_patch.Patch | None, report.Checked | None]:
    tried = facts.tried
    if tried is None:
        return None, None
    message = report.patch_message(facts, tried.test.function)
    old = _read(facts.source)
    made = format_patch.format_patch(
        TEST, old, tried.test.text.encode(), message, who, signed=signed
    )
    clean, lines = format_patch.checkpatch(named.kernels[0], named.rev, made)
    return made, report.Checked(clean, lines)


def _read(source: Source) -> bytes:
    return (source.directory / TEST).read_bytes()


def _checkpatch(checked: report.Checked | None) -> list[str]:
    if checked is None:
        return []
    if checked.clean is None:
        return [f"checkpatch.pl was not run: {checked.lines[0]}"]
    return (
        ["checkpatch.pl: clean"]
        if checked.clean
        else [f"checkpatch.pl: {one}" for one in checked.lines]
    )
