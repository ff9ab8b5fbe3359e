# SPDX-License-Identifier: GPL-2.0-or-later
"""What ``xasplit --version`` answers."""

from __future__ import annotations

import platform
from collections.abc import Iterator

from models.case import counterexample
from models.readers import schedule
from review import __version__
from review.bundle import format as bundle
from review.report.output import Part
from review.run import tools

FORMATS = {
    "bundle": bundle.VERSION,
    "counterexample": counterexample.VERSION,
    "schedule": schedule.VERSION,
}
"""The versions of the formats that are written."""


def answer() -> Iterator[Part]:
    """The version, those of Python and of the formats, and the tools with theirs."""
    yield Part("xasplit", __version__, [f"xasplit {__version__}"])
    python = platform.python_version()
    yield Part("python", python, [f"python {python}"])
    formats = ", ".join(f"{name} {number}" for name, number in FORMATS.items())
    yield Part("formats", FORMATS, [f"formats: {formats}", ""])
    there = tools.found()
    yield Part("tools", {one.name: one.version for one in there}, map(_line, there))


def _line(one: tools.Tool) -> str:
    known = tools.NOT_FOUND if one.version is None else one.version or "there"
    return f"  {one.name:<16} {known:<12} {one.purpose}"
