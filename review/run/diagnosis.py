# SPDX-License-Identifier: GPL-2.0-or-later
"""What is worked out about findings once a search is over: causes, smallest cases, reproducers."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from models.case.extent import Tried
from models.case.finding import Finding
from models.case.findings import Findings
from models.case.origins import Placed, place
from models.diagnosis.causes import Cause, alike, causes
from models.diagnosis.reproducer import Reproducer, reproducer
from models.diagnosis.shrink import shrink
from models.diagnosis.smallest import case, take
from models.diagnosis.where.rank import Where, where
from models.subject.implementation import Implementation
from review.run.attempt import attempt
from review.run.executor import Executor
from review.run.pool import Pool
from specs.origin import Origin

_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A cause, the smallest case found of it, and its reproducer.

    ``unshrunk``: why the case is not as small as it might be, a line, or "".
    """

    cause: Cause
    smallest: Finding
    reproducer: Reproducer
    unshrunk: str = ""


def diagnose(
    findings: Findings,
    implementations: Sequence[Implementation],
    tried: Mapping[str, Tried] | None = None,
) -> list[Diagnosis]:
    """Work out the causes of the findings of what was ``tried``, by implementation; those that
    shrink to the same case are one."""
    by_name = {one.name: one for one in implementations}
    found = causes(findings, tried)
    if not found:
        return []
    with Pool(min(os.cpu_count() or 1, len(found))) as pool:
        smallest = [cause.smallest for cause in found]
        kept = [cause.kept for cause in found]
        unshrunk: dict[object, str] = {}
        for cause, made in zip(found, _each(pool, shrink, by_name, smallest, kept), strict=True):
            shrunk, problem = made
            take(cause, shrunk or cause.smallest)
            if problem:
                unshrunk[case(cause)] = f"It was not shrunk: {problem}"
        found = alike(found, case)
        small = [cause.first[0] for cause in found]
        reproducers = _each(pool, reproducer, by_name, small)
    return [
        Diagnosis(
            cause,
            finding,
            made or Reproducer("", f"making one failed, {problem}"),
            unshrunk.get(case(cause), ""),
        )
        for cause, finding, (made, problem) in zip(found, small, reproducers, strict=True)
    ]


def _each(
    pool: Executor,
    make: Callable[..., _Made],
    by_name: Mapping[str, Implementation],
    found: Sequence[Finding],
    *also: Sequence[object],
) -> list[tuple[_Made | None, str]]:
    """What is made of each finding, and of ``also`` what belongs to it, side by side, and ""; or
    None, and why it failed."""
    begun = [
        attempt(partial(pool.submit, make, by_name[one.implementation], one, *more))
        for one, *more in zip(found, *also, strict=True)
    ]
    return [
        (None, problem) if future is None else attempt(future.result) for future, problem in begun
    ]


def originated(
    found: Sequence[Finding], implementations: Sequence[Implementation], ended: str = ""
) -> list[Placed | None]:
    """Where each finding comes from; None where the base of what was tested is not known.
    ``ended``: why it is not tried, or ""."""
    by_name = {one.name: one for one in implementations}

    def of(finding: Finding) -> Placed | None:
        one = by_name[finding.implementation]
        if ended and one.source.lineage is not None and not finding.before:
            return Placed(Origin.UNDECIDED, reason=ended)
        placed, problem = attempt(partial(place, one, finding))
        return Placed(Origin.UNDECIDED, reason=f"trying failed, {problem}") if problem else placed

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(of, found))


def located(
    found: Sequence[Finding],
    origins: Sequence[Placed | None],
    implementations: Sequence[Implementation],
) -> list[Where]:
    """Where to look first for each finding, of which ``origins`` tell where it comes from."""
    by_name = {one.name: one for one in implementations}
    if not found:
        return []
    with Pool(min(os.cpu_count() or 1, len(found))) as pool:
        since = [() if one is None else one.since for one in origins]
        places = _each(pool, where, by_name, found, since)
    return [one or Where(reason=f"ranking failed, {why}") for one, why in places]


def undiagnosed(findings: Findings) -> list[Diagnosis]:
    """The causes as they were met, for a search that was ended before it worked them out."""
    none = Reproducer("", "the search was ended before one was made")
    return [Diagnosis(cause, cause.smallest, none) for cause in causes(findings)]


def write(diagnoses: Sequence[Diagnosis], folder: Path | None) -> list[str]:
    """Write the reproducers that there are to files, unless ``folder`` is None; a line on each that
    cannot be written."""
    lines: list[str] = []
    if folder is None:
        return lines
    for number, one in enumerate(diagnoses, 1):
        if one.reproducer.code:
            name = re.sub(r"[^\w.]+", "-", f"{one.smallest.implementation}-{one.smallest.property}")
            path = folder / f"{number:02}-{name}.c"
            _, problem = attempt(partial(_write, path, one.reproducer.code))
            if problem:
                lines.append(f"The reproducer of finding {number} was not written: {problem}")
    return lines


def _write(path: Path, code: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(code)
