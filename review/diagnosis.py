# SPDX-License-Identifier: GPL-2.0-or-later
"""What is worked out about findings once a search is over: causes, smallest cases, reproducers."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from models.causes import Cause, alike, causes
from models.finding import Finding, Findings
from models.implementation import Implementation
from models.reproducer import Reproducer, reproducer
from models.shrink import shrink

_Command = TypeVar("_Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A cause, the smallest case found of it, and its reproducer."""

    cause: Cause
    smallest: Finding
    reproducer: Reproducer


def diagnose(findings: Findings, implementations: Sequence[Implementation]) -> list[Diagnosis]:
    """Work out the causes of the findings; those that shrink to the same case are one."""
    by_name = {one.name: one for one in implementations}
    found = causes(findings)
    if not found:
        return []
    with ProcessPoolExecutor(min(os.cpu_count() or 1, len(found))) as pool:
        ones = [by_name[cause.smallest.implementation] for cause in found]
        small = list(pool.map(shrink, ones, [cause.smallest for cause in found]))
        for cause, smallest in zip(found, small, strict=True):
            same = [one for one in cause.first if one.property != smallest.property]
            cause.first = (smallest, *same)
        found = alike(found, _case)
        ones = [by_name[cause.smallest.implementation] for cause in found]
        told = pool.map(reproducer, ones, [cause.first[0] for cause in found])
        pairs = zip(found, told, strict=True)
        return [Diagnosis(cause, cause.first[0], one) for cause, one in pairs]


def undiagnosed(findings: Findings) -> list[Diagnosis]:
    """The causes as they were met, for a search that was ended before it worked them out."""
    none = Reproducer("", "the search was ended before one was made")
    return [Diagnosis(cause, cause.smallest, none) for cause in causes(findings)]


def _case(cause: Cause) -> object:
    first = cause.first[0]
    return first.implementation, first.chunk_shift, first.operations, first.operation


def reproducers_option(command: _Command) -> _Command:
    """The option ``--reproducers``."""
    return click.option(
        "--reproducers",
        type=click.Path(file_okay=False, path_type=Path),
        help="Write each reproducer to a file of its own in this folder too.",
    )(command)


def write(diagnoses: Sequence[Diagnosis], folder: Path | None) -> list[Path]:
    """Write the reproducers that there are to files, unless ``folder`` is None; their paths."""
    paths: list[Path] = []
    if folder is None:
        return paths
    for number, one in enumerate(diagnoses, 1):
        if one.reproducer.code:
            name = re.sub(r"[^\w.]+", "-", f"{one.smallest.implementation}-{one.smallest.property}")
            folder.mkdir(parents=True, exist_ok=True)
            paths.append(folder / f"{number:02}-{name}.c")
            paths[-1].write_text(one.reproducer.code)
    return paths
