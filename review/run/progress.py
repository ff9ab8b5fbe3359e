# SPDX-License-Identifier: GPL-2.0-or-later
"""Progress on standard error: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

INTERVAL = 10.0
"""Seconds between two lines where there is no terminal."""


class Meter:
    """Progress through ``total`` steps of one task; a context manager.  It is 0 until the first
    step tells how many there are."""

    def __init__(self, task: str, total: int = 0) -> None:
        self._task = task
        self._total = total
        self._done = 0
        self._next = time.monotonic() + INTERVAL
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._id = self._bar.add_task(task, total=total, note="")

    def __enter__(self) -> Meter:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def advance(self, note: str = "", total: int | None = None) -> None:
        """One step is done, of ``total`` if that is known now; ``note`` says what was found."""
        self._done += 1
        self._total = total or self._total
        self._bar.update(self._id, advance=1, note=note, total=self._total)
        if self._bar.disable and time.monotonic() >= self._next:
            self._next = time.monotonic() + INTERVAL
            line = f"xasplit: {self._task}: {self._done} of {self._total}"
            print(f"{line}, {note}" if note else line, file=sys.stderr)
