# SPDX-License-Identifier: GPL-2.0-or-later
"""Options of commands that run code under test: kernels by name, and bounds of a search."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from models.kernel.configuration import CHECKED, Configuration, parse_configuration
from review.commands.options import Command, gathered, jobs_option
from review.run.named import NamedKernels
from review.run.workers import Workers

FOLDER = Path("xasplit-counterexamples")
"""Where ``search`` leaves what it found."""
STEPS = 50
"""Operations of a history that the machines draw."""
_TIME_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}

everything_option = click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Have what was there before decide the exit status too, not only what is new.",
)
sanitize_option = click.option(
    "--sanitize", is_flag=True, help="Build with the address and undefined sanitizers."
)
save_option = click.option(
    "--save",
    type=click.Path(file_okay=False, path_type=Path),
    default=FOLDER,
    show_default=True,
    help="Where the smallest case of each broken property goes.",
)
reproducers_option = click.option(
    "--reproducers",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write each reproducer to a file of its own in this folder too.",
)


SKIP = 125
"""The exit status by which ``git bisect run`` passes a commit over."""
STOP = 128
"""The exit status at which ``git bisect run`` ends: what is wrong is no commit's fault."""
bisect_option = click.option(
    "--bisect",
    is_flag=True,
    help="Exit as git bisect run wants it: 0 good, 1 bad, 125 where nothing can be said.",
)


def bisected(run: Callable[[], int]) -> int:
    """What ``run`` comes to for ``git bisect run``: 0 good, 1 bad, ``SKIP`` where it is neither,
    as when a tree does not compile or does not have an operation yet, and ``STOP`` where the usage
    is wrong; the last two are told."""
    try:
        status = run()
    except click.ClickException as error:
        click.echo(f"xasplit: {error.format_message()}", err=True)
        return STOP if isinstance(error, click.UsageError) else SKIP
    return status if status in (0, 1) else SKIP


def config_option(usual: Configuration, told: str) -> Callable[[Any], Any]:
    """``--config``: what code under test is compiled for; what a text does not name is as in
    ``usual``, which ``told`` says for the help."""

    def parsed(
        _: click.Context, __: click.Parameter, given: tuple[str, ...]
    ) -> tuple[Configuration, ...]:
        try:
            return tuple(dict.fromkeys(parse_configuration(one, usual) for one in given)) or (
                usual,
            )
        except ValueError as error:
            raise click.BadParameter(str(error)) from None

    return click.option(
        "--config",
        "configurations",
        multiple=True,
        callback=parsed,
        metavar="OPTIONS",
        help="What is compiled: multi=off (no CONFIG_XARRAY_MULTI), debug=on or off (XA_DEBUG),"
        f" bits=32, with commas between; {told}. May be given several times.",
    )


_OF_KERNELS = {
    "rev": click.option(
        "--rev",
        help="Revision, when --kernel names a git repository; A..B: what B has since it left A.",
    ),
    "mbox": click.option(
        "--mbox",
        "mailboxes",
        multiple=True,
        metavar="FILE",
        help="A patch series to apply to the kernel: mbox or patch; several are applied in order.",
    ),
    "each-patch": click.option(
        "--each-patch", is_flag=True, help="Test the kernel after each patch of the series."
    ),
    "base": click.option(
        "--base",
        metavar="PATH",
        help="What the kernel was made from, a tree or tarball; --mbox and --rev A..B say it.",
    ),
    "config": config_option(CHECKED, "what is not named is multi=on,debug=on,bits=64"),
}


def kernels_options(*more: str | Callable[[Any], Any]) -> Callable[[Command], Command]:
    """``--kernel`` with the headers that it needs, and ``more`` that say which of its versions is
    meant, the usual ones by their names: all as ``named``, the kernels that the user names."""
    return gathered(
        "named",
        NamedKernels,
        click.option(
            "--kernel",
            "kernels",
            multiple=True,
            metavar="PATH",
            help="A kernel tree, source tarball or git repository; may be given several times.",
        ),
        click.option(
            "--include",
            multiple=True,
            metavar="DIR",
            type=click.Path(exists=True, file_okay=False, path_type=Path),
            help="Where headers are that the kernel needs and the tool has no stand-in for.",
        ),
        click.option(
            "--include-empty",
            multiple=True,
            metavar="HEADER",
            help="A header such as linux/foo.h of which nothing is needed: it is empty.",
        ),
        *(_OF_KERNELS[one] if isinstance(one, str) else one for one in more),
    )


@dataclass(frozen=True, slots=True)
class Bounds:
    """What bounds a search: histories for each implementation, operations of each, seconds from
    when the command began (None: as long as it takes), and processes here or the address of a
    cluster's scheduler."""

    examples: int | None
    steps: int
    seconds: float | None
    jobs: int
    cluster: str | None
    began: float = field(default_factory=time.monotonic)

    @property
    def workers(self) -> Workers:
        """What runs it."""
        return Workers(self.jobs, self.cluster)

    def histories(self, usual: int) -> int | None:
        """How many histories are drawn at most: what was asked for, or else ``usual``; None where
        the time is bounded, for as many as fit in."""
        if self.examples is not None:
            return self.examples
        return usual if self.seconds is None else None

    @property
    def left(self) -> float | None:
        """How many of the seconds are left, a quarter of them at least: what must be built is built
        however long that takes."""
        if self.seconds is None:
            return None
        return max(self.seconds / 4, self.seconds - (time.monotonic() - self.began))


def time_option(usual: str | None) -> Callable[[Any], Any]:
    """``--time``, by default ``usual`` or as long as it takes, in ``seconds``."""
    return click.option(
        "--time",
        "seconds",
        callback=_seconds,
        metavar="TIME",
        default=usual,
        show_default=usual is not None,
        help="Be done after so long, such as 90s, 10m or 2h; what was left out is told.",
    )


def bounds_options(examples: int) -> Callable[[Command], Command]:
    """``--examples`` (with this default), ``--steps``, ``--time``, ``--jobs`` and
    ``--cluster``, as ``bounds``."""
    return gathered(
        "bounds",
        Bounds,
        click.option(
            "--examples",
            type=click.IntRange(0),
            help="Histories that the machines draw, for each implementation; 0 for none."
            f"  [default: {examples:,}, or with --time as many as fit in]",
        ),
        click.option("--steps", type=click.IntRange(1), default=STEPS, show_default=True),
        time_option(None),
        jobs_option,
        click.option(
            "--cluster",
            metavar="ADDRESS",
            help="Run the units of the search on the Dask cluster whose scheduler this is, such as"
            " tcp://10.0.0.1:8786; what else there is, with --jobs.",
        ),
    )


def _seconds(_: click.Context, __: click.Parameter, text: str | None) -> float | None:
    if text is None:
        return None
    match = re.fullmatch(r"([0-9]{1,6})([smh]?)", text)
    if match is None or int(match[1]) == 0:
        raise click.BadParameter(f"{text!r} is not a time such as 90s, 10m or 2h.")
    return float(int(match[1]) * _TIME_UNITS[match[2]])
