# SPDX-License-Identifier: GPL-2.0-or-later
"""How long reviews take: anew, again, after one changed line; verifying what they left."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.group import Group, Settings, Yielded
from benchmarks.process import XASPLIT, Ran, run, until
from benchmarks.result import Goal, Kind, Measure, NotRun, Stage, Timeline
from models.kernel.source import OPTIONAL, REQUIRED, SourceError, read_files
from review.bundle.format import MANIFEST
from review.run.stages import OBLIGATIONS

ANEW, AGAIN, CHANGED, FIRST, VERIFY = 65.0, 5.0, 60.0, 10.0, 20.0
"""Seconds: of the 90 of a fresh clone 25 are for what is set up before."""
IDLE = 5.0
"""Seconds for which a core may be idle at a time."""
QUICK = ("--no-proofs", "--examples", "1", "--time", "20s")
FIRST_CASES_OVER = "first histories"
"""What the progress on a terminal comes to when the first cases of a search are over."""
PATIENCE = 120.0
STAGES = ("search", "theorems", "proofs of C code", "readers", "large splits", "numbers", "causes")
"""In the order in which a review runs them."""
CASES = 200_000.0
"""Cases a second and core."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where reviews are run: a folder with a cache and a store of results of its own."""

    folder: Path
    quick: bool

    @property
    def environment(self) -> Mapping[str, str]:
        """What says so."""
        cache = self.folder / "cache"
        return {"XASPLIT_CACHE": str(cache), "XASPLIT_RESULTS": str(cache / "results.sqlite")}

    def review(self, name: str, *options: str) -> tuple[Ran, Timeline]:
        """Run a review, which leaves its bundle in the folder ``name``."""
        bundle = self.folder / name
        proving: list[float] = []

        def look(now: float) -> None:
            if not proving and (bundle / OBLIGATIONS).exists():
                proving.append(now)

        words = ("review", "--out", str(bundle), *options, *(QUICK if self.quick else ()))
        allowed = (0, 1, 2) if self.quick else (0, 1)
        done = run((*XASPLIT, *words), self.folder, self.environment, look, statuses=allowed)
        if not (bundle / MANIFEST).exists():
            raise NotRun(f"the review {name} left no bundle")
        took = self.manifest(name)["run"]["seconds"]
        return done, timeline(name, took, done, proving[0] if proving else None)

    def manifest(self, name: str) -> Any:
        """What a review left says of itself."""
        return json.loads((self.folder / name / MANIFEST).read_bytes())


def timeline(
    name: str, took: Mapping[str, float], done: Ran, proving: float | None = None
) -> Timeline:
    """The stages of a review that ``took`` so long each, one after the other; ``proving`` is when
    theorems began, where that was seen; else nothing came after the last stage."""
    known = [stage for stage in STAGES if stage in took]
    took = {stage: took[stage] for stage in (*known, *(took.keys() - {*known}))}
    if proving is not None and known[:1] == ["search"]:
        begin = proving - took["search"]
    else:
        begin = done.seconds - sum(took.values())
    begin = max(0.0, begin)
    bounds = [("building", 0.0, begin)]
    for stage, seconds in took.items():
        bounds.append((stage, begin, min(begin + seconds, done.seconds)))
        begin = bounds[-1][2]
    bounds.append(("writing", begin, done.seconds))
    stages = tuple(
        Stage(stage, round(first, 2), round(last, 2), round(_cores(done, first, last), 3))
        for stage, first, last in bounds
        if last - first >= 0.05
    )
    return Timeline(name, stages, done.samples)


def _cores(done: Ran, first: float, last: float) -> float:
    """The cores in use between two moments, on average."""
    used = covered = before = 0.0
    for now, cores in done.samples:
        part = max(0.0, min(now, last) - max(before, first))
        used, covered, before = used + part * cores, covered + part, now
    return used / covered if covered else 0.0


def longest_idle(samples: tuple[tuple[float, float], ...], cores: int) -> float:
    """The longest time in which less than half of the last core was in use, in seconds."""
    longest = idle = before = 0.0
    for now, used in samples:
        idle = idle + now - before if used < cores - 0.5 else 0.0
        longest, before = max(longest, idle), now
    return longest


