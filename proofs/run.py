# SPDX-License-Identifier: GPL-2.0-or-later
"""Decide theorems: make their obligations and put each to every solver, on all cores.

``prove`` is what ``review`` calls.  Making obligations (which runs the geometry on symbolic words)
and solving them are tasks for the same worker processes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from proofs import catalogue
from proofs.keeping import NOWHERE, Keeping, Memory, Script
from proofs.obligation import Theorem
from proofs.report import Finding, Report, TheoremResult
from proofs.smtlib import negation, premises
from proofs.solvers import SOLVERS, Answer, Verdict, supports
from proofs.workers import Ending, Outcome, Task, Workers

TIMEOUT = 60.0
"""Seconds that one solver gets for one obligation unless told otherwise."""
BUILD_LIMIT = 300.0
"""Seconds that making the obligations of one theorem at one chunk shift may take."""
GRACE = 10.0
"""Seconds beyond its own limit after which a solver's process is ended."""

Progress = Callable[[Report], None]


def scripts(name: str, s: int | None) -> list[Script]:
    """The scripts of a theorem at chunk shift ``s``, which a parametric one ignores (None)."""
    theorem = catalogue.by_name()[name]
    return [
        Script(
            obligation.name,
            obligation.broken,
            negation(obligation, theorem.logic),
            premises(obligation, theorem.logic)
            if obligation.hypotheses and not obligation.broken
            else "",
        )
        for obligation in theorem.build(0 if s is None else s)
    ]


def decide(solver: str, script: str, logic: str, limit: float) -> Answer:
    """One solver's answer to one script."""
    return SOLVERS[solver](script, logic, limit)


def _instances(
    theorems: Sequence[Theorem], chunk_shifts: Sequence[int]
) -> Iterator[tuple[Theorem, int | None]]:
    for theorem in theorems:
        yield from ((theorem, s) for s in ((None,) if theorem.parametric else chunk_shifts))


def path(name: str, s: int | None, script: str) -> str:
    """Where the obligation or control ``script`` of a theorem stands, from the folder of all."""
    return f"{name}/{'parametric' if s is None else f's{s}'}/{script}.smt2"


def files(name: str, s: int | None, made: Sequence[Script]) -> Iterator[tuple[str, Script, str]]:
    """The files of a theorem's scripts: the path of each, its script, and its text.

    ``THEOREM/sN/NAME.smt2`` is the obligation, and ``NAME.premises.smt2`` asks whether its
    hypotheses can be true, once for each set of hypotheses.
    """
    premises: set[str] = {""}
    for script in made:
        yield path(name, s, script.name), script, script.negation
        if script.premises not in premises:
            premises.add(script.premises)
            yield path(name, s, f"{script.name}.premises"), script, script.premises


def _write(folder: Path, name: str, s: int | None, made: Sequence[Script]) -> None:
    for place, _, text in files(name, s, made):
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text, encoding="ascii")


