# SPDX-License-Identifier: GPL-2.0-or-later
"""Running a counterexample again: the same verdict in a fresh process, on any implementation."""

from __future__ import annotations

from dataclasses import dataclass, replace

from models.finding import LOG_AGREES, Finding
from models.implementation import Implementation
from models.trial import Trial
from specs.contract import INDEX
from xarray_model.operations import Code, Operation

_RELATIVE = {INDEX.name, LOG_AGREES[0]}
"""Properties of two cases: the same splits at another index of the same entries."""


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
    def broken(self) -> bool:
        """Whether anything breaks."""
        return self.still is not None or bool(self.others)


def replay(implementation: Implementation, known: Finding) -> Replay:
    """Run the case of a finding again.

    Raises PreconditionError or ValueError when it is no case that the contract speaks of.
    """
    case = known.operations
    with Trial(implementation, known.chunk_shift) as trial:
        expected = trial.expected(case)
        first_log = None
        if known.property in _RELATIVE:
            # The judge keeps the outcome of each split, to compare it with the next one's.
            others = [_at_first_index(operation) for operation in case]
            trial.run(others, trial.expected(others))
            first_log = trial.log
        found = trial.everything(case, expected)
        if known.property == LOG_AGREES[0] and trial.log != first_log and not found:
            found = [replace(known, implementation=implementation.name)]
    still = next((one for one in found if one.property == known.property), None)
    return Replay(still, [one for one in found if one is not still], expected == known.expected)


def _at_first_index(operation: Operation) -> Operation:
    if operation.code not in (Code.SPLIT, Code.TRY_SPLIT):
        return operation
    first = operation.index >> operation.order << operation.order
    return replace(operation, index=first)