def changed(text: str, number: int = 0) -> str:
    """``lib/xarray.c`` with one line changed, so that it is other code that does the same: the
    first of ``xas_split()``, or of the file's first function."""
    split = re.search(r"^void xas_split\(", text, re.MULTILINE)
    brace = re.compile(r"^\{$", re.MULTILINE).search(text, split.start() if split else 0)
    if brace is None:
        raise SourceError("lib/xarray.c has no function whose body begins a line")
    return f"{text[: brace.end()]} (void){number};{text[brace.end() :]}"


def measure(settings: Settings) -> Iterator[Yielded]:
    """The port's review, then the kernel's, then what they left is verified."""
    place = Place(settings.folder, settings.quick)
    first, stages = place.review("port")
    yield from _told("port, anew", first, stages, ANEW)
    yield from _swept(place.manifest("port"), stages)
    settings.check_time()
    again, stages = place.review("port-again")
    yield from _told("port, again", again, stages, AGAIN)
    yield Measure("port, again to anew, CPU", again.cpu / first.cpu, "", Kind.RATIO)
    if settings.kernel is None:
        yield from _verified(settings, place, "port", ())
        raise NotRun("a kernel before and after a line changes: no kernel is named (--kernel)")
    settings.check_time()
    trees = [_tree(settings, number) for number in (None, 0, 1)]
    whole, stages = place.review("kernel", "--kernel", str(trees[0]))
    yield from _told("kernel, the port known", whole, stages)
    settings.check_time()
    after, stages = place.review("kernel-changed", "--kernel", str(trees[1]))
    yield from _told("kernel, a line changed", after, stages, CHANGED)
    yield Measure("a line changed to before, CPU", after.cpu / whole.cpu, "", Kind.RATIO)
    settings.check_time()
    search = (*XASPLIT, "search", "--kernel", str(trees[2]))
    took = until(search, place.folder, FIRST_CASES_OVER, PATIENCE, place.environment)
    note = "another line changed; until the first cases of search are over"
    yield Measure("first verdict, build included", took, goal=Goal(most=FIRST), note=note)
    yield from _verified(settings, place, "kernel", ("--kernel", str(trees[0])))


def _swept(manifest: Any, stages: Timeline) -> Iterator[Yielded]:
    """Cases of the sweep a second and core of the search, which draws histories as well."""
    cases = sum(one["covered"] for one in manifest["coverage"])
    for one in stages.stages:
        if one.name == "search" and one.cores > 0:
            rate = cases / ((one.end - one.begin) * one.cores)
            note = f"{cases:,} cases; histories are in the time"
            yield Measure(
                "port, search", rate, "cases/s/core", Kind.ABSOLUTE, Goal(least=CASES), note
            )


def _tree(settings: Settings, number: int | None) -> Path:
    """A tree of the kernel's files that are read, with a line changed for each number."""
    assert settings.kernel is not None
    folder = settings.folder / f"linux-{'as-it-is' if number is None else number}"
    for name, content in read_files(settings.kernel, None, (*REQUIRED, *OPTIONAL)).items():
        if name == REQUIRED[0] and number is not None:
            content = changed(content.decode(errors="surrogateescape"), number).encode(
                errors="surrogateescape"
            )
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def _told(name: str, done: Ran, stages: Timeline, most: float | None = None) -> Iterator[Yielded]:
    yield Measure(name, done.seconds, goal=None if most is None else Goal(most=most))
    yield Measure(f"{name}, CPU", done.cpu)
    cores = len(os.sched_getaffinity(0))
    if cores > 1:
        idle = longest_idle(done.samples, cores)
        yield Measure(f"{name}, a core idle", idle, goal=Goal(most=IDLE), note="longest at a time")
    yield Timeline(name, stages.stages, stages.samples)


def _verified(
    settings: Settings, place: Place, bundle: str, options: tuple[str, ...]
) -> Iterator[Yielded]:
    seconds = []
    for jobs in (2, 1):
        settings.check_time()
        words = ("verify", str(place.folder / bundle), "--jobs", str(jobs), *options)
        done = run((*XASPLIT, *words), place.folder, place.environment, statuses=(0, 1))
        seconds.append(done.seconds)
        goal = Goal(most=VERIFY) if jobs == 2 else None
        name = f"verify {bundle}, {jobs} {'job' if jobs == 1 else 'jobs'}"
        yield Measure(name, done.seconds, goal=goal)
        yield Measure(f"{name}, CPU", done.cpu)
    yield Measure("verify, 2 jobs to 1", seconds[0] / seconds[1], "", Kind.RATIO)


GROUP = Group("review", "whole reviews, and what is left of them after a change", measure)
