# SPDX-License-Identifier: GPL-2.0-or-later
"""Options that several commands have alike; those that belong together come as one object."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from typing import Any, TypeVar

import click

from xarray_model.geometry import CHUNK_SHIFTS

Command = TypeVar("Command", bound=Callable[..., Any])

MAX_ORDER = 63
_SIZE = re.compile(r"(\d+)([KMGT])B?", re.IGNORECASE)
_SIZE_BITS = {"K": 10, "M": 20, "G": 30, "T": 40}


def together(*options: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """A decorator that gives a command these options, which ``--help`` tells in this order."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def gathered(
    name: str, kind: type[Any], *options: Callable[[Any], Any]
) -> Callable[[Command], Command]:
    """A decorator that gives a command these options, and what they say as its one argument
    ``name``, a ``kind``: a dataclass with a field for each."""

    def decorate(command: Command) -> Any:
        @wraps(command)
        def with_one(**given: Any) -> Any:
            record = {one.name: given.pop(one.name) for one in fields(kind) if one.name in given}
            return command(**{name: kind(**record)}, **given)

        return together(*options)(with_one)

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


def parse_size(text: str) -> int:
    """Bytes of a size such as ``4K`` or ``1G``; click.BadParameter if it is no power of two."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise click.BadParameter(f"{text!r} is not a size such as 4K, 2M or 1G.")
    size = int(match[1]) << _SIZE_BITS[match[2].upper()]
    if size == 0 or size & (size - 1):
        raise click.BadParameter(f"{text} is not a power of two.")
    return size


def parse_order(text: str, page_size: int) -> int:
    """The order (0..63) that ``text`` names: a number, or a size in units of ``page_size`` bytes.

    Raises click.BadParameter when it is neither, or out of range.
    """
    if text.isascii() and text.isdigit() and len(text) <= 4:
        order = int(text)
    else:
        size = parse_size(text)
        if size < page_size:
            raise click.BadParameter(f"{text} is less than one page of {page_size} bytes.")
        order = (size // page_size).bit_length() - 1
    if order > MAX_ORDER:
        raise click.BadParameter(f"{text} is order {order}; the highest order is {MAX_ORDER}.")
    return order


def parse_orders(old: str, new: str, page_size: str) -> tuple[int, int]:
    """Both orders of a split; click.BadParameter when the new one is the larger."""
    page = parse_size(page_size)
    order, new_order = parse_order(old, page), parse_order(new, page)
    if new_order > order:
        raise click.BadParameter(
            f"the new order {new_order} is larger than the old order {order}; a split goes down."
        )
    return order, new_order
