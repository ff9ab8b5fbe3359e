# SPDX-License-Identifier: GPL-2.0-or-later
"""The manifest of a bundle, made of what a review did and found, and every file with its hash.

The same review gives the same manifest but for what stands under ``run``: when, where and how long.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal

import msgspec

from models.case.finding import site
from models.kernel.configuration import CHECKED
from models.kernel.printable import clean
from models.subject.build import compiler, compiler_version
from proofs.report import Finding, Report
from proofs.solvers import Verdict
from review import __version__
from review.bundle import numbers as numbers_record
from review.bundle import provenance, search
from review.bundle.findings import cause
from review.bundle.folder import sha256
from review.bundle.format import (
    Artefact,
    ClaimRecord,
    EvidenceRecord,
    FindingRecord,
    Host,
    Mailbox,
    Manifest,
    ObligationRecord,
    OptionsRecord,
    RunRecord,
    ScheduleRecord,
    SolverAnswer,
    StrengthName,
    Tested,
    TheoremRecord,
    Theorems,
)
from review.bundle.readers import explored
from review.run import reused, scope
from review.run.diagnosis import Diagnosis
from review.run.review_result import ReviewResult
from specs.claims import Evidence
from specs.claims import Verdict as ClaimVerdict
from specs.strength import Proved, Strength

_PACKAGES = ("z3-solver", "cvc5", "bitwuzla", "hypothesis")
_NO_HASH = "0" * 64
_STRENGTHS: dict[Strength, StrengthName] = {
    Strength.ONCE: "once",
    Strength.SAMPLED: "sampled",
    Strength.COMPLETE: "complete",
    Strength.INPUTS: "inputs",
    Strength.PROVED: "proved",
}
_PROOFS: dict[Proved, Literal["code", "formula", "source"]] = {
    Proved.CODE: "code",
    Proved.FORMULA: "formula",
    Proved.SOURCE: "source",
}


def build(
    done: ReviewResult,
    artefacts: Sequence[Artefact],
    found: Sequence[FindingRecord],
    obligations: Sequence[ObligationRecord],
    schedules: Sequence[ScheduleRecord],
) -> dict[str, Any]:
    """The manifest as a JSON object, without its own hash.

    ``found``, ``obligations`` and ``schedules`` tell which files belong to what.
    """
    whole = Manifest(
        sha256=_NO_HASH,
        complete=done.complete,
        exit_status=done.status,
        run=RunRecord(
            datetime.now(UTC).isoformat(timespec="seconds"),
            Host(platform.platform(), platform.machine(), os.cpu_count()),
            {name: round(took, 3) for name, took in done.durations.items()},
            _solver_seconds(done.proofs),
            (*reused.of_search(done.search), *reused.of_theorems(done.proofs)),
        ),
        tools=_tools(),
        options=_options(done),
        tested=tuple(
            Tested(
                one.name,
                one.source.name,
                one.source.version,
                one.source.configuration.beside(CHECKED),
                one.one_level,
                dict(sorted(one.source.sha256.items())),
                search.base(one.source),
            )
            for one in done.search.implementations
        ),
        claims=tuple(map(_claim, done.verdicts)),
        evidence=tuple(map(_evidence, done.evidence)),
        one_level=tuple(map(_evidence, done.one_level_evidence)),
        findings=tuple(found),
        theorems=_theorems(done.proofs),
        obligations=tuple(obligations),
        coverage=search.coverage(done.search),
        judged=search.judged(done.search),
        known_deviations=search.known_deviations(done.search),
        machines=search.machines(done.search),
        readers=tuple(
            explored(name, one, done.reader_cells[name]) for name, one in done.explored.items()
        ),
        numbers=None if done.numbers is None else numbers_record.as_json(done.numbers),
        schedules=tuple(schedules),
        does_not_compile=tuple(done.search.broken),
        not_checked=tuple(scope.not_checked(done)),
        artefacts=tuple(sorted(artefacts, key=lambda one: one.path)),
    )
    record = _clean(msgspec.to_builtins(whole))
    assert isinstance(record, dict)
    del record["sha256"]
    return record


def _clean(value: object) -> object:
    """The value with only such characters in its texts as a terminal can show: names of files and
    what code under test says can have others."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list | tuple):
        return [_clean(one) for one in value]
    if isinstance(value, dict):
        return {clean(name): _clean(one) for name, one in value.items()}
    return value


def dumps(manifest: Mapping[str, Any]) -> str:
    """The manifest's text: sorted, indented, and with the hash of all of it but that hash."""
    return _canonical({**manifest, "sha256": digest(manifest)}).decode()


