# SPDX-License-Identifier: GPL-2.0-or-later
"""Structural invariants that it takes several nodes, or the array, to tell.

Facts: ``include/linux/xarray.h`` (``struct xa_node``), ``lib/xarray.c``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from specs.node_invariants import named
from specs.property import Property, Register
from specs.survey import ROOT, Survey
from xarray_model.entries import NULL, ZERO, is_internal, is_node, mk_node
from xarray_model.flags import FREE_MARK, ArrayFlag
from xarray_model.snapshot import MALFORMED

ARRAY_INVARIANTS = Register()
"""Every one by name."""

Check = Callable[[Survey], Iterator[str]]

Premise = Callable[[Survey], bool]
"""Whether an array has what an invariant is about."""

CHECKS: list[tuple[Property, Check]] = []
"""Every one with the check that says in words where it is broken."""
PREMISES: list[tuple[Property, Premise]] = []


def _always(survey: Survey) -> bool:
    return True


def _nodes(survey: Survey) -> bool:
    return bool(survey.snapshot.nodes)


def _children(survey: Survey) -> bool:
    return any(parent != ROOT for parent in survey.parents)


def _marked_children(survey: Survey) -> bool:
    nodes = survey.snapshot.nodes
    parents = zip(nodes, survey.parents, strict=True)
    return any(parent != ROOT and any(node.marks) for node, parent in parents)


def _marked(survey: Survey) -> bool:
    snapshot = survey.snapshot
    return bool(snapshot.marks) or any(any(node.marks) for node in snapshot.nodes)


def _states(name: str, statement: str, premise: Premise = _always) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        stated = ARRAY_INVARIANTS.state(name, statement)
        CHECKS.append((stated, check))
        PREMISES.append((stated, premise))
        return check

    return register


@_states("tree", "every node pointer leads to a live node, and no two lead to the same", _nodes)
def _tree(survey: Survey) -> Iterator[str]:
    for ordinal, slot in survey.misled:
        where = "head" if ordinal == ROOT else f"{survey.path(ordinal)} slot {slot}"
        yield f"{where}: points to no node, or to one that is in the tree already"
    for ordinal in survey.lost:
        yield f"node {ordinal} is pictured, but nothing points to it"
    if survey.snapshot.flags & MALFORMED and not survey.misled:
        yield "the snapshot's writer met a pointer that leads nowhere"


@_states("child-shift", "a node's shift is its parent's less the chunk shift", _children)
def _child_shift(survey: Survey) -> Iterator[str]:
    s, nodes = survey.snapshot.chunk_shift, survey.snapshot.nodes
    for ordinal, parent in enumerate(survey.parents):
        if parent != ROOT and nodes[ordinal].shift + s != nodes[parent].shift:
            yield (
                f"{survey.path(ordinal)}: shift is {nodes[ordinal].shift},"
                f" its parent's is {nodes[parent].shift}"
            )


@_states("child-offset", "a node's offset is its slot in its parent", _children)
def _child_offset(survey: Survey) -> Iterator[str]:
    nodes = survey.snapshot.nodes
    for ordinal, parent in enumerate(survey.parents):
        if parent != ROOT and nodes[ordinal].offset != survey.slots[ordinal]:
            yield (
                f"{survey.path(ordinal)}: offset is {nodes[ordinal].offset},"
                f" its slot is {survey.slots[ordinal]}"
            )


@_states(
    "child-mark",
    "a node's bit for a child is set exactly when the child has the mark",
    _marked_children,
)
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


@_states(
    "array-mark",
    "the array has a mark exactly when its root, or the head's entry, has it",
    _marked,
)
def _array_mark(survey: Survey) -> Iterator[str]:
    snapshot = survey.snapshot
    if snapshot.nodes:
        below = sum(bool(word) << mark for mark, word in enumerate(snapshot.nodes[0].marks))
    elif snapshot.head == NULL:
        below = 0
        if survey.tracks_free and not snapshot.array_flags & ArrayFlag.ZERO_BUSY:
            below = 1 << FREE_MARK
    elif survey.tracks_free and snapshot.marks >> FREE_MARK & 1:
        yield "array: bears the free mark, but index 0, its only one, is not free"
        return
    else:
        return
    if snapshot.marks != below:
        yield f"array: marks are {snapshot.marks:03b}, the OR over the root is {below:03b}"


@_states("root-lowest", "the tree is no higher than what it holds needs", _nodes)
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


@_states("head", "the head is NULL, a plain or zero entry, or a pointer to the root")
def _head(survey: Survey) -> Iterator[str]:
    snapshot = survey.snapshot
    if snapshot.nodes:
        good = snapshot.head == mk_node(0)
    else:
        good = not is_internal(snapshot.head) or snapshot.head == ZERO
    if not good:
        yield f"head: holds {named(snapshot.head, snapshot.chunk_shift)}"


@_states("lru-stray", "nothing is on the shadow-node LRU but nodes of the array")
def _lru_stray(survey: Survey) -> Iterator[str]:
    if survey.snapshot.stray_lru:
        yield f"{survey.snapshot.stray_lru} nodes are on the LRU that the array does not reach"


@_states("live-nodes", "every live node is reachable, or on the case's cursor: nothing has leaked")
def _live_nodes(survey: Survey) -> Iterator[str]:
    yield from leaked(survey)


def leaked(survey: Survey, held: int = 0) -> Iterator[str]:
    """How ``live-nodes`` is broken, where the case's cursor holds so many nodes besides."""
    snapshot = survey.snapshot
    if snapshot.live_nodes != len(snapshot.nodes) + held:
        on_cursor = f" and {held} on the cursor" if held else ""
        yield (
            f"{snapshot.live_nodes} nodes are live, {len(snapshot.nodes)} are reachable{on_cursor}"
        )
