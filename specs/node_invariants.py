# SPDX-License-Identifier: GPL-2.0-or-later
"""Structural invariants that one node tells by itself.

They are evaluated once for each distinct node picture, since a sweep meets the same nodes again and
again.

Facts: ``include/linux/xarray.h`` (``struct xa_node``), ``mm/workingset.c``
(``workingset_update_node``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache

from specs.property import Property, Register
from specs.survey import node_slots
from xarray_model.entries import (
    NULL,
    ZERO,
    is_error,
    is_internal,
    is_node,
    is_sibling,
    is_value,
    mk_sibling,
    sibling_offset,
)
from xarray_model.flags import FREE_MARK
from xarray_model.snapshot import ARRAY_RIGHT, PARENT_RIGHT, NodePicture

NODE_INVARIANTS = Register()
"""Every one by name."""

Fault = tuple[int | None, str]
"""A slot (None for the node itself) and what is wrong there."""
Check = Callable[[NodePicture, int], Iterator[Fault]]

Premise = Callable[[NodePicture, int], bool]
"""Whether a node has what an invariant is about."""

_CHECKS: list[tuple[Property, Check]] = []
_PREMISES: list[tuple[Property, Premise]] = []


def _always(node: NodePicture, s: int) -> bool:
    return True


def _internals(node: NodePicture, s: int) -> bool:
    return any(map(is_internal, node.slots))


def _leaf(node: NodePicture, s: int) -> bool:
    return node.shift == 0


def _siblings(node: NodePicture, s: int) -> bool:
    return any(is_sibling(entry, s) for entry in node.slots)


def _values(node: NodePicture, s: int) -> bool:
    return any(map(is_value, node.slots))


def _marked(node: NodePicture, s: int) -> bool:
    return any(node.marks)


def _marked_siblings(node: NodePicture, s: int) -> bool:
    return _marked(node, s) and _siblings(node, s)


def _marked_null(node: NodePicture, s: int) -> bool:
    return _marked(node, s) and NULL in node.slots


def _states(name: str, statement: str, premise: Premise = _always) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        stated = NODE_INVARIANTS.state(name, statement)
        _CHECKS.append((stated, check))
        _PREMISES.append((stated, premise))
        return check

    return register


@lru_cache(maxsize=1 << 16)
def node_judged(node: NodePicture, s: int, tracks_free: bool = False) -> frozenset[str]:
    """The names of the invariants that are judged on a node: it has what they are about."""
    names = [stated.name for stated, premise in _PREMISES if premise(_unfree(node, tracks_free), s)]
    return frozenset([*names, FREE_MARKED.name] if tracks_free else names)


@lru_cache(maxsize=1 << 16)
def node_faults(
    node: NodePicture, s: int, tracks_free: bool = False
) -> tuple[tuple[Property, int | None, str], ...]:
    """The invariants that a node breaks at chunk shift ``s``: the slot (None for the node itself)
    and what is wrong there.  ``tracks_free``: the array tells by mark 0 which indices are free."""
    others = _unfree(node, tracks_free)
    faults = [(stated, slot, text) for stated, check in _CHECKS for slot, text in check(others, s)]
    if tracks_free:
        faults += [(FREE_MARKED, slot, text) for slot, text in _free_marked(node, s)]
    return tuple(faults)


FREE_MARKED = NODE_INVARIANTS.state(
    "free-mark",
    "where free indices are tracked a NULL slot bears the free mark, an entry's slots do not",
)


def _unfree(node: NodePicture, tracks_free: bool) -> NodePicture:
    """The node without the mark that tells which of its slots are free."""
    if not tracks_free:
        return node
    return replace(node, marks=(0, *node.marks[1:]))


def _free_marked(node: NodePicture, s: int) -> Iterator[Fault]:
    for slot, entry in enumerate(node.slots):
        if is_node(entry):
            continue  # child-mark says what it bears
        bears = node.marks[FREE_MARK] >> slot & 1
        if bears != (entry == NULL):
            yield slot, f"holds {named(entry, s)} and {'bears' if bears else 'lacks'} the free mark"


@_states("node-shift", "a node's shift is a multiple of the chunk shift, below 64")
def _shift(node: NodePicture, s: int) -> Iterator[Fault]:
    if node.shift % s or node.shift >= 64:
        yield None, f"shift {node.shift} at chunk shift {s}"


@_states("node-parent", "a node's parent field points to the node above it, NULL in the root")
def _parent(node: NodePicture, s: int) -> Iterator[Fault]:
    if not node.flags & PARENT_RIGHT:
        yield None, "the parent field is wrong"


@_states("node-array", "a node's array field points to the array")
def _array(node: NodePicture, s: int) -> Iterator[Fault]:
    if not node.flags & ARRAY_RIGHT:
        yield None, "the array field is wrong"


@_states("node-count", "count is the number of slots that are not NULL")
def _count(node: NodePicture, s: int) -> Iterator[Fault]:
    filled = len(node.slots) - node.slots.count(NULL)
    if node.count != filled:
        yield None, f"count is {node.count}, but {filled} slots are not NULL"


@_states(
    "node-nr-values",
    "nr_values is the number of slots that hold a value or a sibling of a value",
    _values,
)
def _nr_values(node: NodePicture, s: int) -> Iterator[Fault]:
    values = 0
    for entry in node.slots:
        if is_sibling(entry, s):
            entry = node.slots[sibling_offset(entry)]
        values += is_value(entry)
    if node.nr_values != values:
        yield None, f"nr_values is {node.nr_values}, but {values} slots hold values or siblings"


@_states("node-empty", "a reachable node is not empty")
def _empty(node: NodePicture, s: int) -> Iterator[Fault]:
    if not any(node.slots):
        yield None, "no slot holds anything"


@_states("lru", "a node is on the shadow-node LRU exactly when count is not 0 and is nr_values")
def _lru(node: NodePicture, s: int) -> Iterator[Fault]:
    belongs = node.count != 0 and node.count == node.nr_values
    if node.on_lru != belongs:
        held = "is" if node.on_lru else "is not"
        yield None, f"{held} on the LRU with count {node.count}, nr_values {node.nr_values}"


@_states("slot-error", "no slot holds an error word")
def _error(node: NodePicture, s: int) -> Iterator[Fault]:
    for slot, entry in enumerate(node.slots):
        if is_error(entry):
            yield slot, f"holds the error word {entry:#x}"


@_states(
    "slot-kind", "an internal entry in a slot is a sibling, the zero entry or a node", _internals
)
def _kind(node: NodePicture, s: int) -> Iterator[Fault]:
    for slot, entry in enumerate(node.slots):
        if is_internal(entry) and not (
            is_sibling(entry, s) or entry == ZERO or is_node(entry) or is_error(entry)
        ):
            yield slot, f"holds the internal entry {entry:#x}"


@_states("leaf-child", "a node of shift 0 holds no nodes", _leaf)
def _leaf_child(node: NodePicture, s: int) -> Iterator[Fault]:
    if node.shift == 0:
        for slot, _ in node_slots(node.slots):
            yield slot, "holds a node below a node of shift 0"


@_states(
    "sibling-target",
    "a sibling refers backwards, to a slot that holds an entry of its own",
    _siblings,
)
def _sibling_target(node: NodePicture, s: int) -> Iterator[Fault]:
    for slot, entry in enumerate(node.slots):
        if is_sibling(entry, s):
            canonical = sibling_offset(entry)
            target = node.slots[canonical]
            if canonical >= slot:
                yield slot, f"is a sibling of slot {canonical}, which does not precede it"
            elif target == NULL or (is_internal(target) and target != ZERO):
                yield slot, f"is a sibling of slot {canonical}, which holds {named(target, s)}"


@_states(
    "sibling-run",
    "an entry's slots are one aligned run of a power of two, at most half of the node",
    _siblings,
)
def _sibling_run(node: NodePicture, s: int) -> Iterator[Fault]:
    canonical = run = 0
    for slot, entry in enumerate((*node.slots, NULL)):
        if run and entry == mk_sibling(canonical):
            run += 1
            continue
        if run and (run & (run - 1) or canonical % run or 2 * run > len(node.slots)):
            yield canonical, f"heads a run of {run} slots"
        if is_sibling(entry, s):
            if not run or sibling_offset(entry) < canonical:
                yield slot, f"is a sibling of slot {sibling_offset(entry)}, apart from its run"
            run = 0
        else:
            canonical, run = slot, int(entry != NULL and not is_node(entry))


@_states("sibling-mark", "sibling slots bear no mark", _marked_siblings)
def _sibling_mark(node: NodePicture, s: int) -> Iterator[Fault]:
    if any(node.marks):
        for slot, entry in enumerate(node.slots):
            if is_sibling(entry, s) and _marks_at(node, slot):
                yield slot, f"is a sibling and bears marks {_marks_at(node, slot):03b}"


@_states("null-mark", "NULL slots bear no mark, but for a free mark", _marked_null)
def _null_mark(node: NodePicture, s: int) -> Iterator[Fault]:
    if any(node.marks):
        for slot, entry in enumerate(node.slots):
            if entry == NULL and _marks_at(node, slot):
                yield slot, f"is NULL and bears marks {_marks_at(node, slot):03b}"


def _marks_at(node: NodePicture, slot: int) -> int:
    return sum((word >> slot & 1) << mark for mark, word in enumerate(node.marks))


def named(entry: int, s: int) -> str:
    """What an entry is, for a detail."""
    if entry == NULL:
        return "NULL"
    if is_sibling(entry, s):
        return f"a sibling of slot {sibling_offset(entry)}"
    if is_node(entry):
        return "a node"
    return f"the entry {entry:#x}"
