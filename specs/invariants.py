# SPDX-License-Identifier: GPL-2.0-or-later
"""Structural invariants: what holds in every snapshot taken between two operations.

Each is a named predicate with a one-line statement.

Three may be suspended, because operations that did all they should can leave them broken:

* ``node-empty`` after a store that failed for want of memory: the nodes that it had made stay, as
  in kernels (``xas_create`` does not undo);
* ``root-lowest`` after such a store, after a split of an entry at index 0, after a zero entry at
  index 0 (which needs a node) was replaced, and after a store of a range: only removals shrink the
  tree (``xas_delete_node`` calls ``xas_shrink``), and not before the root itself loses a slot;
* ``sibling-run`` after a store of a range, while its entries are there.
"""

from __future__ import annotations

from specs.array_invariants import ARRAY_INVARIANTS, CHECKS, PREMISES
from specs.node_invariants import NODE_INVARIANTS, node_faults, node_judged
from specs.property import Register, Violation
from specs.survey import Survey
from xarray_model.snapshot import Snapshot

INVARIANTS = Register(NODE_INVARIANTS | ARRAY_INVARIANTS)
"""Every structural invariant by name."""

SUSPENDED_BY_FAILED_STORE = frozenset({"node-empty", "root-lowest"})
"""What a store that failed for want of memory may leave broken."""
SUSPENDED_BY_SPLIT = frozenset({"root-lowest"})
"""What a split may leave broken."""
SUSPENDED_BY_CREATE_RANGE = SUSPENDED_BY_FAILED_STORE
"""What a create_range may leave broken: its nodes are to be filled by stores that follow."""
SUSPENDED_BY_RANGE = frozenset({"root-lowest", "sibling-run"})
"""What a store_range may leave broken: it makes room for the largest entry that could end where the
range does, which may take a higher tree, and entries in any run of slots."""
SUSPENDED_BY_ZERO = frozenset({"root-lowest"})
"""What a store over the zero entry of index 0 may leave broken."""


def broken(snapshot: Snapshot | Survey, suspended: frozenset[str] = frozenset()) -> list[Violation]:
    """The invariants that do not hold, except the suspended ones; empty when the array is sound.

    A detail names the node by its path from the root and, where it applies, the slot.
    """
    survey = snapshot if isinstance(snapshot, Survey) else Survey(snapshot)
    s = survey.snapshot.chunk_shift
    found: list[Violation] = []
    for ordinal, node in enumerate(survey.snapshot.nodes):
        for violated, slot, text in node_faults(node, s, survey.tracks_free):
            if violated.name not in suspended:
                where = survey.path(ordinal) + (f" slot {slot}" if slot is not None else "")
                found.append(violated.broken(f"{where}: {text}"))
    for stated, check in CHECKS:
        if stated.name not in suspended:
            found.extend(stated.broken(text) for text in check(survey))
    return found


def judged(survey: Survey) -> frozenset[str]:
    """The names of the invariants that are judged on an array: it has what they are about."""
    s = survey.snapshot.chunk_shift
    free = survey.tracks_free
    names = {stated.name for stated, premise in PREMISES if premise(survey)}
    return frozenset(names.union(*(node_judged(node, s, free) for node in survey.snapshot.nodes)))
