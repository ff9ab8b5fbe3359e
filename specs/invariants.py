# SPDX-License-Identifier: GPL-2.0-or-later
"""Structural invariants: what holds in every snapshot taken between two operations.

Each is a named predicate with a one-line statement.  Most look at one node by itself; those are
evaluated once for each distinct node picture, since a sweep meets the same nodes again and again.

Two may be suspended, because operations that did all they should can leave them broken:

* ``node-empty`` after a store that failed for want of memory: the nodes that it had made stay, as
  in kernels (``xas_create`` does not undo);
* ``root-lowest`` after such a store, after a split of an entry at index 0, and after a zero entry
  at index 0 (which needs a node) was replaced: only removals shrink the tree (``xas_delete_node``
  calls ``xas_shrink``), and in that case not before the root itself loses a slot.

Facts: ``include/linux/xarray.h`` (``struct xa_node``), ``lib/xarray.c``, ``mm/workingset.c``
(``workingset_update_node``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from specs.property import Property, Register, Violation
from specs.survey import ROOT, Survey, node_slots
from xarray_model.entries import (
    NULL,
    ZERO,
    is_error,
    is_internal,
    is_node,
    is_sibling,
    is_value,
    mk_node,
    mk_sibling,
    sibling_offset,
)
from xarray_model.snapshot import ARRAY_RIGHT, MALFORMED, PARENT_RIGHT, NodePicture, Snapshot

INVARIANTS = Register()
"""Every structural invariant by name."""

SUSPENDED_BY_FAILED_STORE = frozenset({"node-empty", "root-lowest"})
"""What a store that failed for want of memory may leave broken."""
SUSPENDED_BY_SPLIT = frozenset({"root-lowest"})
"""What a split may leave broken."""
SUSPENDED_BY_ZERO = frozenset({"root-lowest"})
"""What a store over the zero entry of index 0 may leave broken."""

Fault = tuple[int | None, str]
"""A slot (None for the node itself) and what is wrong there."""
NodeCheck = Callable[[NodePicture, int], Iterator[Fault]]
ArrayCheck = Callable[[Survey], Iterator[str]]


@dataclass(frozen=True, slots=True)
class _NodeInvariant:
    property: Property
    check: NodeCheck


@dataclass(frozen=True, slots=True)
class _ArrayInvariant:
    property: Property
    check: ArrayCheck


_NODE: list[_NodeInvariant] = []
_ARRAY: list[_ArrayInvariant] = []


def _of_node(name: str, statement: str) -> Callable[[NodeCheck], NodeCheck]:
    def register(check: NodeCheck) -> NodeCheck:
        _NODE.append(_NodeInvariant(INVARIANTS.state(name, statement), check))
        return check

    return register


def _of_array(name: str, statement: str) -> Callable[[ArrayCheck], ArrayCheck]:
    def register(check: ArrayCheck) -> ArrayCheck:
        _ARRAY.append(_ArrayInvariant(INVARIANTS.state(name, statement), check))
        return check

    return register


def broken(snapshot: Snapshot | Survey, suspended: frozenset[str] = frozenset()) -> list[Violation]:
    """The invariants that do not hold, except the suspended ones; empty when the array is sound.

    A detail names the node by its path from the root and, where it applies, the slot.
    """
    survey = snapshot if isinstance(snapshot, Survey) else Survey(snapshot)
    s = survey.snapshot.chunk_shift
    found: list[Violation] = []
    for ordinal, node in enumerate(survey.snapshot.nodes):
        for violated, slot, text in _node_faults(node, s):
            if violated.name not in suspended:
                where = survey.path(ordinal) + (f" slot {slot}" if slot is not None else "")
                found.append(violated.broken(f"{where}: {text}"))
    for invariant in _ARRAY:
        if invariant.property.name not in suspended:
            found.extend(invariant.property.broken(text) for text in invariant.check(survey))
    return found


@lru_cache(maxsize=1 << 16)
def _node_faults(node: NodePicture, s: int) -> tuple[tuple[Property, int | None, str], ...]:
    return tuple(
        (invariant.property, slot, text)
        for invariant in _NODE
        for slot, text in invariant.check(node, s)
    )


# What one node tells by itself.


@_of_node("node-shift", "a node's shift is a multiple of the chunk shift, below 64")
def _shift(node: NodePicture, s: int) -> Iterator[Fault]:
    if node.shift % s or node.shift >= 64:
        yield None, f"shift {node.shift} at chunk shift {s}"


@_of_node("node-parent", "a node's parent field points to the node above it, NULL in the root")
def _parent(node: NodePicture, s: int) -> Iterator[Fault]:
    if not node.flags & PARENT_RIGHT:
        yield None, "the parent field is wrong"


@_of_node("node-array", "a node's array field points to the array")
def _array(node: NodePicture, s: int) -> Iterator[Fault]:
    if not node.flags & ARRAY_RIGHT:
        yield None, "the array field is wrong"


@_of_node("node-count", "count is the number of slots that are not NULL")
def _count(node: NodePicture, s: int) -> Iterator[Fault]:
    filled = len(node.slots) - node.slots.count(NULL)
    if node.count != filled:
        yield None, f"count is {node.count}, but {filled} slots are not NULL"


@_of_node(
    "node-nr-values", "nr_values is the number of slots that hold a value or a sibling of a value"
)
def _nr_values(node: NodePicture, s: int) -> Iterator[Fault]:
    values = 0
    for entry in node.slots:
        if is_sibling(entry, s):
            entry = node.slots[sibling_offset(entry)]
        values += is_value(entry)
    if node.nr_values != values:
        yield None, f"nr_values is {node.nr_values}, but {values} slots hold values or siblings"


@_of_node("node-empty", "a reachable node is not empty")
def _empty(node: NodePicture, s: int) -> Iterator[Fault]:
    if not any(node.slots):
        yield None, "no slot holds anything"


@_of_node("lru", "a node is on the shadow-node LRU exactly when count is not 0 and is nr_values")
def _lru(node: NodePicture, s: int) -> Iterator[Fault]:
    belongs = node.count != 0 and node.count == node.nr_values
    if node.on_lru != belongs:
        held = "is" if node.on_lru else "is not"
        yield None, f"{held} on the LRU with count {node.count}, nr_values {node.nr_values}"


@_of_node("slot-error", "no slot holds an error word")
def _error(node: NodePicture, s: int) -> Iterator[Fault]:
    for slot, entry in enumerate(node.slots):
        if is_error(entry):
            yield slot, f"holds the error word {entry:#x}"


@_of_node("slot-kind", "an internal entry in a slot is a sibling, the zero entry or a node")
def _kind(node: NodePicture, s: int) -> Iterator[Fault]:
    for slot, entry in enumerate(node.slots):
        if is_internal(entry) and not (
            is_sibling(entry, s) or entry == ZERO or is_node(entry) or is_error(entry)
        ):
            yield slot, f"holds the internal entry {entry:#x}"


@_of_node("leaf-child", "a node of shift 0 holds no nodes")
def _leaf_child(node: NodePicture, s: int) -> Iterator[Fault]:
    if node.shift == 0:
        for slot, _ in node_slots(node.slots):
            yield slot, "holds a node below a node of shift 0"


@_of_node("sibling-target", "a sibling refers backwards, to a slot that holds an entry of its own")
def _sibling_target(node: NodePicture, s: int) -> Iterator[Fault]:
    for slot, entry in enumerate(node.slots):
        if is_sibling(entry, s):
            canonical = sibling_offset(entry)
            target = node.slots[canonical]
            if canonical >= slot:
                yield slot, f"is a sibling of slot {canonical}, which does not precede it"
            elif target == NULL or (is_internal(target) and target != ZERO):
                yield slot, f"is a sibling of slot {canonical}, which holds {_name(target, s)}"


@_of_node(
    "sibling-run",
    "an entry's slots are one aligned run of a power of two, at most half of the node",
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


@_of_node("sibling-mark", "sibling slots bear no mark")
def _sibling_mark(node: NodePicture, s: int) -> Iterator[Fault]:
    if any(node.marks):
        for slot, entry in enumerate(node.slots):
            if is_sibling(entry, s) and _marks_at(node, slot):
                yield slot, f"is a sibling and bears marks {_marks_at(node, slot):03b}"


@_of_node("null-mark", "NULL slots bear no mark")
def _null_mark(node: NodePicture, s: int) -> Iterator[Fault]:
    if any(node.marks):
        for slot, entry in enumerate(node.slots):
            if entry == NULL and _marks_at(node, slot):
                yield slot, f"is NULL and bears marks {_marks_at(node, slot):03b}"


# What it takes several nodes, or the array, to tell.


@_of_array("tree", "every node pointer leads to a live node, and no two lead to the same")
def _tree(survey: Survey) -> Iterator[str]:
    for ordinal, slot in survey.misled:
        where = "head" if ordinal == ROOT else f"{survey.path(ordinal)} slot {slot}"
        yield f"{where}: points to no node, or to one that is in the tree already"
    for ordinal in survey.lost:
        yield f"node {ordinal} is pictured, but nothing points to it"
    if survey.snapshot.flags & MALFORMED and not survey.misled:
        yield "the snapshot's writer met a pointer that leads nowhere"


@_of_array("child-shift", "a node's shift is its parent's less the chunk shift")
def _child_shift(survey: Survey) -> Iterator[str]:
    s, nodes = survey.snapshot.chunk_shift, survey.snapshot.nodes
    for ordinal, parent in enumerate(survey.parents):
        if parent != ROOT and nodes[ordinal].shift + s != nodes[parent].shift:
            yield (
                f"{survey.path(ordinal)}: shift is {nodes[ordinal].shift},"
                f" its parent's is {nodes[parent].shift}"
            )


@_of_array("child-offset", "a node's offset is its slot in its parent")
def _child_offset(survey: Survey) -> Iterator[str]:
    nodes = survey.snapshot.nodes
    for ordinal, parent in enumerate(survey.parents):
        if parent != ROOT and nodes[ordinal].offset != survey.slots[ordinal]:
            yield (
                f"{survey.path(ordinal)}: offset is {nodes[ordinal].offset},"
                f" its slot is {survey.slots[ordinal]}"
            )


@_of_array("child-mark", "a node's bit for a child is set exactly when the child has the mark")
def _child_mark(survey: Survey) -> Iterator[str]:
    nodes = survey.snapshot.nodes
    for ordinal, parent in enumerate(survey.parents):
        if parent == ROOT:
            continue
        has = tuple(map(bool, nodes[ordinal].marks))
        slot = survey.slots[ordinal]
        bits = tuple(bool(word >> slot & 1) for word in nodes[parent].marks)
        for mark in range(3):
            if has[mark] != bits[mark]:
                yield (
                    f"{survey.path(parent)} slot {slot}: mark {mark} is {int(bits[mark])},"
                    f" the OR over the child is {int(has[mark])}"
                )


@_of_array("array-mark", "the array has a mark exactly when its root, or the head's entry, has it")
def _array_mark(survey: Survey) -> Iterator[str]:
    snapshot = survey.snapshot
    if snapshot.nodes:
        below = sum(bool(word) << mark for mark, word in enumerate(snapshot.nodes[0].marks))
    elif snapshot.head == NULL:
        below = 0
    else:
        return
    if snapshot.marks != below:
        yield f"array: marks are {snapshot.marks:03b}, the OR over the root is {below:03b}"


@_of_array("root-lowest", "the tree is no higher than what it holds needs")
def _root_lowest(survey: Survey) -> Iterator[str]:
    snapshot = survey.snapshot
    if snapshot.nodes:
        root = snapshot.nodes[0]
        only = root.slots[0]
        if only not in (NULL, ZERO) and not any(root.slots[1:]):
            if is_node(only):
                yield f"root: of shift {root.shift} with nothing but the node in slot 0"
            elif root.shift == 0:
                yield "root: of shift 0 with nothing but the entry of index 0"


@_of_array("head", "the head is NULL, a plain or zero entry, or a pointer to the root")
def _head(survey: Survey) -> Iterator[str]:
    snapshot = survey.snapshot
    if snapshot.nodes:
        good = snapshot.head == mk_node(0)
    else:
        good = not is_internal(snapshot.head) or snapshot.head == ZERO
    if not good:
        yield f"head: holds {_name(snapshot.head, snapshot.chunk_shift)}"


@_of_array("lru-stray", "nothing is on the shadow-node LRU but nodes of the array")
def _lru_stray(survey: Survey) -> Iterator[str]:
    if survey.snapshot.stray_lru:
        yield f"{survey.snapshot.stray_lru} nodes are on the LRU that the array does not reach"


@_of_array("live-nodes", "every live node is reachable: nothing has leaked")
def _live_nodes(survey: Survey) -> Iterator[str]:
    snapshot = survey.snapshot
    if snapshot.live_nodes != len(snapshot.nodes):
        yield f"{snapshot.live_nodes} nodes are live, {len(snapshot.nodes)} are reachable"


def _marks_at(node: NodePicture, slot: int) -> int:
    return sum((word >> slot & 1) << mark for mark, word in enumerate(node.marks))


def _name(entry: int, s: int) -> str:
    if entry == NULL:
        return "NULL"
    if is_sibling(entry, s):
        return f"a sibling of slot {sibling_offset(entry)}"
    if is_node(entry):
        return "a node"
    return f"the entry {entry:#x}"
