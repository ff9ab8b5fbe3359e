# SPDX-License-Identifier: GPL-2.0-or-later
"""Making the case of a finding as small as it gets, and the same case at another chunk shift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.case.ends import HANGS
from models.case.finding import Finding
from models.case.symptoms import Kept
from models.case.trial import HANG_SECONDS, Trial
from models.diagnosis.reduction import breaks, reduce
from models.subject.build import build
from models.subject.implementation import Implementation
from models.sweep.comparison import AGAIN_SECONDS
from xarray_model import geometry
from xarray_model.geometry import CHUNK_SHIFTS
from xarray_model.operations import ALLOCATIONS, LAST_ID, Code, Operation

_SEARCHES = frozenset(
    {
        *(Code.FIND, Code.FIND_MARKED, Code.CURSOR_FIND, Code.CURSOR_FIND_MARKED),
        *(Code.FIND_AFTER, Code.FIND_AFTER_MARKED, Code.EXTRACT, Code.EXTRACT_MARKED),
        *(Code.STORE_RANGE, *ALLOCATIONS),
    }
)
"""What has a last index for its argument."""
TRIALS, HANGING_TRIALS = 300, 40
"""Cases that are run to make one finding smaller, and one that hangs, since each costs time.  No
time is set: what is found must not depend on the machine's load."""


def at_shift(implementation: Implementation, s: int) -> Implementation:
    """The implementation with a driver for chunk shift ``s``; BuildError if there can be none."""
    if s in implementation.executables:
        return implementation
    executables = {**implementation.executables, s: build(implementation.source, s)}
    return replace(implementation, executables=executables)


def shrink(implementation: Implementation, finding: Finding, kept: Kept | None = None) -> Finding:
    """The smallest case found that breaks the same property before any other, or fails as is
    ``kept``, at the lowest chunk shift; ``finding`` itself when there is none."""
    for s in CHUNK_SHIFTS:
        if s > finding.chunk_shift:
            break
        moved = at(implementation, finding, s, kept)
        if moved is not None:
            with trial_of(implementation, finding, s) as trial:
                return reduce(trial, moved, kept=kept, most=trials(finding))
    return finding


def trials(finding: Finding) -> int:
    """How many cases may be run to make that of the finding smaller."""
    return HANGING_TRIALS if finding.property == HANGS else TRIALS


def at(
    implementation: Implementation,
    finding: Finding,
    s: int,
    kept: Kept | None = None,
) -> Finding | None:
    """What the finding's case shows at chunk shift ``s``, where that breaks the same before
    anything else (``reduction.breaks``); None also where it would take too many nodes there."""
    operations = transfer(finding.operations, finding.chunk_shift, s)
    if operations is None:
        return None
    with trial_of(implementation, finding, s) as trial:
        return breaks(trial, operations, finding, kept)


def trial_of(implementation: Implementation, finding: Finding, s: int) -> Trial:
    """What runs cases like that of the finding; one that hangs is not waited for as long."""
    seconds = AGAIN_SECONDS if finding.property == HANGS else HANG_SECONDS
    return Trial(at_shift(implementation, s), s, seconds)


def transfer(operations: Sequence[Operation], s: int, target: int) -> tuple[Operation, ...] | None:
    """The operations with as many levels and the same slots at another chunk shift; None where an
    order or a slot does not exist there."""
    if s == target:
        return tuple(operations)
    moved = []
    for one in operations:
        order, new_order = _order(one.order, s, target), _order(one.new_order, s, target)
        index = _index(one.index, s, target)
        argument: int | None = one.argument
        if one.code in ALLOCATIONS and one.argument == LAST_ID:
            if one.index > LAST_ID >> 1:
                index = one.index
        elif one.code in _SEARCHES:
            # A last index: what follows it is the first of something, but for the last of all.
            last = one.argument == (1 << 64) - 1
            following = None if last else _index(one.argument + 1, s, target)
            argument = one.argument if last else None if following is None else following - 1
        elif one.code is Code.COUNT_ALLOC and order is not None and new_order is not None:
            # As many more or less than needed, at most.
            need = geometry.split_nodes(one.order, one.new_order, s)
            argument = max(0, one.argument - need + geometry.split_nodes(order, new_order, target))
        if order is None or new_order is None or index is None or argument is None:
            return None
        moved.append(replace(one, order=order, new_order=new_order, index=index, argument=argument))
    return tuple(moved)


def _order(order: int, s: int, target: int) -> int | None:
    rest = order % s
    moved = order // s * target + rest
    return moved if rest < target and moved < 64 else None


def _index(index: int, s: int, target: int) -> int | None:
    moved, shift = 0, 0
    while index:
        index, digit = index >> s, index & ((1 << s) - 1)
        if digit >> target or shift >= 64:
            return None
        moved |= digit << shift
        shift += target
    return moved if moved < 1 << 64 else None
