# SPDX-License-Identifier: GPL-2.0-or-later
"""The split that the series is for: a 1 GiB entry to 4 KiB ones, compared node by node."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from models.case.reference import run_case
from models.driver.worker import Worker
from models.subject.implementation import Implementation
from models.sweep.cases import FIRST, Group, Surroundings
from specs.judge import Judge
from specs.stream import cut
from xarray_model import geometry
from xarray_model.entries import ENOMEM, mk_error
from xarray_model.operations import Code, Operation

CHUNK_SHIFT, ORDER, NEW_ORDER = 6, 18, 0


_GROUP = Group(CHUNK_SHIFT, ORDER, NEW_ORDER, 1, Surroundings.NEIGHBOURS, 5, True, False, failing=0)


@dataclass(frozen=True, slots=True)
class Answer:
    """How one implementation did: ``holds``, a line that says what was seen, and the properties
    that ``broke``, as far as they are known."""

    holds: bool
    detail: str
    broke: tuple[str, ...] = ()


def split_whole(implementation: Implementation) -> Answer:
    """Split an order-18 entry to order 0 at chunk shift 6, merge it back and drain.

    Every node of every snapshot is compared with the model's and judged by the specs.
    """
    operations = _GROUP.operations()
    with Worker(implementation.executables[CHUNK_SHIFT], hang_seconds=10) as worker:
        result = worker.run(_GROUP.encoded([FIRST]), log=True)
    if result.abnormal:
        return Answer(False, result.abnormal[0].text)
    try:
        violations = Judge(CHUNK_SHIFT).case(operations, result.results, result.log)
    except ValueError as error:
        return Answer(False, f"the answer is no answer: {error}")
    if violations:
        broke = tuple(dict.fromkeys(one.property for one in violations))
        return Answer(False, f"{violations[0].property}: {violations[0].detail}", broke)
    if result.results != _expected():
        return Answer(False, "model and implementation answer with different bytes")
    nodes = geometry.split_nodes(ORDER, NEW_ORDER, CHUNK_SHIFT)
    return Answer(True, f"{nodes:,} nodes, each equal to the model's in every field and slot")


@cache
def _expected() -> bytes:
    """What the model answers."""
    return run_case(_GROUP.operations(), CHUNK_SHIFT).results


def refused(implementation: Implementation) -> Answer:
    """Whether a one-level implementation refuses that split: -ENOMEM, a warning, no request."""
    look = Operation(Code.SNAPSHOT)
    store = Operation(Code.STORE, 0, ORDER, entry=4)
    split = Operation(Code.SPLIT, 0, ORDER, NEW_ORDER, entry=8)
    operations = (store, look, split, look)
    with Worker(implementation.executables[CHUNK_SHIFT], hang_seconds=10) as worker:
        result = worker.run([b"".join(one.encode() for one in operations)])
    if result.abnormal:
        return Answer(False, result.abnormal[0].text)
    _, before, asked, after = cut(operations, result.results)
    error, requests, *_, warnings = asked.words
    refuses = error == mk_error(ENOMEM) and requests == 0 and warnings == 1
    unchanged = "unchanged" if before == after else "CHANGED"
    said = "refused with a warning" if refuses else f"not refused ({requests:,} nodes requested)"
    return Answer(refuses and before == after, f"{said}, the array is {unchanged}")
