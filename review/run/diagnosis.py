# SPDX-License-Identifier: GPL-2.0-or-later
"""What is worked out about findings once a search is over: causes, smallest cases, reproducers."""

from __future__ import annotations

import math
import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
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
from review.run.pool import Pool
from specs.origin import Origin

_Made = TypeVar("_Made")
CORES = os.cpu_count() or 1
"""Processes that work side by side, unless fewer are asked for."""
OVER = "the time was over before that was done"
_NONE = Reproducer("", "the search was ended before one was made")


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
    jobs: int = CORES,
) -> list[Diagnosis]:
    """The causes of the findings of what was ``tried``, by implementation, with the smallest case
    and a reproducer of each, made by ``jobs`` processes."""
    found = reduced(findings, implementations, tried, jobs=jobs)
    return reproduced(found, implementations, jobs=jobs)


def reduced(
    findings: Findings,
    implementations: Sequence[Implementation],
    tried: Mapping[str, Tried] | None = None,
    deadline: float = math.inf,
    jobs: int = CORES,
) -> list[Diagnosis]:
    """The causes of the findings, with the smallest case of each, and no reproducer yet; those that
    shrink to the same case are one.  What is not done at ``deadline``, of ``time.monotonic``, is
    left out, and told."""
    found = causes(findings, tried)
    smallest = [cause.smallest for cause in found]
    kept = [cause.kept for cause in found]
    unshrunk: dict[object, str] = {}
    shrunk = _each(shrink, implementations, deadline, jobs, smallest, kept)
    for cause, (made, problem) in zip(found, shrunk, strict=True):
        take(cause, made or cause.smallest)
        if problem:
            unshrunk[case(cause)] = f"It was not shrunk: {problem}"
    return [
        Diagnosis(cause, cause.first[0], _NONE, unshrunk.get(case(cause), ""))
        for cause in alike(found, case)
    ]


def reproduced(
    found: Sequence[Diagnosis],
    implementations: Sequence[Implementation],
    deadline: float = math.inf,
    jobs: int = CORES,
) -> list[Diagnosis]:
    """The same with reproducers."""
    small = [one.smallest for one in found]
    made = _each(reproducer, implementations, deadline, jobs, small)
    return [
        replace(one, reproducer=code or Reproducer("", _why("making one", problem)))
        for one, (code, problem) in zip(found, made, strict=True)
    ]


def _each(
    make: Callable[..., _Made],
    implementations: Sequence[Implementation],
    deadline: float,
    jobs: int,
    found: Sequence[Finding],
    *also: Sequence[object],
) -> list[tuple[_Made | None, str]]:
    """What is made of each finding, and of ``also`` what belongs to it, side by side, and ""; or
    None, and why not."""
    if not found:
        return []
    by_name = {one.name: one for one in implementations}
    with Pool(min(jobs, len(found))) as pool:
        begun = [
            attempt(partial(pool.submit, make, by_name[one.implementation], one, *more))
            for one, *more in zip(found, *also, strict=True)
        ]
        left = None if deadline == math.inf else max(0.0, deadline - time.monotonic())
        done = wait([future for future, _ in begun if future is not None], timeout=left).done
        made = [
            (None, problem or OVER) if future not in done else attempt(future.result)
            for future, problem in begun
            if future is not None or problem
        ]
        if any(problem == OVER for _, problem in made):
            pool.stop()
    return made


def originated(
    found: Sequence[Finding],
    implementations: Sequence[Implementation],
    ended: str = "",
    deadline: float = math.inf,
    jobs: int = CORES,
) -> list[Placed | None]:
    """Where each finding comes from; None where the base of what was tested is not known.
    ``ended``: why it is not tried, or ""; after ``deadline`` none is."""
    by_name = {one.name: one for one in implementations}

    def of(finding: Finding) -> Placed | None:
        one = by_name[finding.implementation]
        why = ended or (OVER if time.monotonic() > deadline else "")
        if why and one.source.lineage is not None and not finding.before:
            return Placed(Origin.UNDECIDED, reason=why)
        placed, problem = attempt(partial(place, one, finding))
        return Placed(Origin.UNDECIDED, reason=f"trying failed, {problem}") if problem else placed

    pool = ThreadPoolExecutor(jobs)
    try:
        return list(pool.map(of, found))
    finally:
        # Whoever was interrupted does not wait for what was not begun.
        pool.shutdown(wait=False, cancel_futures=True)


def located(
    found: Sequence[Finding],
    origins: Sequence[Placed | None],
    implementations: Sequence[Implementation],
    deadline: float = math.inf,
    jobs: int = CORES,
) -> list[Where]:
    """Where to look first for each finding, of which ``origins`` tell where it comes from."""
    since = [() if one is None else one.since for one in origins]
    places = _each(where, implementations, deadline, jobs, found, since)
    return [one or Where(reason=_why("ranking", why)) for one, why in places]


def _why(making: str, problem: str) -> str:
    return problem if problem == OVER else f"{making} failed, {problem}"


def undiagnosed(findings: Findings) -> list[Diagnosis]:
    """The causes as they were met, for a search that was ended before it worked them out."""
    return [Diagnosis(cause, cause.smallest, _NONE) for cause in causes(findings)]


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
