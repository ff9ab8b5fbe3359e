# SPDX-License-Identifier: GPL-2.0-or-later
"""Which of the known deviations an implementation has, found out by running their cases."""

from __future__ import annotations

from dataclasses import dataclass, replace

from models.build import build
from models.finding import Finding
from models.implementation import Implementation
from models.kernel.deviations import DEVIATIONS, Deviation
from models.trial import Trial


@dataclass(frozen=True, slots=True)
class Known:
    """A known deviation that an implementation has, and what its case shows there."""

    deviation: Deviation
    finding: Finding


def known(implementation: Implementation) -> list[Known]:
    """The known deviations that the implementation has.  BuildError if it does not compile."""
    present = []
    for s in sorted({deviation.chunk_shift for deviation in DEVIATIONS}):
        if s not in implementation.executables:
            executables = {**implementation.executables, s: build(implementation.source, s)}
            implementation = replace(implementation, executables=executables)
        with Trial(implementation, s) as trial:
            for deviation in DEVIATIONS:
                if deviation.chunk_shift == s:
                    case = deviation.case
                    found = trial.run(case, trial.expected(case))
                    shown = [one for one in found if one.property == deviation.property]
                    present += [Known(deviation, one) for one in shown]
    return present