class _Run:
    """The state of one run: what was asked, what is known so far, what the workers are to do."""

    def __init__(
        self,
        report: Report,
        timeout: float,
        workers: Workers,
        export: Path | None,
        memory: Memory,
    ) -> None:
        self.memory = memory
        self.report = report
        self.timeout = timeout
        self.workers = workers
        self.export = export
        self.logics = {theorem.name: theorem.logic for theorem in catalogue.THEOREMS}
        self.checked: dict[str, list[Finding]] = {}
        self.premises: dict[str, Answer | None] = {}
        """What is known of the hypotheses in ``checked``."""

    def start(self, theorems: Sequence[Theorem]) -> None:
        """Queue the making of every theorem's obligations."""
        for theorem, s in _instances(theorems, self.report.chunk_shifts):
            key = (theorem.name, s)
            known = self.memory.scripts(*key)
            if known is None:
                self.workers.submit(Task(key, scripts, key, BUILD_LIMIT))
            else:
                self._made(*key, known)

    def take(self, outcome: Outcome) -> None:
        """Note what became of a task."""
        key = outcome.task.key
        if outcome.task.function is scripts:
            self._built(key[0], key[1], outcome)
            return
        answer = self._answer(outcome)
        wrong = self.memory.note(answer, *outcome.task.arguments[1:3])
        if isinstance(key, str):
            self.premises[key] = answer
            for finding in self.checked[key]:
                finding.premises = answer
                finding.error = finding.error or wrong
        else:
            finding, solver = key
            finding.answers[solver] = answer
            if outcome.ending is Ending.RAISED:
                wrong = outcome.remark
            if wrong:
                finding.error = f"{solver}: {wrong}"

    def _answer(self, outcome: Outcome) -> Answer:
        if isinstance(outcome.result, Answer):
            return outcome.result
        late = outcome.ending is Ending.LATE
        return Answer(
            outcome.task.arguments[0],
            Verdict.TIMEOUT if late else Verdict.UNKNOWN,
            outcome.task.limit if late else 0.0,
            {},
            outcome.remark,
        )

    def _built(self, name: str, s: int | None, outcome: Outcome) -> None:
        result = self.report.theorems[name]
        if outcome.ending is not Ending.DONE:
            result.findings.append(Finding(name, s, "build", "", (), error=outcome.remark))
            return
        self.memory.note_scripts(name, s, outcome.result)
        self._made(name, s, outcome.result)

    def _made(self, name: str, s: int | None, made: Sequence[Script]) -> None:
        result = self.report.theorems[name]
        result.built.add(s)
        if self.export is not None:
            _write(self.export, name, s, made)
        logic = self.logics[name]
        able = tuple(solver for solver in self.report.solvers if supports(solver, logic))
        for script in made:
            finding = Finding(name, s, script.name, script.broken, able, bool(script.premises))
            result.findings.append(finding)
            for solver in able:
                known = self.memory.answer(solver, script.negation, logic)
                if known is None:
                    self._ask((finding, solver), solver, script.negation, logic)
                else:
                    finding.answers[solver] = known
            if script.premises:
                # the same hypotheses serve many obligations: ask once
                sharing = self.checked.setdefault(script.premises, [])
                sharing.append(finding)
                if able and len(sharing) == 1:
                    known = self.memory.answer(able[0], script.premises, logic)
                    self.premises[script.premises] = known
                    if known is None:
                        self._ask(script.premises, able[0], script.premises, logic)
                finding.premises = self.premises.get(script.premises)

    def _ask(self, key: object, solver: str, script: str, logic: str) -> None:
        arguments = (solver, script, logic, self.timeout)
        self.workers.submit(Task(key, decide, arguments, self.timeout + GRACE))


def prove(
    names: Sequence[str] = (),
    chunk_shifts: Sequence[int] = catalogue.CHUNK_SHIFTS,
    solvers: Sequence[str] = tuple(SOLVERS),
    timeout: float = TIMEOUT,
    on_progress: Progress | None = None,
    processes: int | None = None,
    export: Path | None = None,
    keeping: Keeping = NOWHERE,
) -> Report:
    """Decide theorems at ``chunk_shifts`` with ``solvers``, ``timeout`` seconds for each answer.

    ``names`` are theorems (``N1.loop``) or families (``N1``), all if empty; ``ValueError`` names
    one that is unknown.  ``on_progress`` is called with the growing report after every task.
    Ctrl-C ends the run early: what was found is kept and the report says ``interrupted``.
    ``export`` is a folder that gets every obligation and control as an SMT-LIB 2 file; ``OSError``
    when it cannot be written.  ``keeping`` has, and gets, answers of other runs.
    """
    chosen = catalogue.select(names)
    if export is not None:
        export.mkdir(parents=True, exist_ok=True)
    report = Report(
        tuple(chunk_shifts),
        tuple(solvers),
        catalogue.promised(names),
        {
            theorem.name: TheoremResult(
                theorem.name,
                theorem.statement,
                (None,) if theorem.parametric else tuple(chunk_shifts),
            )
            for theorem in chosen
        },
    )
    start = time.perf_counter()
    with Workers(processes or os.cpu_count() or 1) as workers:
        run = _Run(report, timeout, workers, export, Memory(keeping))
        run.start(chosen)
        try:
            for outcome in workers.outcomes():
                run.take(outcome)
                report.seconds = time.perf_counter() - start
                if on_progress is not None:
                    on_progress(report)
        except KeyboardInterrupt:
            report.interrupted = True
    report.seconds = time.perf_counter() - start
    return report
