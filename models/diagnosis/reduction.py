# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes a counterexample smaller: without the operations that it does not need, in small numbers.

Hypothesis shrinks what it drew; what the machine adds to that, such as snapshots and the drain, and
what a sweep found, is left to this.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from models.case.finding import Finding
from models.case.symptoms import Kept, symptoms
from models.case.tree_size import made_nodes, most_nodes, split_nodes
from models.case.trial import Trial
from specs.callers import Contract
from xarray_model.errors import PreconditionError
from xarray_model.operations import Code, Flag, Operation

MOST_TRIALS = 2000
"""Cases that one reduction may run."""
LENT = 1 << 21
"""Nodes that are lent (``tree_size.made_nodes``) in the time of a trial: one that asks for more
counts as several."""


def reduce(
    trial: Trial,
    finding: Finding,
    deadline: float = math.inf,
    most: int = MOST_TRIALS,
    *,
    kept: Kept | None = None,
) -> Finding:
    """The smallest case found that fails as ``breaks`` says, or ``finding`` itself; after ``most``
    trials, or at ``deadline``, of ``time.monotonic``, no smaller one is looked for."""
    known = finding
    trials = 0
    smaller = True
    while smaller and trials < most:
        smaller = False
        for candidate in _candidates(known.operations):
            trials += 1 + sum(split_nodes(candidate, trial.s)) // LENT
            found = breaks(trial, candidate, finding, kept)
            if found is not None:
                known = found
                smaller = True
                break
            if trials >= most or time.monotonic() > deadline:
                return known
    return known


def breaks(
    trial: Trial,
    operations: Sequence[Operation],
    finding: Finding,
    kept: Kept | None = None,
) -> Finding | None:
    """What a case derived from that of ``finding`` shows if the same is the first that breaks: the
    same property, and what is ``kept``; None, without a run, for one whose
    splits ask for too many nodes (``models/case/tree_size.py``)."""
    if made_nodes(operations, trial.s) > most_nodes(finding.operations, finding.chunk_shift):
        return None
    try:
        expected = trial.expected(operations)
    except (PreconditionError, ValueError):
        return None
    found = [one for one in trial.run(operations, expected) if one.before == finding.before]
    if kept is None:
        found = [one for one in found if one.label() == finding.label()]
    elif found and not (_as_strict(found[0], finding) and kept.admit(symptoms(found))):
        found = []
    return next((one for one in found if one.property == finding.property), None)


def _as_strict(one: Finding, finding: Finding) -> bool:
    """Whether it is of the same deviation, and not only outside the callers' contract."""
    within = one.contract in (Contract.CALLERS, finding.contract)
    return within and one.deviations == finding.deviations


def _candidates(operations: Sequence[Operation]) -> Iterator[list[Operation]]:
    """Cases that are smaller by one step, the boldest first."""
    whole = list(operations)
    size = len(whole) // 2
    while size:
        # From the end: what comes last is needed least.
        for start in range(len(whole) - size, -1, -size):
            yield whole[:start] + whole[start + size :]
        size //= 2
    if any(operation.flags & Flag.LRU for operation in whole):
        yield [replace(operation, flags=operation.flags & ~Flag.LRU) for operation in whole]
    for place, operation in enumerate(whole):
        for simpler in _simpler(operation):
            yield [*whole[:place], simpler, *whole[place + 1 :]]


def _simpler(operation: Operation) -> Iterator[Operation]:
    """The operation with one field smaller."""
    if operation.flags and operation.code is not Code.FAIL:
        yield replace(operation, flags=Flag.NONE)
        yield from (replace(operation, flags=operation.flags & ~one) for one in operation.flags)
    for field, least in (("index", 0), ("argument", 0), ("order", 0), ("new_order", 0)):
        value = getattr(operation, field)
        for smaller in sorted({least, value // 2, value - 1}):
            if 0 <= smaller < value:
                yield replace(operation, **{field: smaller})
    if operation.mark:
        yield replace(operation, mark=0)
    # The simplest pointer and the simplest value.
    least = 1 if operation.entry & 1 else 4
    if operation.entry > least:
        yield replace(operation, entry=least)
