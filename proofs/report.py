# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run found: verdicts on obligations, controls, theorems and families of theorems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from proofs.solvers import Answer, Verdict


class Status(StrEnum):
    """The verdict on an obligation, a control or a theorem; the first listed outranks the rest."""

    DISAGREEMENT = "disagreement"
    """Two solvers contradict each other: nothing that they say can be relied on."""
    REFUTED = "refuted"
    """An obligation has a counterexample."""
    HELD = "control held"
    """A control was proved: the obligation beside it cannot tell right from broken."""
    VACUOUS = "vacuous"
    """The hypotheses contradict each other, or could not be shown not to."""
    ERROR = "error"
    """The obligations could not be made, or a solver rejected one."""
    UNKNOWN = "unknown"
    TIMEOUT = "timeout"
    MISSING = "missing"
    """Not run."""
    PROVED = "proved"


_RANK = {status: rank for rank, status in enumerate(Status)}


def worst(statuses: Sequence[Status]) -> Status:
    """The verdict that outranks the others; ``MISSING`` of none at all."""
    return min(statuses, key=lambda status: _RANK[status], default=Status.MISSING)


@dataclass(slots=True)
class Finding:
    """One obligation or control at one chunk shift (None: parametric) and what was answered.

    ``expected`` are the solvers that are to answer: those chosen that know the logic.  If there are
    hypotheses (``has_premises``), ``premises`` is what a solver answered to the question whether
    they contradict each other; it must have found a model.
    """

    theorem: str
    chunk_shift: int | None
    name: str
    broken: str
    expected: tuple[str, ...]
    has_premises: bool = False
    answers: dict[str, Answer] = field(default_factory=dict)
    premises: Answer | None = None
    error: str = ""

    @property
    def is_control(self) -> bool:
        """Whether this is a negative control."""
        return bool(self.broken)

    @property
    def model(self) -> Mapping[str, str]:
        """The first counterexample found, empty if there is none."""
        for answer in self.answers.values():
            if answer.verdict is Verdict.REFUTED:
                return answer.model
        return {}

    @property
    def status(self) -> Status:
        """``PROVED`` when all is as it must be: an obligation proved by every solver expected to
        answer, a control refuted by at least one and proved by none."""
        verdicts = {answer.verdict for answer in self.answers.values()}
        if {Verdict.PROVED, Verdict.REFUTED} <= verdicts:
            return Status.DISAGREEMENT
        if self.error:
            return Status.ERROR
        if self.is_control:
            return self._control(verdicts)
        if Verdict.REFUTED in verdicts:
            return Status.REFUTED
        if self.premises is not None and self.premises.verdict is not Verdict.REFUTED:
            return Status.VACUOUS
        return self._undecided(verdicts) or Status.PROVED

    def _control(self, verdicts: set[Verdict]) -> Status:
        if Verdict.PROVED in verdicts:
            return Status.HELD
        if Verdict.REFUTED in verdicts:
            return Status.PROVED
        return self._undecided(verdicts) or Status.MISSING

    def _undecided(self, verdicts: set[Verdict]) -> Status | None:
        if Verdict.UNKNOWN in verdicts:
            return Status.UNKNOWN
        if Verdict.TIMEOUT in verdicts:
            return Status.TIMEOUT
        unchecked = self.has_premises and self.premises is None
        unasked = not self.expected or set(self.expected) - self.answers.keys()
        return Status.MISSING if unchecked or unasked else None


@dataclass(slots=True)
class TheoremResult:
    """What was found for one theorem over all chunk shifts of the run."""

    name: str
    statement: str
    chunk_shifts: tuple[int | None, ...]
    findings: list[Finding] = field(default_factory=list)
    built: set[int | None] = field(default_factory=set)

    @property
    def obligations(self) -> list[Finding]:
        """The findings that are to be proved."""
        return [finding for finding in self.findings if not finding.is_control]

    @property
    def controls(self) -> list[Finding]:
        """The findings that are to be refuted."""
        return [finding for finding in self.findings if finding.is_control]

    @property
    def status(self) -> Status:
        """The worst verdict among obligations and controls.  A theorem of which some chunk shift
        was not built, or that has no obligation or no control, is ``MISSING``."""
        found = [finding.status for finding in self.findings]
        if self.built != set(self.chunk_shifts) or not self.obligations or not self.controls:
            found.append(Status.MISSING)
        return worst(found)

    def seconds(self, solver: str) -> float:
        """Seconds that a solver took over all findings."""
        return sum(f.answers[solver].seconds for f in self.findings if solver in f.answers)

    def solver_status(self, solver: str) -> Status | None:
        """One solver's own verdict on the obligations; None if it does not know the logic."""
        mine = [finding for finding in self.obligations if solver in finding.expected]
        if not mine:
            return None
        return worst(
            [
                Status(finding.answers[solver].verdict.value)
                if solver in finding.answers
                else Status.MISSING
                for finding in mine
            ]
        )


@dataclass(slots=True)
class Report:
    """A whole run.  ``promised`` are the names of ``theorems.txt`` that the run was asked for."""

    chunk_shifts: tuple[int, ...]
    solvers: tuple[str, ...]
    promised: tuple[str, ...]
    theorems: dict[str, TheoremResult]
    seconds: float = 0.0
    interrupted: bool = False

    def status(self, identifier: str) -> Status:
        """The verdict on a theorem (``N1.loop``) or a family (``N1``): the worst of its theorems,
        those that are promised but not in the run counting as ``MISSING``."""
        names = set(self.theorems) | set(self.promised)
        mine = [name for name in names if identifier in (name, name.partition(".")[0])]
        return worst(
            [
                self.theorems[name].status if name in self.theorems else Status.MISSING
                for name in mine
            ]
        )

    @property
    def missing(self) -> tuple[str, ...]:
        """Promised theorems that are not proved, sorted."""
        return tuple(
            sorted(name for name in self.promised if self.status(name) is not Status.PROVED)
        )

    @property
    def unpromised(self) -> tuple[str, ...]:
        """Theorems of the run that ``theorems.txt`` does not name, sorted."""
        return tuple(sorted(self.theorems.keys() - set(self.promised)))

    @property
    def proved(self) -> bool:
        """Whether every promised theorem is proved, every control refuted, nothing unpromised."""
        return bool(self.promised) and not self.missing and not self.unpromised
