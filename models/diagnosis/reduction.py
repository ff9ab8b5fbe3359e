# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes a counterexample smaller: without the operations that it does not need, in small numbers.

Hypothesis shrinks what it drew; what the machine adds to that, such as snapshots and the drain, and
what a sweep found, is left to this.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from models.case.finding import Finding, last_operation
from models.case.symptoms import Kept, symptoms
from models.case.tree_size import made_nodes, most_nodes, split_nodes
from models.case.trial import Trial, first
from specs.callers import Contract, beyond
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
    if finding.contract is Contract.DOCUMENTATION:
        # Whether it needs what no caller may ask for decides its class.
        trials = 1
        known = breaks(trial, careful(trial, finding), finding, kept) or finding
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
    every = [
        one for one in trial.everything(operations, expected) if one.apart() == finding.apart()
    ]
    found = first(every)
    if found and not _as_strict(found[0], finding):
        return None
    if kept is not None and found and not kept.admit(symptoms(found)):
        return None
    return next((one for one in found if one.property == finding.property), None)


def _as_strict(one: Finding, finding: Finding) -> bool:
    """Whether it is not only outside the callers' contract, unless the other is, too."""
    return one.contract in (Contract.CALLERS, finding.contract)


def settled(trial: Trial, found: Sequence[Finding]) -> list[Finding]:
    """What the first operation of a case that breaks anything shows (``found``), in the same case
    without what no caller may ask for, if the same shows there: what that is decides the class."""
    if not found or found[0].contract is Contract.CALLERS:
        return list(found)
    case = careful(trial, found[0])
    if len(case) == len(found[0].operations):
        return list(found)
    try:
        again = trial.run(case, trial.expected(case))
    except (PreconditionError, ValueError):
        return list(found)
    same = [one.label() for one in again] == [
        replace(one, contract=Contract.CALLERS).label() for one in found
    ]
    return again if same and symptoms(again) == symptoms(found) else list(found)


def careful(trial: Trial, finding: Finding) -> list[Operation]:
    """The case of a finding without the operations that no caller may ask for, but for that which
    shows it."""
    left_out = beyond(
        finding.operations, finding.chunk_shift, one_level=trial.implementation.one_level
    )
    shows = last_operation(finding)
    every = enumerate(finding.operations)
    return [one for number, one in every if number == shows or number not in left_out]


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
    yield from _together(whole)
    yield from _plainer(whole)
    for place, operation in enumerate(whole):
        for simpler in _simpler(operation):
            yield [*whole[:place], simpler, *whole[place + 1 :]]


def _together(whole: Sequence[Operation]) -> Iterator[list[Operation]]:
    """Cases with the same field of several operations smaller: what is stored at an index or of an
    order is split there, and of that order."""
    least = min(one.index for one in whole)
    if least:
        yield [replace(one, index=one.index - least) for one in whole]
    for field in ("index", "order"):
        values = Counter(getattr(one, field) for one in whole)
        for value in sorted((one for one in values if values[one] > 1), reverse=True):
            for smaller in sorted({0, value // 2, value - 1}):
                if 0 <= smaller < value:
                    yield [
                        replace(one, **{field: smaller}) if getattr(one, field) == value else one
                        for one in whole
                    ]


def _plainer(whole: Sequence[Operation]) -> Iterator[list[Operation]]:
    """Cases in which one operation does what another, or several through a cursor, did."""
    for place, one in enumerate(whole):
        before, after = whole[:place], whole[place + 1 :]
        last = one.argument + 1
        order = (last - one.index).bit_length() - 1
        if one.code is Code.STORE_RANGE and last - one.index == 1 << order:
            yield [*before, replace(one, code=Code.STORE, order=order, argument=0), *after]
        codes = [each.code for each in whole[place : place + 3]]
        if codes == [Code.CURSOR_SET, Code.CURSOR_SPLIT_ALLOC, Code.CURSOR_SPLIT_ALONE]:
            alone = whole[place + 2]
            split = replace(one, code=Code.SPLIT, order=alone.order, new_order=one.order)
            yield [*before, replace(split, entry=alone.entry), *after[2:]]
        if codes[:2] == [Code.CURSOR_SET, Code.CURSOR_SPLIT]:
            split = replace(one, code=Code.SPLIT, order=after[0].order, new_order=one.order)
            yield [*before, replace(split, entry=after[0].entry), *after[1:]]


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