def digest(manifest: Mapping[str, Any]) -> str:
    """The hash of a manifest that does not have its own yet."""
    return sha256(_canonical(manifest))


def authentic(text: bytes, manifest: Mapping[str, Any]) -> bool:
    """Whether ``text`` is exactly what ``dumps`` makes of the manifest that it was read as."""
    bare = {name: value for name, value in manifest.items() if name != "sha256"}
    return dumps(bare).encode() == text


def _canonical(manifest: Mapping[str, Any]) -> bytes:
    text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=True, allow_nan=False)
    return text.encode() + b"\n"


def _tools() -> dict[str, str]:
    command = compiler()
    how = " ".join([compiler_version(command), *command[1:]])
    found = {"xasplit": __version__, "python": platform.python_version(), "compiler": how}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _options(done: ReviewResult) -> OptionsRecord:
    one = done.options
    return OptionsRecord(
        command=tuple(one.command),
        kernels=tuple(one.kernels),
        commits=provenance.commits(one),
        rev=one.rev,
        mboxes=tuple(Mailbox(box.named, box.sha256, box.file) for box in provenance.boxes(one)),
        each_patch=one.each_patch,
        sanitize=one.sanitize,
        seed=one.seed,
        steps=one.steps,
        examples=one.examples,
        time=one.seconds,
        proofs=one.proofs,
        thorough=one.thorough,
        base=one.base,
        everything=one.everything,
        configurations=tuple(one.configurations),
    )


def _claim(one: ClaimVerdict) -> ClaimRecord:
    return ClaimRecord(
        id=one.claim.id,
        source=one.source,
        statement=one.claim.statement,
        decision=one.decision,
        verdict=str(one),
        strength=None if one.strength is None else _STRENGTHS[one.strength],
        rests_on=tuple(sorted({item.check for item in one.rests_on})),
        missing=tuple(one.missing),
    )


def _evidence(one: Evidence) -> EvidenceRecord:
    extent = one.extent
    return EvidenceRecord(
        check=one.check,
        outcome=one.outcome,
        strength=None if one.strength is None else _STRENGTHS[one.strength],
        ran=extent.ran,
        of=extent.of,
        what=extent.what,
        proved=None if extent.proved is None else _PROOFS[extent.proved],
        target=one.target,
        detail=one.detail,
        origin=one.origin,
    )


def _theorems(report: Report | None) -> Theorems | None:
    if report is None:
        return None
    return Theorems(
        proved=report.proved,
        chunk_shifts=tuple(report.chunk_shifts),
        solvers=tuple(report.solvers),
        missing=tuple(report.missing),
        theorems=tuple(
            TheoremRecord(
                name=one.name,
                statement=one.statement,
                status=one.status,
                obligations=len(one.obligations),
                controls=len(one.controls),
                solvers={
                    solver: status
                    for solver in report.solvers
                    if (status := one.solver_status(solver)) is not None
                },
            )
            for one in report.theorems.values()
        ),
    )


def _solver_seconds(report: Report | None) -> dict[str, float]:
    if report is None:
        return {}
    return {
        solver: round(sum(one.seconds(solver) for one in report.theorems.values()), 3)
        for solver in report.solvers
    }


def finding(
    number: int,
    one: Diagnosis,
    done: ReviewResult,
    counterexample: str | None,
    reproducer: str | None,
) -> FindingRecord:
    """A finding with the files that show it."""
    found = done.search
    placed = (found.origins[number - 1], found.wheres[number - 1])
    return FindingRecord(
        **msgspec.structs.asdict(cause(one, found.result.tried, *placed)),
        id=number,
        site=site(one.smallest),
        counterexample=counterexample,
        reproducer_file=reproducer,
    )


def obligation(path: str, one: Finding, premises: bool) -> ObligationRecord:
    """An obligation's file, what a solver must answer to it, and what each answered.

    ``premises``: the file asks whether the hypotheses can be true.
    """
    answers = dict(one.answers)
    if premises:
        answers = {} if one.premises is None else {one.premises.solver: one.premises}
    return ObligationRecord(
        path=path,
        theorem=one.theorem,
        chunk_shift=one.chunk_shift,
        name=one.name,
        control=one.is_control,
        premises=premises,
        expected="sat" if premises or one.is_control else "unsat",
        answers={name: SAT[answer.verdict] for name, answer in sorted(answers.items())},
    )


SAT: dict[Verdict, SolverAnswer] = {
    Verdict.PROVED: "unsat",
    Verdict.REFUTED: "sat",
    Verdict.UNKNOWN: "unknown",
    Verdict.TIMEOUT: "timeout",
}
"""How the manifest and SMT-LIB name what a solver answered."""
