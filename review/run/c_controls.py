# SPDX-License-Identifier: GPL-2.0-or-later
"""The negative controls of the proofs of C code, tried: a seeded defect, and the case that it must
break."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from models.mutants.catalogue import MUTANTS
from models.mutants.run import seeded
from proofs.c import cases, cbmc, run
from proofs.c.controls import Control
from proofs.c.report import Outcome, Verdict
from proofs.keeping import NOWHERE, Keeping
from review.run import c_proofs


@dataclass(frozen=True, slots=True)
class Tried:
    """A control and what became of its case; ``caught``: a counterexample to its property, seen
    natively too."""

    control: Control
    outcome: Outcome

    @property
    def caught(self) -> bool:
        """Whether the control is as it must be."""
        found = self.outcome
        return found.verdict is Verdict.REFUTED and self.control.property in found.properties


def tried(control: Control, running: cbmc.Running, keeping: Keeping = NOWHERE) -> Tried:
    """Try one.  Raises MissingError, and ValueError where it names no defect or case."""
    mutant = next((one for one in MUTANTS if one.name == control.defect), None)
    every = cases.cases(one_level=False, try_split=True)
    case = next((one for one in every if one.name == control.case), None)
    if mutant is None or case is None:
        raise ValueError(f"a control names {control.defect} and {control.case}: no such thing")
    with tempfile.TemporaryDirectory(prefix="xasplit-control-") as folder:
        source = seeded(mutant, Path(folder))
        texts = c_proofs.preparing(source)(case)
        outcome = run.decide(case, texts, cbmc.find(), running, keeping)
        c_proofs.guard(source, outcome)
    return Tried(control, outcome)
