# SPDX-License-Identifier: GPL-2.0-or-later
"""Saving what a search found as counterexample files that can be shown and replayed."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from models.case import counterexample
from models.case.counterexample import Counterexample
from models.case.finding import Finding
from models.case.findings import Findings
from models.case.notation import operation_text
from models.case.reference import SplitKind
from models.subject.implementation import Implementation
from review import __version__
from review.run.attempt import attempt
from xarray_model.operations import Code

_MOST = 160
"""Characters of a case in the line that tells of it."""


class Saver:
    """Writes the smallest case known of each broken property to a file, as soon as it is found.

    A case that cannot be written costs no other its file; ``lost`` has a line on it.
    """

    def __init__(
        self,
        folder: Path,
        implementations: Sequence[Implementation],
        seed: int,
        tell: Callable[[str], None] = lambda line: click.echo(line, err=True),
    ) -> None:
        self._tell = tell
        self.folder = folder
        self._by_name = {one.name: one for one in implementations}
        self._seed = seed
        self._kept: dict[tuple[str, str], Finding] = {}
        self._paths: dict[tuple[str, str], Path] = {}
        self._lost: dict[tuple[str, str], str] = {}

    @property
    def paths(self) -> list[Path]:
        """The files, by implementation and property."""
        return [path for _, path in sorted(self._paths.items())]

    @property
    def lost(self) -> list[str]:
        """A line on each broken property that has no file."""
        return [
            f"{name} breaks {broken}: its case could not be saved, {reason}"
            for (name, broken), reason in sorted(self._lost.items())
        ]

    def found(self, finding: Finding) -> None:
        """A property is broken: write the case, unless there is one as small; the first of each is
        told at once, in a line."""
        key = (finding.implementation, finding.label())
        kept = self._kept.get(key)
        if kept is None or finding.size() < kept.size():
            self._write(finding)
        if kept is None and key in self._paths:
            self._tell(_line(finding, self._paths[key]))

    def smaller(self, finding: Finding) -> None:
        """A case was made smaller: write it, unless there is one as small."""
        kept = self._kept.get((finding.implementation, finding.label()))
        if kept is None or finding.size() < kept.size():
            self._write(finding)

    def finish(self, findings: Findings) -> None:
        """The search is over: have the files hold exactly the smallest cases."""
        for breach in findings.sorted():
            if self._kept.get((breach.smallest.implementation, breach.smallest.label())) != (
                breach.smallest
            ):
                self._write(breach.smallest)

    def _write(self, finding: Finding) -> None:
        key = (finding.implementation, finding.label())
        path = self._paths.get(key) or self._free(finding)
        _, problem = attempt(lambda: self._replace(path, finding))
        if not problem:
            self._kept[key], self._paths[key] = finding, path
            self._lost.pop(key, None)
        elif key not in self._paths:
            self._lost[key] = problem

    def _replace(self, path: Path, finding: Finding) -> None:
        content = text(finding, self._by_name, self._seed)
        path.parent.mkdir(parents=True, exist_ok=True)
        # Under its own name only when it is whole.
        part = path.with_name(f".{path.name}.part")
        part.write_text(content)
        part.replace(path)

    def _free(self, finding: Finding) -> Path:
        """A path that no other finding has: names may differ in what a path cannot hold."""
        name = f"{plain(finding.implementation)}-{plain(finding.label())}"
        used = set(self._paths.values())
        for number in itertools.count(1):
            path = self.folder / (f"{name}.json" if number == 1 else f"{name}-{number}.json")
            if path not in used:
                return path
        raise AssertionError


def _line(finding: Finding, path: Path) -> str:
    """One line on what was found just now: what breaks, in which case, and its file."""
    last = None if finding.operation is None else finding.operation + 1
    case = "; ".join(
        operation_text(one) for one in finding.operations[:last] if one.code is not Code.SNAPSHOT
    )
    case = case if len(case) <= _MOST else f"{case[: _MOST - 3]}..."
    return (
        f"found: {finding.implementation} breaks {finding.label()} at chunk shift"
        f" {finding.chunk_shift}: {case}: {path}"
    )


def told(saver: Saver) -> list[str]:
    """How to go on from the files, and what could not be saved."""
    lines = saver.lost
    if paths := saver.paths:
        files = "a file" if len(paths) == 1 else f"{len(paths)} files"
        lines.append(f"Saved {files} in {saver.folder}: xasplit show FILE, xasplit replay FILE")
    return lines


def text(finding: Finding, by_name: Mapping[str, Implementation], seed: int) -> str:
    """The file of a finding, with what it was found in; FormatError when it cannot hold it."""
    one = by_name[finding.implementation]
    kind = SplitKind.ONE_LEVEL if one.one_level else SplitKind.ITERATIVE
    tested = one.source
    example = Counterexample(finding, kind, tested.sha256, __version__, seed)
    return counterexample.dumps(replace(example, configuration=tested.configuration))


def plain(name: str) -> str:
    """A name in the letters that a file name may have."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-")
