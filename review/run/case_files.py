# SPDX-License-Identifier: GPL-2.0-or-later
"""Files that hold a case: a counterexample, or operations that a person wrote."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from models.case import counterexample
from models.case.counterexample import MOST_BYTES, Counterexample
from models.case.notation import operation_text
from models.case.strict_json import FormatError
from models.case.text import CaseText, observed, parse_case, too_large
from models.case.trial import NoCase
from models.readers import schedule as schedules
from models.readers.schedule import Schedule
from xarray_model.operations import Operation

STDIN = "-"
DEFAULT_SHIFT = 6
"""XA_CHUNK_SHIFT where nobody says otherwise, as in most kernels."""


@dataclass(frozen=True, slots=True)
class WrittenCase:
    """A case that a person wrote in the file ``name``.

    ``operations`` has what was added, so that all of it can be judged; ``numbers`` tells for each
    of them which written one it belongs to.
    """

    name: str
    chunk_shift: int
    text: CaseText
    operations: tuple[Operation, ...]
    numbers: tuple[int, ...]

    @property
    def size(self) -> str:
        """How many operations were written, in words."""
        count = len(self.text.operations)
        return f"{count} operation{'' if count == 1 else 's'}"

    def place(self, operation: int) -> str:
        """Where an operation of the case was written."""
        number = self.numbers[operation]
        if number == len(self.text.operations):
            return "xa_destroy at the end"
        return f"line {self.text.lines[number]}, {operation_text(self.text.operations[number])}"

    def refused(self, error: NoCase) -> click.ClickException:
        """What to say of a case that breaks the contract of what it calls."""
        return click.ClickException(
            f"{self.name}: {self.place(error.operation)}: outside the contract of what it calls:"
            f" {error}."
        )


def unfit(operations: Sequence[Operation], bits: int) -> str:
    """Why a case is none for words of so many bits, in a few words; "" if it is one."""
    for one in operations:
        for told, value in (("index", one.index), ("argument", one.argument), ("entry", one.entry)):
            if value >> bits:
                return f"{told} {value:#x} of {operation_text(one)} has more than {bits} bits"
        if max(one.order, one.new_order) >= bits:
            return f"the order of {operation_text(one)} is none of words of {bits} bits"
    return ""


def at_width(operations: Sequence[Operation], bits: int) -> tuple[Operation, ...]:
    """The case with the last index of words of so many bits where it says the last of 64."""
    last, of_64 = (1 << bits) - 1, (1 << 64) - 1
    return tuple(
        replace(one, argument=last) if one.argument == of_64 else one for one in operations
    )


def load(name: str, chunk_shift: int | None = None) -> Counterexample | WrittenCase:
    """The case in a file, or in what stands on standard input for ``-``.

    ``chunk_shift`` goes before what a written case says.  Raises click.ClickException, with one
    line that says what is wrong and where.
    """
    shown = "standard input" if name == STDIN else name
    data = _read(name, shown)
    if data.startswith(codecs.BOM_UTF8):
        raise click.ClickException(
            f"{shown}: it begins with a byte order mark (UTF-8 BOM): save it as UTF-8 without one."
        )
    try:
        if data.lstrip()[:1] in (b"{", b"["):
            if chunk_shift is not None:
                raise click.UsageError(
                    f"{shown} is a counterexample, which has its chunk shift; --chunk-shift goes"
                    " with a case that you write."
                )
            return counterexample.loads(data)
        text = parse_case(data.decode())
    except UnicodeDecodeError:
        raise click.ClickException(f"{shown}: neither a counterexample nor text.") from None
    except (FormatError, ValueError) as error:
        raise click.ClickException(f"{shown}: {error}") from None
    s = chunk_shift or text.chunk_shift or DEFAULT_SHIFT
    whole, numbers = observed(text.operations)
    written = WrittenCase(shown, s, text, tuple(whole), tuple(numbers))
    if too := too_large(whole, s):
        raise click.ClickException(f"{shown}: {written.place(too[0])}: {too[1]}.")
    return written


def schedule_in(name: str) -> Schedule | None:
    """The schedule in a file, None if the file is another, or cannot be read.  Raises
    click.ClickException when it is a schedule that is wrong."""
    try:
        data = Path(name).read_bytes() if name != STDIN else b""
    except OSError:
        return None
    if schedules.FORMAT.encode() not in data[:200]:
        return None
    try:
        return schedules.loads(data)
    except FormatError as error:
        raise click.ClickException(f"{name}: {error}") from None


def _read(name: str, shown: str) -> bytes:
    try:
        if name == STDIN:
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(name).open("rb") as stream:
                data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise click.ClickException(f"{shown}: {error.strerror}.") from None
    if len(data) > MOST_BYTES:
        raise click.ClickException(f"{shown}: the file is larger than {MOST_BYTES >> 20} MiB.")
    return data
