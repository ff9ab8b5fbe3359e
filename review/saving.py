# SPDX-License-Identifier: GPL-2.0-or-later
"""Saving what a search found as counterexample files that can be shown and replayed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import click

from models import counterexample
from models.counterexample import Counterexample
from models.finding import Finding
from models.implementation import Implementation
from models.reference import SplitKind
from review.outcome import Search

FOLDER = Path("xasplit-counterexamples")

save_option = click.option(
    "--save",
    type=click.Path(file_okay=False, path_type=Path),
    default=FOLDER,
    show_default=True,
    help="Where the smallest case of each broken property goes.",
)


def save(done: Search, folder: Path) -> list[Path]:
    """Write a file for each broken property; the paths, in the order of the findings."""
    by_name = {one.name: one for one in done.implementations}
    paths = []
    for breach in done.findings.sorted():
        finding = breach.smallest
        path = folder / f"{plain(finding.implementation)}-{plain(finding.property)}.json"
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(counterexample.dumps(example(finding, by_name, done.seed)))
        paths.append(path)
    return paths


def told(paths: Sequence[Path]) -> str:
    """How to go on from the files."""
    if not paths:
        return ""
    files = "a file" if len(paths) == 1 else f"{len(paths)} files"
    return f"Saved {files} in {paths[0].parent}: xasplit show FILE, xasplit replay FILE"


def example(finding: Finding, by_name: dict[str, Implementation], seed: int) -> Counterexample:
    """The counterexample of a finding, with what it was found in."""
    one = by_name[finding.implementation]
    kind = SplitKind.ONE_LEVEL if one.one_level else SplitKind.ITERATIVE
    return Counterexample(finding, kind, one.source.sha256, version("xasplit"), seed)


def plain(name: str) -> str:
    """A name in the letters that a file name may have."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-")
