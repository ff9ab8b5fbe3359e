# SPDX-License-Identifier: GPL-2.0-or-later
"""What a command tests: the C port, and every kernel that the user names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from models.case.known import with_known
from models.kernel.headers import Given
from models.kernel.mailbox import SeriesError
from models.kernel.ranges import is_range, open_range, prefixes_of, with_base
from models.kernel.series import apply_series
from models.kernel.source import Source, SourceError, open_source, port_source
from models.subject.build import BuildError, ToolError, UnclearError, build
from models.subject.implementation import Implementation, examine, name_of
from review.commands.options import together

_FOLDERS, _EMPTY = "xasplit.include", "xasplit.include-empty"
"""Where in click's context the headers are that the user gives."""


def _remember(key: str) -> Callable[[click.Context, click.Parameter, tuple[Any, ...]], None]:
    def callback(context: click.Context, _: click.Parameter, given: tuple[Any, ...]) -> None:
        context.meta[key] = given

    return callback


kernel_option = together(
    click.option(
        "--kernel",
        "kernels",
        multiple=True,
        metavar="PATH",
        help="A kernel tree, source tarball or git repository; may be given several times.",
    ),
    # They go to whatever opens a kernel, not to the command.
    click.option(
        "--include",
        multiple=True,
        metavar="DIR",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        expose_value=False,
        callback=_remember(_FOLDERS),
        help="Where headers are that the kernel needs and the tool has no stand-in for.",
    ),
    click.option(
        "--include-empty",
        multiple=True,
        metavar="HEADER",
        expose_value=False,
        callback=_remember(_EMPTY),
        help="A header such as linux/foo.h of which nothing is needed: it is empty.",
    ),
)


def given_headers() -> Given:
    """The headers that the user gives to the command that runs."""
    context = click.get_current_context(silent=True)
    meta = context.meta if context is not None else {}
    return Given(tuple(meta.get(_FOLDERS, ())), tuple(meta.get(_EMPTY, ())))


rev_option = click.option(
    "--rev",
    help="Revision, when --kernel names a git repository; A..B: what B has since it left A.",
)
mbox_option = click.option(
    "--mbox",
    "mailboxes",
    multiple=True,
    metavar="FILE",
    help="A patch series to apply to the kernel: mbox or patch; several are applied in order.",
)
base_option = click.option(
    "--base",
    metavar="PATH",
    help="What the kernel was made from, a tree or tarball; --mbox and --rev A..B say it.",
)
everything_option = click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Have what was there before decide the exit status too, not only what is new.",
)


kernel_options = together(
    kernel_option,
    rev_option,
    mbox_option,
    click.option(
        "--each-patch", is_flag=True, help="Test the kernel after each patch of the series."
    ),
    click.option(
        "--sanitize", is_flag=True, help="Build with the address and undefined sanitizers."
    ),
)


def port_sources() -> list[Source]:
    """The embedded C port, with its iterative and with its recursive split."""
    return [port_source(), port_source(recursive=True)]


def kernel_sources(
    kernels: Sequence[str],
    rev: str | None,
    mailboxes: Sequence[str] = (),
    each_patch: bool = False,
    base: str | None = None,
) -> list[Source]:
    """The kernels that the user named, with the series applied to each: the whole series, or with
    ``each_patch`` every prefix of it too.  How it was applied is told on standard error.

    With a series, a range of revisions or ``base``, another kernel, they know what they were made
    from.  Raises click.ClickException when a kernel cannot be opened or the series not be applied.
    """
    ranged = is_range(rev)
    if (rev or mailboxes or base) and not kernels:
        given = "--rev" if rev else "--mbox" if mailboxes else "--base"
        raise click.UsageError(f"{given} goes with --kernel.")
    if each_patch and not (mailboxes or ranged):
        raise click.UsageError("--each-patch goes with --mbox, or with --rev A..B.")
    if mailboxes and ranged:
        raise click.UsageError("--mbox goes with one revision; of --rev A..B give B.")
    if base and (mailboxes or ranged):
        raise click.UsageError("--base goes without --mbox and --rev A..B: these say it.")
    try:
        return [
            source
            for kernel in kernels
            for source in _opened(kernel, rev, mailboxes, each_patch, base)
        ]
    except (SourceError, SeriesError) as error:
        raise click.ClickException(str(error)) from None


def _opened(
    kernel: str, rev: str | None, mailboxes: Sequence[str], each_patch: bool, base: str | None
) -> list[Source]:
    """One kernel, after each step if these are wanted.  SourceError or SeriesError."""
    if mailboxes:
        series = apply_series(kernel, rev, mailboxes, given_headers())
        for note in series.notes:
            click.echo(f"xasplit: {series.source.name}: {note}", err=True)
        return series.code_prefixes() if each_patch else [series.source]
    if rev is not None and is_range(rev):
        made = open_range(kernel, rev, given_headers())
        return prefixes_of(made) if each_patch else [made]
    source = open_source(kernel, rev, given_headers())
    return [source if base is None else with_base(source, open_source(base, None, given_headers()))]


def built_each(
    sources: Sequence[Source],
    shifts: Sequence[int],
    sanitize: bool = False,
    *,
    deviations: bool = True,
) -> dict[str, Implementation | BuildError]:
    """Each source built at these chunk shifts, under a name of its own; in place of one that does
    not compile the error, which says what the compiler says first.  Without ``deviations`` it does
    not know its known ones, and what they account for is told like anything else."""
    built: dict[str, Implementation | BuildError] = {}
    for source in sources:
        name = name_of(source)
        if name in built:
            name = f"{name} ({source.name})"
        try:
            one = replace(examine(source, tuple(shifts), sanitize=sanitize), name=name)
            built[name] = with_known(one) if deviations else one
        except BuildError as error:
            built[name] = error
    return built


def implementations(
    sources: Sequence[Source], shifts: Sequence[int], sanitize: bool, *, deviations: bool = True
) -> tuple[list[Implementation], list[str]]:
    """The sources built as by ``built_each``; and, of those that are
    prefixes of a series, the ones that do not compile, with the compiler's first error.

    Raises click.ClickException when anything else does not compile, or a prefix for a reason that
    is the tool's.  A name that nothing declares is the prefix's fault if the whole series compiles.
    """
    for source in sources:
        # What the user named may not compile: that is told before anything else is built.
        if source.version and not source.prefix:
            try:
                build(source, shifts[0], sanitize=sanitize)
            except BuildError as error:
                raise click.ClickException(str(error)) from None
    built: list[Implementation] = []
    broken: list[str] = []
    each = built_each(sources, shifts, sanitize, deviations=deviations).values()
    whole = [one for source, one in zip(sources, each, strict=True) if not source.prefix]
    compiles = all(isinstance(one, Implementation) for one in whole)
    for source, one in zip(sources, each, strict=True):
        if isinstance(one, Implementation):
            built.append(one)
        elif source.prefix and _its_own(one, compiles):
            # What the tool might lack, it would lack in the whole series too.
            broken.append(str(one).partition("; the tool's stand-ins")[0])
        else:
            raise click.ClickException(str(one))
    return built, broken


def _its_own(error: BuildError, whole_compiles: bool) -> bool:
    """Whether it is a source's own fault that it does not compile."""
    if isinstance(error, UnclearError):
        return whole_compiles
    return not isinstance(error, ToolError)
