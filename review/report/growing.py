# SPDX-License-Identifier: GPL-2.0-or-later
"""A table that grows while it is worked on: live on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from rich.console import Console
from rich.live import Live

from review.report.output import Table

Row = TypeVar("Row")
Report = TypeVar("Report")
LIVE = 0.25
"""Seconds between two pictures of the table: to draw it costs time."""
LINES = 10.0
"""Seconds between two lines of progress where there is no terminal."""


class Growing(Generic[Row, Report]):
    """The table of a report, or a line that says how far it is; both on standard error."""

    def __init__(
        self, table: Callable[[Report], Table[Row]], line: Callable[[Report], str]
    ) -> None:
        self.table = table
        self.line = line
        self.console = Console(stderr=True)
        self.live = Live(console=self.console, transient=True, refresh_per_second=1 / LIVE)
        self.interval = LIVE if self.console.is_terminal else LINES
        self.next = time.monotonic() + self.interval

    def __enter__(self) -> Growing[Row, Report]:
        if self.console.is_terminal:
            self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.live.stop()

    def update(self, report: Report) -> None:
        """Show how far the work is, unless that was just shown."""
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + self.interval
        if self.console.is_terminal:
            self.live.update(self.table(report).rich())
        else:
            print(f"xasplit: {self.line(report)}", file=sys.stderr)
