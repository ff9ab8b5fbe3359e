# SPDX-License-Identifier: GPL-2.0-or-later
"""Explores readers with progress; what cannot be explored is one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from models.kernel.source import Source
from models.readers import controls, explorer, litmus
from models.readers.build import build, check_explorable
from models.readers.controls import Caught
from models.readers.explore import Report, explore
from models.readers.explorer import Event, ExplorerError
from models.subject.build import BuildError, ToolError, compiler
from models.subject.implementation import name_of
from review.run.progress import Meter
from specs.readers import Memory


@contextmanager
def _in_a_line() -> Iterator[None]:
    try:
        yield
    except (BuildError, ExplorerError) as error:
        raise click.ClickException(str(error)) from None


@_in_a_line()
def explorable(sources: Sequence[Source]) -> tuple[list[Source], list[str]]:
    """Those whose readers can be explored, and a line on each that cannot."""
    found, not_run = [], []
    for source in sources:
        try:
            check_explorable(source, compiler())
            found.append(source)
        except ToolError as error:
            not_run.append(f"not run: {name_of(source)}: {error}")
    return found, not_run


def explored(source: Source, shifts: Sequence[int], memories: Sequence[Memory]) -> Report:
    """What readers of a source may see at these chunk shifts."""
    with Meter(f"readers of {name_of(source)}") as meter:
        return explore(
            source, shifts, memories, progress=lambda _, total: meter.advance(total=total)
        )


@_in_a_line()
def known_races() -> list[Caught]:
    """What came of each control."""
    return [one for control in controls.CONTROLS for one in controls.check(control)]


@_in_a_line()
def execution(text: str, source: Source) -> tuple[list[Event], tuple[str, ...], str]:
    """The execution that a report names: its events, the promises that it breaks, the reader."""
    words = text.split()
    try:
        shift, order, new_order, base, at, start = (int(words[i]) for i in (0, 2, 3, 4, 5, 8))
        case = explorer.Case(words[1], order, new_order, base, at)
        memory, reader, schedule = Memory(words[6]), words[7], words[9]
        executable = build(source, shift)
    except (ValueError, IndexError):
        raise click.BadParameter(f"{text!r} is not a schedule that this command printed.") from None
    events, broken = explorer.replay(executable, case, memory, reader, start, schedule)
    return events, broken, reader


@_in_a_line()
def litmus_tests(source: Source, folder: Path) -> list[str]:
    """Write the litmus tests; what is told of them.  They were not run by herd7."""
    try:
        made = litmus.write(build(source, 2), folder)
    except OSError as error:
        raise click.UsageError(f"cannot write to {folder}: {error.strerror}") from None
    return [
        f"{len(made)} litmus tests in {folder}, for herd7 -conf linux-kernel.cfg in",
        "tools/memory-model of a kernel tree.  Not run here: their results are what the",
        "explorer answered.",
    ]
