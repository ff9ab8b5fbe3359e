# SPDX-License-Identifier: GPL-2.0-or-later
"""How long an implementation takes to split an entry and to merge it back, by the wall clock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from models.driver.worker import Worker
from models.subject.implementation import Implementation
from xarray_model import geometry
from xarray_model.operations import Code, Operation

OLD, NEW = 4, 8
_NODES = 3_000
"""Nodes that are allocated in one run, about: small splits are repeated."""
_RUNS = 10
"""Of so many runs the fastest counts: the others were disturbed."""
_PATIENCE = 0.2
"""Seconds after which no other run is made."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A split of ``order`` to order 0, which takes ``nodes``: the seconds of it together with the
    store that merges it back, in user space and with all checks of the driver."""

    order: int
    nodes: int
    seconds: float


def splits(implementation: Implementation, s: int, most_nodes: int = 5_000) -> Iterator[Timed]:
    """Every split to order 0 that takes nodes, at most ``most_nodes``, and is not refused.

    Ends early when the implementation does not come to the end of one.
    """
    with Worker(implementation.executables[s]) as worker:
        for order in range(s, 64):
            nodes = geometry.split_nodes(order, 0, s)
            if nodes > most_nodes or implementation.refuses(order, 0, s):
                return
            taken = _seconds(worker, order, 1 + _NODES // nodes)
            if taken is None:
                return
            yield Timed(order, nodes, taken)


def _seconds(worker: Worker, order: int, times: int) -> float | None:
    """Seconds of one split and merge, of ``times`` in a row; None when they do not succeed."""
    store = Operation(Code.STORE, 0, order, entry=OLD)
    split = Operation(Code.SPLIT, 0, order, 0, NEW)
    case = b"".join(one.encode() for one in (store, *(split, store) * times))
    best, started = None, time.perf_counter()
    for _ in range(_RUNS):
        began = time.perf_counter()
        result = worker.run([case])
        taken = (time.perf_counter() - began) / times
        if result.abnormal:
            return None
        best = taken if best is None else min(best, taken)
        if time.perf_counter() - started > _PATIENCE:
            break
    return best
