# SPDX-License-Identifier: GPL-2.0-or-later
"""Running a case again, or for the first time: the verdict in a fresh process, on any
implementation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.case.before import AT_INDEX, at_first_index
from models.case.finding import AGREES, LOG_AGREES, Finding
from models.case.known import with_known
from models.case.trial import Trial
from models.case.verdict import logs_differ
from models.subject.implementation import Implementation
from specs.contract import INDEX
from xarray_model.operations import Operation

_RELATIVE = {INDEX.name, LOG_AGREES[0]}
"""Properties of two cases: the same splits at another index of the same entries."""
JUDGE_SECONDS = 5.0
"""CPU time that a case may take which was never run before."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What a case shows now.

    ``still`` is the finding about the property that broke before, None when it holds; ``others``
    are all other properties that break.  ``same_model`` is false when the model's answer is no
    longer the one that was expected.
    """

    still: Finding | None
    others: list[Finding]
    same_model: bool

    @property
    def broken(self) -> list[Finding]:
        """All that breaks, what broke before first."""
        return [*([] if self.still is None else [self.still]), *self.others]


def replay(implementation: Implementation, known: Finding) -> Replay:
    """Run the case of a finding again.

    That the answers are not those of known deviations either shows only where it is known which of
    these there are; that is found out if nothing else is the reason why it does not.  Raises
    NoCase when it is no case that the contract speaks of, BuildError as ``known`` does.
    """
    case = known.operations
    with Trial(implementation, known.chunk_shift) as trial:
        expected = trial.expected(case)
        found = _everything(trial, case, expected, relative=known.property in _RELATIVE)
    still = next((one for one in found if one.property == known.property), None)
    if still is None and found and known.property == AGREES[0] and not implementation.deviations:
        knowing = with_known(implementation)
        if knowing.deviations:
            return replay(knowing, known)
    return Replay(still, [one for one in found if one is not still], expected == known.expected)


def judge(implementation: Implementation, s: int, case: Sequence[Operation]) -> list[Finding]:
    """All that breaks in a case of which only the operations are known: one finding for each
    property, where it breaks first.

    Raises NoCase when it is no case that the contract speaks of.
    """
    with Trial(implementation, s, JUDGE_SECONDS) as trial:
        return _everything(trial, case, trial.expected(case), relative=True)


def _everything(
    trial: Trial, case: Sequence[Operation], expected: bytes, *, relative: bool
) -> list[Finding]:
    """All that breaks in a case; ``relative``: also by comparing it with the same splits at the
    first index of their entries."""
    first_log = None
    others = [at_first_index(operation) for operation in case]
    relative = relative and any(one.code in AT_INDEX for one in case)
    if relative:
        # The judge keeps the outcome of each split, to compare it with the next one's.
        trial.run(others, trial.expected(others))
        first_log = trial.log
    found = trial.everything(case, expected)
    if relative and trial.log != first_log and not found:
        found = [logs_differ(trial.implementation, trial.s, case, expected)]
    return found
