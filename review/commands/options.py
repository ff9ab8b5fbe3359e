# SPDX-License-Identifier: GPL-2.0-or-later
"""Options that several commands have alike."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from xarray_model.geometry import CHUNK_SHIFTS

Command = TypeVar("Command", bound=Callable[..., Any])


def together(*options: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """A decorator that gives a command these options, which ``--help`` tells in this order."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
fresh_option = click.option(
    "--fresh", is_flag=True, help="Take nothing from earlier runs: judge and decide all anew."
)
jobs_option = click.option(
    "--jobs",
    type=click.IntRange(1),
    default=os.cpu_count() or 1,
    help="Processes.  [default: a core each]",
)


def _all_or_these(
    _: click.Context, __: click.Parameter, shifts: tuple[int, ...]
) -> tuple[int, ...]:
    return tuple(sorted(set(shifts))) or CHUNK_SHIFTS


chunk_shifts_option = click.option(
    "--chunk-shift",
    "shifts",
    multiple=True,
    type=click.IntRange(min(CHUNK_SHIFTS), max(CHUNK_SHIFTS)),
    callback=_all_or_these,
    help="Only this chunk shift; may be given several times.  [default: 1 to 6]",
)
