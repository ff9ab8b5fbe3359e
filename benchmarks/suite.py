# SPDX-License-Identifier: GPL-2.0-or-later
"""How long the whole suite takes, where that is asked for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from benchmarks.group import Group, Settings
from benchmarks.machine import ROOT
from benchmarks.process import run
from benchmarks.result import Goal, Measure, NotRun

MOST = 557.0
"""Seconds that it may take: half of what it took when the goal was set."""


def measure(settings: Settings) -> Iterator[Measure]:
    """``make test``, with nothing compiled or kept."""
    if not settings.suite:
        raise NotRun("make test takes a quarter of an hour: --suite measures it")
    make = shutil.which("make")
    if make is None:
        raise NotRun("there is no make")
    environment = {"XASPLIT_CACHE": str(settings.folder / "cache")}
    done = run((make, "-C", str(ROOT), "test"), settings.folder, environment)
    yield Measure("make test", done.seconds, goal=Goal(most=MOST), note="nothing compiled before")
    yield Measure("make test, CPU", done.cpu)


GROUP = Group("suite", "the whole suite of tests", measure)
