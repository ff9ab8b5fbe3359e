# SPDX-License-Identifier: GPL-2.0-or-later
"""Decides the obligations of a bundle again, and holds them against those of this xasplit.

A file that holds another obligation than this version makes for the theorem is never confirmed,
whatever solvers say of it: it may be trivially true.  What is put to a solver runs in a process of
its own, which ends when the solver crashes, hangs or takes too much memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from proofs import catalogue, run
from proofs.keeping import Script
from proofs.smtlib import statuses
from proofs.solvers import Answer, Verdict, supports
from proofs.workers import Ending, Outcome, Task, Workers
from review.bundle.format import ObligationRecord
from review.bundle.manifest import SAT
from review.bundle.read import Bundle
from review.run.progress import Meter
from review.run.stages import OBLIGATIONS
from review.verify import script
from review.verify.account import Account
from review.verify.check_theorems import check as check_theorems

Place = tuple[str, int | None]
"""A theorem and a chunk shift, None for a parametric one."""


@dataclass
class _File:
    """A file of the bundle, and what solvers answer to it now; ``differs`` says in which way it is
    not what this version makes, or is ""."""

    entry: ObligationRecord
    text: str
    differs: str = ""
    asked: tuple[str, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)


def check(
    bundle: Bundle, account: Account, solvers: Sequence[str], timeout: float, processes: int
) -> None:
    """Recheck every obligation with ``solvers``, ``timeout`` seconds for each answer, and what
    the manifest says of the theorems."""
    checker = _Checker(bundle, account, solvers, timeout)
    with Workers(processes) as workers, Meter("obligations", checker.steps) as meter:
        for place in checker.places:
            if place[0] in checker.theorems:
                workers.submit(Task(place, run.scripts, place, run.BUILD_LIMIT))
            else:
                checker.unknown(place)
        for outcome in workers.outcomes():
            if outcome.task.function is run.scripts:
                for task in checker.made(outcome):
                    workers.submit(task)
            elif checker.answered(outcome):
                meter.advance()
    checker.finish()


class _Checker:
    """The state of one check."""

    def __init__(
        self, bundle: Bundle, account: Account, solvers: Sequence[str], timeout: float
    ) -> None:
        self.bundle = bundle
        self.account = account
        self.solvers = solvers
        self.timeout = timeout
        self.theorems = catalogue.by_name()
        self.entries: dict[Place, dict[str, ObligationRecord]] = {}
        for entry in bundle.manifest.obligations:
            place = (entry.theorem, entry.chunk_shift)
            self.entries.setdefault(place, {})[entry.path] = entry
        theorems = bundle.manifest.theorems
        for theorem in theorems.theorems if theorems is not None else ():
            known = self.theorems.get(theorem.name)
            if known is None:
                continue
            for s in (None,) if known.parametric else (theorems.chunk_shifts if theorems else ()):
                self.entries.setdefault((theorem.name, s), {})
        self.scripts: dict[Place, Sequence[Script]] = {}
        self.bad: set[str] = set()
        """Theorems of which something is not confirmed."""

    @property
    def places(self) -> list[Place]:
        """What is to be made."""
        return list(self.entries)

    @property
    def steps(self) -> int:
        """Files to be decided."""
        return sum(len(entries) for entries in self.entries.values())

    def unknown(self, place: Place) -> None:
        """The theorem is none of this version."""
        for entry in self.entries[place].values():
            self._reject(entry.theorem, entry.path, "this version of xasplit has no such theorem")

    def made(self, outcome: Outcome) -> Iterator[Task]:
        """The scripts of a theorem were made: what solvers are to be asked."""
        place: Place = outcome.task.key
        there = self.entries[place]
        if outcome.ending is not Ending.DONE:
            for entry in there.values():
                self._reject(place[0], entry.path, f"cannot be made here: {outcome.remark}")
            return
        self.scripts[place] = outcome.result
        logic = self.theorems[place[0]].logic
        expected = {
            f"{OBLIGATIONS}/{path}": (one, text)
            for path, one, text in run.files(*place, outcome.result)
        }
        for path in expected.keys() - there.keys():
            self._reject(place[0], path, "missing: this version makes it for the theorem")
        for path, entry in sorted(there.items()):
            text = self.bundle.read(path)
            mine, wanted = expected.get(path, (None, ""))
            if mine is None:
                file = _File(entry, "", "this version makes no such obligation")
            elif bool(mine.broken) is not entry.control:
                file = _File(entry, "", "it is a control in one version, and none in the other")
            elif text == wanted.encode():
                file = _File(entry, wanted)
            else:
                file = _File(entry, "", "it is not the obligation that this version makes")
            file.differs = _misled(entry, text) or file.differs
            yield from self._asked(file, text, logic)

    def _asked(self, file: _File, text: bytes, logic: str) -> Iterator[Task]:
        if file.differs:
            try:
                file.text = text.decode("ascii")
                logic = script.logic(file.text)
            except ValueError as error:
                file.differs += f"; no solver was asked: {error}"
                self._done(file)
                return
        file.asked = tuple(one for one in self.solvers if supports(one, logic))
        if not file.asked:
            self._done(file)
        for solver in file.asked:
            arguments = (solver, file.text, logic, self.timeout)
            yield Task((file, solver), run.decide, arguments, self.timeout + run.GRACE)

    def answered(self, outcome: Outcome) -> bool:
        """A solver answered, or did not; whether the file is done."""
        file, solver = outcome.task.key
        if isinstance(outcome.result, Answer):
            file.answers[solver] = SAT[outcome.result.verdict]
        else:
            late = outcome.ending is Ending.LATE
            file.answers[solver] = SAT[Verdict.TIMEOUT] if late else outcome.remark
        if len(file.answers) < len(file.asked):
            return False
        self._done(file)
        return True

    def _done(self, file: _File) -> None:
        entry = file.entry
        said = ", ".join(f"{solver} {file.answers[solver]}" for solver in file.asked)
        if file.differs:
            text = f"{file.differs} ({said})" if said else file.differs
            self._reject(entry.theorem, entry.path, text)
            return
        claimed = {one for one in entry.answers.values() if one in ("sat", "unsat")}
        if not claimed:
            self.account.skip("obligation", entry.path, "the bundle has no answer to it")
        elif not file.asked:
            named = " and ".join(self.solvers)
            self.account.skip("obligation", entry.path, f"{named} does not know its logic")
        elif len(claimed) > 1:
            self._reject(entry.theorem, entry.path, "the bundle's solvers contradict each other")
        else:
            wrong = _wrong(claimed.pop(), list(file.answers.values()))
            if wrong:
                self._reject(entry.theorem, entry.path, f"{wrong}: {said}")
            else:
                self.account.confirm("obligation", entry.path, said)

    def _reject(self, theorem: str, path: str, problem: str) -> None:
        self.bad.add(theorem)
        self.account.reject("obligation", path, problem)

    def finish(self) -> None:
        """All answers are in: the theorems."""
        check_theorems(self.bundle.manifest, self.account, self.scripts, self.bad)


def _misled(entry: ObligationRecord, text: bytes) -> str:
    """In which way a script says of itself that it must answer something else than the manifest
    expects, or ""."""
    said = statuses(text.decode("ascii", "replace"))
    if said == (entry.expected,):
        return ""
    told = " and ".join(said) or "nothing"
    return f"its :status says {told}, where the manifest expects {entry.expected}"


def _wrong(claimed: str, answers: Sequence[str]) -> str:
    """What is wrong with the answers; "" if they are what the bundle says.

    All have to prove what it says is proved.  One is enough to refute, as in the proofs: the
    others may have found no model in time, but must not contradict.
    """
    if {"sat", "unsat"} - {claimed} & set(answers):
        return f"not {claimed}, as the bundle says"
    decided = answers.count(claimed)
    enough = decided == len(answers) if claimed == "unsat" else decided > 0
    return "" if enough else "not decided again"
