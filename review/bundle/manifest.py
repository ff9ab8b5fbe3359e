# SPDX-License-Identifier: GPL-2.0-or-later
"""The manifest of a bundle: what was done and found, and every file with its hash.

``docs/bundle.md`` describes it.  The same review gives the same manifest but for what stands under
``run``: when, where and how long.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from models.case.finding import site
from models.kernel.printable import clean
from models.subject.build import compiler, compiler_version
from proofs.report import Finding, Report
from proofs.solvers import Verdict
from review.bundle import findings as finding_record
from review.bundle import numbers as numbers_record
from review.bundle import origin
from review.bundle import readers as readers_record
from review.bundle import search as search_record
from review.bundle.folder import Artefact, sha256
from review.run import earlier, limits
from review.run.diagnosis import Diagnosis
from review.run.reviewed import Reviewed
from specs.claims import Evidence
from specs.claims import Verdict as ClaimVerdict

FORMAT = "xasplit bundle"
VERSION = 4
_TOOLS = ("xasplit", "z3-solver", "cvc5", "bitwuzla", "hypothesis")


def build(
    done: Reviewed,
    artefacts: Sequence[Artefact],
    found: Sequence[Mapping[str, Any]],
    obligations: Sequence[Mapping[str, Any]],
    schedules: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """The manifest as a JSON object, without its own hash.

    ``found``, ``obligations`` and ``schedules`` tell which files belong to what.
    """
    told = search_record.as_json(done.search)
    record = {
        "format": FORMAT,
        "version": VERSION,
        "complete": done.complete,
        "exit_status": done.status,
        "run": {
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": _machine(),
            "seconds": {name: round(took, 3) for name, took in done.durations.items()},
            "solver_seconds": _solver_seconds(done.proofs),
            "kept": [*earlier.of_sweep(done.search.result), *earlier.of_theorems(done.proofs)],
        },
        "tools": _tools(),
        "options": _options(done),
        "tested": _tested(done),
        "claims": [_claim(one) for one in done.verdicts],
        "evidence": [_evidence(one) for one in done.evidence],
        "one_level": [_evidence(one) for one in done.one_level_evidence],
        "findings": [dict(one) for one in found],
        "theorems": _theorems(done.proofs),
        "obligations": [dict(one) for one in obligations],
        "coverage": told["coverage"],
        "judged": told["judged"],
        "known_deviations": told["known_deviations"],
        "machines": told["machines"],
        "readers": _readers(done),
        "numbers": None if done.numbers is None else numbers_record.as_json(done.numbers),
        "schedules": [dict(one) for one in schedules],
        "does_not_compile": list(done.search.broken),
        "not_checked": limits.not_checked(done),
        "artefacts": [
            {"path": one.path, "kind": one.kind, "bytes": one.size, "sha256": one.sha256}
            for one in sorted(artefacts, key=lambda one: one.path)
        ],
    }
    cleaned = _clean(record)
    assert isinstance(cleaned, dict)
    return cleaned


def _clean(value: object) -> object:
    """The value with only such characters in its texts as a terminal can show: names of files and
    what code under test says can have others."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
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
    told = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=True, allow_nan=False)
    return told.encode() + b"\n"


def _machine() -> dict[str, Any]:
    return {"system": platform.platform(), "arch": platform.machine(), "cores": os.cpu_count()}


def _tools() -> dict[str, str]:
    found = {"python": platform.python_version(), "compiler": compiler_version(tuple(compiler()))}
    for name in _TOOLS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _options(done: Reviewed) -> dict[str, Any]:
    one = done.options
    return {
        "command": one.command,
        "kernels": list(one.kernels),
        "commits": origin.commits(one),
        "rev": one.rev,
        "mboxes": [
            {"path": named, "sha256": digest} for named, digest in origin.mailboxes(one).items()
        ],
        "each_patch": one.each_patch,
        "sanitize": one.sanitize,
        "seed": one.seed,
        "steps": one.steps,
        "examples": one.examples if one.seconds is None else None,
        "time": one.seconds,
        "proofs": one.proofs,
        "base": one.base,
        "all": one.everything,
    }


