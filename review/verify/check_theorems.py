# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether what a bundle says of theorems follows from the answers that it lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from proofs import catalogue
from proofs.keeping import Script
from proofs.report import Finding, Report, Status, TheoremResult
from proofs.run import files
from proofs.solvers import Answer, supports
from review.bundle.format import Manifest, ObligationRecord, Theorems
from review.bundle.manifest import SAT
from review.run import evidence
from review.run.stages import OBLIGATIONS
from review.verify.account import Account
from specs.claims import Evidence, Outcome

_VERDICTS = {text: verdict for verdict, text in SAT.items()}

Made = Mapping[tuple[str, int | None], Sequence[Script]]
"""The scripts of this version, by theorem and chunk shift."""


def check(manifest: Manifest, account: Account, made: Made, bad: Iterable[str]) -> None:
    """Recheck the verdict on each theorem and family; ``bad`` are theorems with an obligation that
    is not confirmed."""
    recorded = manifest.theorems
    families = [one for one in manifest.all_evidence if one.check.startswith("theorem:")]
    if recorded is None:
        for one in families:
            account.reject(
                "theorem family", one.check.partition(":")[2], "the bundle decides no theorem"
            )
        return
    known = catalogue.by_name()
    entries = {entry.path: entry for entry in manifest.obligations}
    results: dict[str, TheoremResult] = {}
    wrong = set(bad)
    for theorem in recorded.theorems:
        if theorem.name not in known:
            account.reject("theorem", theorem.name, "this version of xasplit has no such theorem")
            continue
        result = _result(theorem.name, recorded, made, entries)
        results[theorem.name] = result
        problem = ""
        counted = (len(result.obligations), len(result.controls))
        if theorem.name in wrong:
            problem = "not all of its obligations are confirmed"
        elif theorem.status is Status.PROVED and result.status is not Status.PROVED:
            problem = f"it is {result.status} by the answers that the bundle lists"
        elif counted != (theorem.obligations, theorem.controls):
            problem = f"this version makes {counted[0]} obligations and {counted[1]} controls"
        if problem:
            wrong.add(theorem.name)
        if problem or theorem.status is Status.PROVED:
            account.judge("theorem", theorem.name, problem)
        else:
            account.skip("theorem", theorem.name, f"{theorem.status} in the bundle")
    report = Report(recorded.chunk_shifts, recorded.solvers, catalogue.promised(), results)
    if recorded.proved and not report.proved:
        account.reject("theorem", "all that are promised", f"not proved: {_few(report.missing)}")
    _families(families, report, account, wrong)


def _result(
    name: str, recorded: Theorems, made: Made, entries: Mapping[str, ObligationRecord]
) -> TheoremResult:
    """The theorem with the answers that the bundle lists to this version's obligations."""
    theorem = catalogue.by_name()[name]
    shifts: tuple[int | None, ...] = (None,) if theorem.parametric else recorded.chunk_shifts
    result = TheoremResult(name, theorem.statement, shifts)
    able = tuple(solver for solver in recorded.solvers if supports(solver, theorem.logic))
    for s in shifts:
        scripts = made.get((name, s))
        if scripts is None:
            continue
        result.built.add(s)
        shared: dict[str, Answer] = {}
        answers: dict[str, dict[str, Answer]] = {}
        for path, script, text in files(name, s, scripts):
            listed = _answers(entries.get(f"{OBLIGATIONS}/{path}"))
            if text == script.negation:
                answers[script.name] = listed
            elif listed:
                shared[script.premises] = next(iter(listed.values()))
        for script in scripts:
            one = Finding(name, s, script.name, script.broken, able, bool(script.premises))
            one.answers = answers.get(script.name, {})
            one.premises = shared.get(script.premises)
            result.findings.append(one)
    return result


def _answers(entry: ObligationRecord | None) -> dict[str, Answer]:
    if entry is None:
        return {}
    return {
        solver: Answer(solver, _VERDICTS[answer], 0.0) for solver, answer in entry.answers.items()
    }


def _families(
    recorded: Sequence[Evidence], report: Report, account: Account, wrong: Iterable[str]
) -> None:
    """Whether the evidence that claims rest on is what the theorems say."""
    found = {one.check: one for one in evidence.of_proofs(report)}
    shaken = {f"theorem:{name.partition('.')[0]}" for name in wrong}
    for one in recorded:
        mine = found.get(one.check)
        if one.outcome is Outcome.HOLDS and (mine is None or mine.outcome is not Outcome.HOLDS):
            problem = "not all of its theorems are proved in the bundle"
        elif one.check in shaken:
            problem = "not all of its theorems are confirmed"
        elif mine is not None and one.outcome is Outcome.HOLDS and one != mine:
            problem = f"it reads: {mine.target}, {mine.detail}"
        else:
            problem = ""
        account.judge("theorem family", one.check.partition(":")[2], problem)


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
