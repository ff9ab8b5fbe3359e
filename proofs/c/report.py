# SPDX-License-Identifier: GPL-2.0-or-later
"""What became of the cases of one source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from proofs.c.cases import Case
from proofs.c.cbmc import Failure


class Verdict(StrEnum):
    """How a case stands; all but the first two say nothing of the code."""

    PROVED = "proved"
    REFUTED = "counterexample"
    UNDECIDED = "undecided"
    """Out of time or memory, a loop that is longer than the harness allows, or the checker
    failed."""
    NOT_RUN = "not run"


@dataclass(slots=True)
class Outcome:
    """What became of a case: seconds of wall and CPU time and bytes at the most, of all runs that
    it took; ``checked`` properties, of which ``failures`` fail by ``inputs``; ``reason`` says why
    it is undecided; ``kept`` when and where it was decided, if that was in an earlier run.

    ``native`` is what the harness says as a program, compiled with sanitizers, of the
    counterexample's inputs, or of so many that were drawn; "" if it was not run.  ``confirmed`` is
    None unless there is a counterexample: then whether it was seen natively, too.
    """

    case: Case
    verdict: Verdict = Verdict.NOT_RUN
    seconds: float = 0.0
    cpu: float = 0.0
    memory: int = 0
    checked: int = 0
    failures: tuple[Failure, ...] = ()
    inputs: Mapping[str, int] | None = None
    reason: str = ""
    kept: str = ""
    native: str = ""
    confirmed: bool | None = None
    contradicted: bool = False
    """The harness as a program fails for inputs for which the model checker says that all holds."""

    @property
    def good(self) -> bool:
        """Whether it is proved, and nothing speaks against that."""
        return self.verdict is Verdict.PROVED and not self.contradicted

    @property
    def properties(self) -> tuple[str, ...]:
        """The properties that fail, each once."""
        return tuple(dict.fromkeys(one.name for one in self.failures))


@dataclass(slots=True)
class Report:
    """The cases of one source, called ``name``, in the order of the table; ``program`` is what
    decided them.  ``interrupted``: it was ended early."""

    name: str
    program: str
    outcomes: list[Outcome] = field(default_factory=list)
    seconds: float = 0.0
    interrupted: bool = False

    @property
    def proved(self) -> bool:
        """Whether every case is."""
        return bool(self.outcomes) and all(one.good for one in self.outcomes)

    @property
    def refuted(self) -> list[Outcome]:
        """The cases with a counterexample."""
        return [one for one in self.outcomes if one.verdict is Verdict.REFUTED]
