# SPDX-License-Identifier: GPL-2.0-or-later
"""Nodes that an implementation really takes for a split: at once, in stages, around one index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from models.implementation import Implementation
from models.worker import Worker
from specs.stream import cut
from xarray_model import geometry
from xarray_model.operations import Code, Operation
from xarray_model.snapshot import decode

OLD, NEW = 4, 8


@dataclass(frozen=True, slots=True)
class Costs:
    """Nodes by way of splitting; None where the implementation did not come to the end, or, for
    the walk, has no ``xas_try_split``."""

    at_once: int | None
    staged: int | None
    walk: int | None


def computed(order: int, new_order: int, s: int) -> Costs:
    """What the arithmetic says; splitting in stages ends in the same tree as splitting at once."""
    nodes = geometry.split_nodes(order, new_order, s)
    return Costs(nodes, nodes, geometry.try_split_nodes(order, new_order, s))


def measured(implementation: Implementation, order: int, new_order: int, s: int) -> Costs:
    """What the implementation takes, by its count of live nodes before and after."""
    at_once = [Operation(Code.SPLIT, 0, order, new_order, entry=NEW)]
    walk = list(_walk(order, new_order, s))
    has_walk = implementation.source.capabilities.try_split
    with Worker(implementation.executables[s], hang_seconds=30) as worker:
        return Costs(
            _taken(worker, order, at_once),
            _taken(worker, order, list(_stages(order, new_order, s))),
            _taken(worker, order, walk) if has_walk else None,
        )


def _stages(order: int, new_order: int, s: int) -> Iterator[Operation]:
    """Every entry by a split of its own, one level at a time."""
    size = 1 << order
    while order > new_order:
        lower = max(new_order, geometry.node_shift(order, s) - s)
        for index in range(0, size, 1 << order):
            yield Operation(Code.SPLIT, index, order, lower, entry=NEW)
        order = lower


def _walk(order: int, new_order: int, s: int) -> Iterator[Operation]:
    """``xas_try_split`` around index 0, each step as low as it may go."""
    while order > new_order:
        lower = max(new_order, geometry.try_split_min_order(order, s))
        yield Operation(Code.TRY_SPLIT, 0, order, lower, entry=NEW)
        order = lower


def _taken(worker: Worker, order: int, splits: list[Operation]) -> int | None:
    look = Operation(Code.SNAPSHOT)
    case = [Operation(Code.STORE, 0, order, entry=OLD), look, *splits, look]
    result = worker.run([b"".join(one.encode() for one in case)])
    if result.abnormal:
        return None
    answers = cut(case, result.results)
    if any(answer.words and answer.words[0] for answer in answers[2:-1]):
        return None
    before, after = (decode(answers[place].snapshot or b"") for place in (1, -1))
    return after.live_nodes - before.live_nodes
