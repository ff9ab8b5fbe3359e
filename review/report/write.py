# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the bundle of a review: all of its files, the manifest last."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from models.measure import timing
from models.readers import schedule
from models.readers.explorer import ExplorerError
from proofs import run
from proofs.report import Report
from review.bundle import manifest, provenance
from review.bundle.folder import BundleFolder
from review.bundle.format import ArtefactKind, FindingRecord, ObligationRecord, ScheduleRecord
from review.report import html, junit, ktap, sarif, text
from review.run import readers, saving
from review.run.attempt import attempt
from review.run.results import implementation_key, tools
from review.run.review_result import ReviewResult
from review.run.stages import FOUND, OBLIGATIONS


def write(done: ReviewResult, path: Path) -> dict[str, Any]:
    """Write everything to ``path``; what the manifest says.  OSError when it cannot be written."""
    folder = BundleFolder(path)
    found = list(_findings(done, folder))
    obligations = list(_obligations(done.proofs, folder))
    schedules = list(_schedules(done, folder))
    for box in provenance.boxes(done.options):
        folder.add(box.file, "series", box.content)
    made: tuple[tuple[str, ArtefactKind, Callable[[ReviewResult], str]], ...] = (
        ("report.html", "report", _page),
        ("results.ktap", "results", ktap.dumps),
        ("results.junit.xml", "results", junit.dumps),
        ("results.sarif", "results", sarif.dumps),
        # The last, since it tells what could not be made.
        ("report.txt", "report", text.report),
    )
    for name, kind, dumps in made:
        content, problem = attempt(partial(dumps, done))
        if content is None:
            done.search.unsaved.append(f"{name} was not made: {problem}")
        else:
            folder.add(name, kind, content)
    record = manifest.build(done, folder.artefacts, found, obligations, schedules)
    folder.close(manifest.dumps(record))
    # What was written as it was found is in the bundle's own files now.
    shutil.rmtree(path / FOUND, ignore_errors=True)
    return record


def _page(done: ReviewResult) -> str:
    if not done.complete:
        return html.page(done, {})
    timed = {
        one.name: done.search.results.of(
            "times of splits",
            (implementation_key(one, 6), tools()),
            partial(lambda one: list(timing.splits(one, 6)), one),
        )
        for one in done.implementations
    }
    return html.page(done, timed)


def _findings(done: ReviewResult, folder: BundleFolder) -> Iterator[FindingRecord]:
    """Each finding with its smallest case, and its reproducer if it has one."""
    by_name = {one.name: one for one in done.search.implementations}
    for number, one in enumerate(done.search.diagnoses, 1):
        smallest = one.smallest
        name = f"{number:02}-{saving.plain(f'{smallest.implementation}-{smallest.property}')}"
        example = partial(saving.text, smallest, by_name, done.search.seed)
        content, problem = attempt(example)
        shown = None
        if content is None:
            done.search.unsaved.append(f"Finding {number} could not be saved: {problem}")
        else:
            shown = folder.add(f"counterexamples/{name}.json", "counterexample", content).path
        code = None
        if one.reproducer.code:
            code = folder.add(
                f"counterexamples/{name}.c", "reproducer", one.reproducer.code + "\n"
            ).path
        yield manifest.finding(number, one, done, shown, code)


def _schedules(done: ReviewResult, folder: BundleFolder) -> Iterator[ScheduleRecord]:
    """The schedule of each promise that a reader broke, of the smallest array that shows it."""
    for name, report in done.explored.items():
        for number, (shift, one) in enumerate(readers.smallest(report), 1):
            promise = one.breach.promise
            file = f"{saving.plain(name)}-{number:02}-{one.result.case.writer}-{promise}.json"
            try:
                text, reason = schedule.dumps(report, shift, one), None
            except ExplorerError as error:
                text, reason = "", str(error)
            path = folder.add(f"schedules/{file}", "schedule", text).path if text else None
            yield ScheduleRecord(
                path=path,
                reason=reason,
                implementation=name,
                chunk_shift=shift,
                writer=one.result.case.writer,
                reader=one.result.reader,
                memory=one.result.memory,
                promise=promise,
                documented=one.documented,
            )


def _obligations(report: Report | None, folder: BundleFolder) -> Iterator[ObligationRecord]:
    """Each SMT-LIB file that the proofs left, with what is expected and what was answered."""
    if report is None:
        return
    by_path = {
        f"{OBLIGATIONS}/{run.path(one.theorem, one.chunk_shift, one.name)}": one
        for result in report.theorems.values()
        for one in result.findings
    }
    for file in sorted((folder.path / OBLIGATIONS).rglob("*.smt2")):
        path = file.relative_to(folder.path).as_posix()
        folder.add(path, "obligation", file.read_bytes())
        premises = path.endswith(".premises.smt2")
        one = by_path[path.replace(".premises.smt2", ".smt2")]
        yield manifest.obligation(path, one, premises)
