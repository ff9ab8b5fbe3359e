# SPDX-License-Identifier: GPL-2.0-or-later
"""Decide cases: put each to the model checker, several at once, with what earlier runs decided.

The code under test is compiled elsewhere: ``prepare`` gives the preprocessed text of a case,
harness included.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, replace
from pathlib import Path
from typing import TypeAlias

from proofs.c import cbmc
from proofs.c.cases import MEMORY, SECONDS, Case
from proofs.c.cbmc import Answer, Failure, Program, Running
from proofs.c.report import Outcome, Report, Verdict
from proofs.keeping import NOWHERE, Keeping

FOLDER = Path(__file__).resolve().parent
"""Where the harnesses are."""
KIND = "proofs of C code"
Texts: TypeAlias = Sequence[tuple[str, bytes]]
Prepare: TypeAlias = Callable[[Case], Texts]
Progress: TypeAlias = Callable[[Report], None]
_TIGHTER = 8
"""How often loops may turn out to be longer than those of the table before all are unwound
alike."""


class PrepareError(Exception):
    """The code under test cannot be compiled for a case; the message is one line."""


def decide(
    case: Case,
    texts: Texts,
    program: Program,
    running: Running,
    keeping: Keeping = NOWHERE,
    seconds: float = SECONDS,
) -> Outcome:
    """The verdict on one case; ``seconds`` is the CPU time of each run that it takes."""
    key = _key(case, texts, program)
    kept = keeping.get(KIND, key)
    if kept is not None:
        return _restored(case, kept.text, kept.made)
    outcome = _decided(case, texts, program, running, seconds)
    if outcome.verdict in (Verdict.PROVED, Verdict.REFUTED):
        keeping.put(KIND, key, _kept(outcome))
    return outcome


def _decided(
    case: Case, texts: Texts, program: Program, running: Running, seconds: float
) -> Outcome:
    # A function that is not there is refused; a loop that is not there is not.
    loops = {
        name: bound
        for name, bound in case.loops.items()
        if "." in name or any(name.encode() in text for _, text in texts)
    }
    outcome = Outcome(case)
    for _ in range(_TIGHTER):
        answer = cbmc.ask(program, texts, options(case, loops), seconds, MEMORY, running)
        _spent(outcome, answer)
        longer = {one.loop for one in answer.failures if one.loop} & loops.keys()
        if answer.status != cbmc.FAILS or not longer:
            break
        loops = {name: bound for name, bound in loops.items() if name not in longer}
    outcome.checked = answer.checked
    if answer.status == cbmc.HOLDS:
        outcome.verdict = Verdict.PROVED if answer.checked else Verdict.UNDECIDED
        outcome.reason = "" if answer.checked else "nothing was checked"
        return outcome
    if answer.status != cbmc.FAILS:
        outcome.verdict, outcome.reason = Verdict.UNDECIDED, _why(answer, seconds)
        return outcome
    told = [one for one in answer.failures if not one.loop]
    if not told:
        names = ", ".join(one.loop for one in answer.failures)
        outcome.verdict = Verdict.UNDECIDED
        outcome.reason = f"more than {case.unwinding} rounds of {names}"
        return outcome
    outcome.verdict, outcome.failures = Verdict.REFUTED, tuple(told)
    # Traces are large: only one of a property that fails is asked for.
    first = [*options(case, loops), "--trace", "--property", told[0].key]
    traced = cbmc.ask(program, texts, first, seconds, MEMORY, running)
    _spent(outcome, traced)
    outcome.inputs = traced.inputs
    return outcome


def options(case: Case, loops: dict[str, int]) -> list[str]:
    """What the model checker is asked of a case."""
    tighter = ",".join(f"{name}:{bound}" for name, bound in sorted(loops.items()))
    return [
        *cbmc.OPTIONS,
        "--unwind",
        str(case.unwinding),
        *(["--unwindset", tighter] if tighter else []),
    ]


def _spent(outcome: Outcome, answer: Answer) -> None:
    outcome.seconds += answer.seconds
    outcome.cpu += answer.cpu
    outcome.memory = max(outcome.memory, answer.memory)


def _why(answer: Answer, seconds: float) -> str:
    if answer.status is None:
        return f"no answer within {seconds:.0f} s of CPU time"
    if answer.status == cbmc.NO_MEMORY:
        return f"out of memory: {answer.said}" if answer.said else "out of memory"
    return f"exit status {answer.status}: {answer.said}".removesuffix(": ")


def _key(case: Case, texts: Texts, program: Program) -> str:
    digest = hashlib.sha256(repr((program.version, options(case, case.loops), len(texts))).encode())
    for _, text in texts:
        digest.update(hashlib.sha256(text).digest())
    return digest.hexdigest()


def _kept(outcome: Outcome) -> str:
    return json.dumps(
        {
            "verdict": outcome.verdict,
            "seconds": outcome.seconds,
            "cpu": outcome.cpu,
            "memory": outcome.memory,
            "checked": outcome.checked,
            "failures": [asdict(one) for one in outcome.failures],
            "inputs": outcome.inputs,
        }
    )


def _restored(case: Case, text: str, made: str) -> Outcome:
    fields = json.loads(text)
    return Outcome(
        case,
        Verdict(fields["verdict"]),
        fields["seconds"],
        fields["cpu"],
        fields["memory"],
        fields["checked"],
        tuple(Failure(**one) for one in fields["failures"]),
        fields["inputs"],
        kept=made,
    )


def prove(
    name: str,
    cases: Sequence[Case],
    prepare: Prepare,
    program: Program,
    *,
    jobs: int | None = None,
    keeping: Keeping = NOWHERE,
    seconds: float = SECONDS,
    on_progress: Progress | None = None,
    guard: Callable[[Outcome], None] | None = None,
) -> Report:
    """Decide the ``cases`` of the source that is called ``name``, ``jobs`` at once.

    ``guard`` runs the harness natively on what was decided, and notes what it says.  Ctrl-C ends
    the run early: what was decided stays.
    """
    report = Report(name, f"cbmc {program.version}", [Outcome(case) for case in cases])
    running, began = Running(), time.monotonic()

    def one(number: int) -> tuple[int, Outcome]:
        case = cases[number]
        try:
            outcome = decide(case, prepare(case), program, running, keeping, seconds)
        except PrepareError as error:
            outcome = Outcome(case, Verdict.UNDECIDED, reason=str(error))
        if guard is not None and not running.stopped:
            guard(outcome)
        return number, outcome

    # The longest first, so that none is left alone at the end.
    order = sorted(
        range(len(cases)), key=lambda number: -cases[number].nodes * cases[number].unwinding
    )
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        left: set[Future[tuple[int, Outcome]]] = {pool.submit(one, number) for number in order}
        try:
            while left:
                done, left = wait(left, return_when=FIRST_COMPLETED)
                for future in done:
                    number, outcome = future.result()
                    report.outcomes[number] = outcome
                report.seconds = time.monotonic() - began
                if on_progress is not None:
                    on_progress(report)
        except KeyboardInterrupt:
            report.interrupted = True
            running.stop()
            for future in left:
                future.cancel()
    if report.interrupted:
        for number, outcome in enumerate(report.outcomes):
            if outcome.verdict is Verdict.UNDECIDED:
                report.outcomes[number] = replace(outcome, verdict=Verdict.NOT_RUN, reason="")
    report.seconds = time.monotonic() - began
    return report