def _tested(done: Reviewed) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "source": one.source.name,
            "version": one.source.version,
            "one_level": one.one_level,
            "files": dict(sorted(one.source.sha256.items())),
            "base": search_record.base_json(one.source),
        }
        for one in done.implementations
    ]


def _claim(one: ClaimVerdict) -> dict[str, Any]:
    return {
        "id": one.claim.id,
        "source": one.source,
        "statement": one.claim.statement,
        "decision": one.decision.value,
        "verdict": str(one),
        "strength": None if one.strength is None else one.strength.name.lower(),
        "rests_on": sorted({item.check for item in one.rests_on}),
        "missing": list(one.missing),
    }


def _evidence(one: Evidence) -> dict[str, Any]:
    return {
        "check": one.check,
        "outcome": one.outcome.value,
        "strength": None if one.strength is None else one.strength.name.lower(),
        "ran": one.extent.ran,
        "of": one.extent.of,
        "what": one.extent.what,
        "proved": None if one.extent.proved is None else one.extent.proved.name.lower(),
        "target": one.target,
        "detail": one.detail,
        "origin": None if one.origin is None else one.origin.value,
    }


def _theorems(report: Report | None) -> dict[str, Any] | None:
    if report is None:
        return None
    return {
        "proved": report.proved,
        "chunk_shifts": list(report.chunk_shifts),
        "solvers": list(report.solvers),
        "missing": list(report.missing),
        "theorems": [
            {
                "name": one.name,
                "statement": one.statement,
                "status": str(one.status),
                "obligations": len(one.obligations),
                "controls": len(one.controls),
                "solvers": {
                    solver: str(status)
                    for solver in report.solvers
                    if (status := one.solver_status(solver)) is not None
                },
            }
            for one in report.theorems.values()
        ],
    }


def _solver_seconds(report: Report | None) -> dict[str, float]:
    if report is None:
        return {}
    return {
        solver: round(sum(one.seconds(solver) for one in report.theorems.values()), 3)
        for solver in report.solvers
    }


def _readers(done: Reviewed) -> list[dict[str, Any]]:
    told = readers_record.as_json(list(done.explored.items()), ())["subjects"]
    assert isinstance(told, list)
    return [{name: value for name, value in one.items() if name != "seconds"} for one in told]


def finding(
    number: int, one: Diagnosis, done: Reviewed, counterexample: str | None, reproducer: str | None
) -> dict[str, Any]:
    """A finding with the files that show it."""
    search = done.search
    placed = (search.origins[number - 1], search.wheres[number - 1])
    told = finding_record.as_json(one, search.result.tried, *placed)
    return {
        "id": number,
        **told,
        "site": site(one.smallest),
        "counterexample": counterexample,
        "reproducer_file": reproducer,
    }


def obligation(path: str, one: Finding, premises: bool) -> dict[str, Any]:
    """An obligation's file, what a solver must answer to it, and what each answered.

    ``premises``: the file asks whether the hypotheses can be true.
    """
    answers = dict(one.answers)
    if premises:
        answers = {} if one.premises is None else {one.premises.solver: one.premises}
    return {
        "path": path,
        "theorem": one.theorem,
        "chunk_shift": one.chunk_shift,
        "name": one.name,
        "control": one.is_control,
        "premises": premises,
        "expected": "sat" if premises or one.is_control else "unsat",
        "answers": {name: SAT[answer.verdict] for name, answer in sorted(answers.items())},
    }


SAT = {
    Verdict.PROVED: "unsat",
    Verdict.REFUTED: "sat",
    Verdict.UNKNOWN: "unknown",
    Verdict.TIMEOUT: "timeout",
}
"""How the manifest and SMT-LIB name what a solver answered."""
