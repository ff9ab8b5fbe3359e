# SPDX-License-Identifier: GPL-2.0-or-later
"""What a command tests: the C port, and every kernel that the user names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import click

from models.case.known import with_known
from models.kernel.configuration import CHECKED, Configuration
from models.kernel.mailbox import SeriesError
from models.kernel.ranges import open_range, prefixes_of, with_base
from models.kernel.series import Series, apply_series
from models.kernel.source import Source, SourceError, open_source, port_source
from models.subject.build import (
    BuildError,
    ToolError,
    UnclearError,
    build,
    check_buildable,
    compiler,
)
from models.subject.implementation import Implementation, examine, name_of
from review.run.named import NamedKernels


def port_sources() -> list[Source]:
    """The embedded C port, with its iterative and with its recursive split."""
    return [port_source(), port_source(recursive=True)]


def kernel_sources(named: NamedKernels) -> list[Source]:
    """The kernels that the user named, with the series applied to each: the whole series, or with
    ``each_patch`` every prefix of it too.  How it was applied is told on standard error.

    With a series, a range of revisions or ``base``, another kernel, they know what they were made
    from.  Raises click.ClickException when a kernel cannot be opened or the series not be applied.
    """
    if (named.rev or named.mailboxes or named.base) and not named.kernels:
        given = "--rev" if named.rev else "--mbox" if named.mailboxes else "--base"
        raise click.UsageError(f"{given} goes with --kernel.")
    if named.each_patch and not (named.mailboxes or named.ranged):
        raise click.UsageError("--each-patch goes with --mbox, or with --rev A..B.")
    if named.mailboxes and named.ranged:
        raise click.UsageError("--mbox goes with one revision; of --rev A..B give B.")
    if named.base and (named.mailboxes or named.ranged):
        raise click.UsageError("--base goes without --mbox and --rev A..B: these say it.")
    try:
        return [source for kernel in named.kernels for source in _opened(kernel, named)]
    except (SourceError, SeriesError) as error:
        raise click.ClickException(str(error)) from None


def reviewed(named: NamedKernels) -> list[Source]:
    """What a review tests: the port, and the kernels that the user named.  Raises
    click.ClickException as ``kernel_sources``."""
    return [*port_sources(), *kernel_sources(named)]


def tested(named: NamedKernels) -> tuple[list[Source], list[str]]:
    """The kernels that the user named, or the port, for each configuration; and a line on each
    configuration that cannot be run, which is no pass.

    Raises click.ClickException as ``kernel_sources``, and when no configuration can be run.
    """
    return configured(kernel_sources(named) or port_sources(), named.configurations)


def buildable(configurations: Sequence[Configuration]) -> tuple[list[Configuration], list[str]]:
    """The configurations that programs can be built for here, and a line on each of the others.
    ToolError when there is none."""
    found: list[Configuration] = []
    not_run: list[str] = []
    for one in configurations:
        try:
            check_buildable(one, compiler())
            found.append(one)
        except ToolError as error:
            if len(configurations) == 1:
                raise
            not_run.append(f"not run: {one.text}: {error}")
    return found, not_run


def check_runnable(source: Source, configuration: Configuration) -> None:
    """ToolError where a source cannot be run in a configuration."""
    check_buildable(configuration, compiler())
    if not configuration.multi and source.is_port:
        raise ToolError("the port has no such option: name a kernel with --kernel")


def configured(
    sources: Sequence[Source], configurations: Sequence[Configuration]
) -> tuple[list[Source], list[str]]:
    """The sources for each configuration, and a line on each that cannot be run.

    Raises click.ClickException when none can be run.
    """
    found: list[Source] = []
    not_run: list[str] = []
    for one in configurations:
        for source in sources:
            try:
                check_runnable(source, one)
                found.append(source.configured(one))
            except ToolError as error:
                not_run.append(f"not run: {name_of(source)} ({one.beside(CHECKED)}): {error}")
    if not found:
        raise click.ClickException("; ".join(not_run))
    return found, not_run


def _opened(kernel: str, named: NamedKernels) -> list[Source]:
    """One kernel, after each step if these are wanted.  SourceError or SeriesError."""
    if named.mailboxes:
        series = patched(kernel, named)
        return series.code_prefixes() if named.each_patch else [series.source]
    if named.rev is not None and named.ranged:
        made = open_range(kernel, named.rev, named.headers)
        return prefixes_of(made) if named.each_patch else [made]
    source = open_source(kernel, named.rev, named.headers)
    if named.base is None:
        return [source]
    return [with_base(source, open_source(named.base, None, named.headers))]


def patched(kernel: str, named: NamedKernels) -> Series:
    """A kernel with the series applied; how is told on standard error.  SeriesError."""
    return told(apply_series(kernel, named.rev, named.mailboxes, named.headers))


def told(series: Series) -> Series:
    """The series; how it was applied is told on standard error."""
    for note in series.notes:
        click.echo(f"xasplit: {series.source.name}: {note}", err=True)
    return series


def with_own_test(named: NamedKernels) -> list[Source]:
    """The kernels whose own test is to be run; with a series, the patched kernel with its test as
    it was and, if the series changes the test, as it is then.  SourceError or SeriesError."""
    found = []
    for kernel in named.kernels:
        if not named.mailboxes:
            found.append(open_source(kernel, named.rev, named.headers))
            continue
        series = patched(kernel, named)
        if before := series.with_old_test():
            found.append(before)
        found.append(series.source)
    return found


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
        if not source.is_port and not source.prefix:
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


def elsewhere(
    built: Sequence[Implementation],
    configurations: Sequence[Configuration],
    shifts: Sequence[int],
    sanitize: bool,
) -> tuple[dict[str, list[Implementation]], list[str]]:
    """What is to be reviewed in other configurations, by the name of what was built for the usual
    one: the kernels, or the port if there is none; and a line on each that cannot be run."""
    kernels = [one for one in built if not one.source.is_port]
    found: dict[str, list[Implementation]] = {}
    not_run: list[str] = []
    for one in kernels or built[:1]:
        for configuration in configurations:
            told = configuration.beside(CHECKED)
            name = f"{one.name} ({told})"
            try:
                check_runnable(one.source, configuration)
                source = one.source.configured(configuration)
                made = replace(examine(source, tuple(shifts), sanitize=sanitize), name=name)
                found.setdefault(one.name, []).append(with_known(made))
            except BuildError as error:
                not_run.append(f"{name}: not run: {error}")
    return found, not_run


def _its_own(error: BuildError, whole_compiles: bool) -> bool:
    """Whether it is a source's own fault that it does not compile."""
    if isinstance(error, UnclearError):
        return whole_compiles
    return not isinstance(error, ToolError)
