# SPDX-License-Identifier: GPL-2.0-or-later
"""Commits of a git repository as a series: what a branch is built on, and each step to its end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from models.kernel import headers
from models.kernel.commit import git
from models.kernel.source import OPTIONAL, REQUIRED, Lineage, Source, SourceError, Step, open_source

_DOTS = ".."
_COMPILED = (*REQUIRED, *(name for name in OPTIONAL if name.endswith(".h")))


def end_of(rev: str) -> str:
    """The revision that a range leads to, or the one that is no range."""
    return rev.rpartition(_DOTS)[2] or "HEAD"


def open_range(named: str | Path, rev: str, given: headers.Given = headers.NONE) -> Source:
    """The XArray at the end of the range ``A..B`` of a git repository; it knows each commit on the
    way that changes code under test, from where ``B`` left ``A``.

    Raises SourceError.
    """
    first, _, last = rev.partition(_DOTS)
    first, last = first or "HEAD", last.lstrip(".") or "HEAD"
    made = open_source(named, last, given)
    base = git(named, "merge-base", "--", first, last)
    if not base:
        # It says which of them there is not.
        open_source(named, first, given)
        raise SourceError(f"{named}: {first} and {last} have no commit in common")
    output = git(named, "log", "--reverse", "--topo-order", "--format=%H %s",
                f"{base}..{last}", "--", *_COMPILED)  # fmt: skip
    start = replace(open_source(named, base, given), name=f"{Path(named).name}@{first}")
    steps: list[Step] = []
    for line in output.splitlines():
        commit, _, subject = line.partition(" ")
        source = open_source(named, commit, given)
        steps.append(Step(f"commit {commit[:12]}", subject, source))
    if steps:
        steps[-1] = replace(steps[-1], source=None)
    return replace(made, title=rev, lineage=Lineage(start, tuple(steps)))


def prefixes_of(source: Source) -> list[Source]:
    """What there is after each commit of a range, the end of it last."""
    lineage = source.lineage
    assert lineage is not None
    found = []
    for number, step in enumerate(lineage.steps, 1):
        if step.source is not None:
            here = (*lineage.steps[: number - 1], replace(step, source=None))
            found.append(
                replace(
                    step.source,
                    title=f"{source.title}, {step.label}",
                    prefix=True,
                    lineage=replace(lineage, steps=here),
                )
            )
    return [*found, source]


def with_base(source: Source, base: Source) -> Source:
    """The source, compared with another kernel that it was made from in one step."""
    return replace(source, lineage=Lineage(base, (Step("", "", None),)))
