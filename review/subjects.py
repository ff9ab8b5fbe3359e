# SPDX-License-Identifier: GPL-2.0-or-later
"""What a command tests: the C port, and every kernel that the user names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import click

from models.build import BuildError
from models.implementation import Implementation, examine
from models.kernel.source import Source, SourceError, open_source, port_source

_Command = TypeVar("_Command", bound=Callable[..., Any])


def kernel_options(command: _Command) -> _Command:
    """Options that name kernels: ``--kernel`` (any number of times), ``--rev``, ``--sanitize``."""
    for option in (
        click.option(
            "--sanitize", is_flag=True, help="Build with the address and undefined sanitizers."
        ),
        click.option("--rev", help="Revision, when --kernel names a git repository."),
        click.option(
            "--kernel",
            "kernels",
            multiple=True,
            metavar="PATH",
            help="A kernel tree, source tarball or git repository; may be given several times.",
        ),
    ):
        command = option(command)
    return command


def port_sources() -> list[Source]:
    """The embedded C port, with its iterative and with its recursive split."""
    return [port_source(), port_source(recursive=True)]


def kernel_sources(kernels: Sequence[str], rev: str | None) -> list[Source]:
    """The kernels that the user named; click.ClickException when one cannot be opened."""
    if rev and not kernels:
        raise click.UsageError("--rev goes with --kernel.")
    try:
        return [open_source(kernel, rev) for kernel in kernels]
    except SourceError as error:
        raise click.ClickException(str(error)) from None


def implementations(
    sources: Sequence[Source], shifts: Sequence[int], sanitize: bool
) -> list[Implementation]:
    """The sources built at these chunk shifts, under names of their own.

    Raises click.ClickException when one does not compile.
    """
    built: list[Implementation] = []
    for source in sources:
        try:
            one = examine(source, tuple(shifts), sanitize=sanitize)
        except BuildError as error:
            raise click.ClickException(str(error)) from None
        if one.name in {other.name for other in built}:
            one = replace(one, name=f"{one.name} ({source.name})")
        built.append(one)
    return built
