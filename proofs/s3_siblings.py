# SPDX-License-Identifier: GPL-2.0-or-later
"""S3: sibling entries that the split writes are valid, and a node's fields fit their bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import z3

from proofs.explore import everywhere, explore, well_defined
from proofs.formulas import residue
from proofs.obligation import Obligation, prove, refute, theorem
from proofs.words import variable
from xarray_model import entries, geometry


@theorem(
    "S3.payload",
    "The sibling entry of any slot of a run carries the run's canonical slot, is below C-1, is"
    " recognised as a sibling and as nothing else.",
    source="include/linux/xarray.h xa_mk_sibling, xa_is_sibling, xa_is_node; entries.mk_sibling",
    assumes="slot < C; the slot is not the canonical slot of its run",
    logic="QF_BV",
)
def payload(s: int) -> Iterator[Obligation]:
    """The model's own entry functions on words."""
    slot, new_order = variable("slot", s), variable("new_order", 6)

    def described() -> tuple[Any, Any, bool, bool, bool]:
        canonical = geometry.canonical_slot(slot, new_order, s)
        entry = entries.mk_sibling(canonical)
        return (
            canonical,
            entries.sibling_offset(entry),
            bool(entries.is_sibling(entry, s)),
            bool(entries.is_node(entry)),
            bool(entries.is_value(entry)),
        )

    def right(result: tuple[Any, Any, bool, bool, bool]) -> z3.BoolRef:
        canonical, payload, sibling, node, value = result
        kinds = z3.BoolVal(sibling and not node and not value)
        below = z3.ULT(canonical.term, (1 << s) - 1)
        return z3.And(kinds, payload.term == canonical.term, below)

    run = z3.BitVecVal(1, 64) << residue(new_order.term, s)
    is_sibling_slot = slot.term & (run - 1) != 0
    if s == 1:  # entries have one slot each, so nothing is a sibling
        yield prove("no-siblings", [], z3.Not(is_sibling_slot))
        premises = []
    else:
        premises = [is_sibling_slot]
        paths = list(explore(described, premises))
        yield prove("sibling", premises, everywhere(paths, right))
        yield prove("defined", premises, well_defined(paths))
    every = list(explore(described))
    yield refute(
        "control-last-slot",
        "the last slot of a node may be canonical for siblings",
        [],
        everywhere(every, right),
    )


@theorem(
    "S3.canonical",
    "A sibling never points to a sibling: the canonical slot of a run is its own canonical slot,"
    " and the run lies inside the node.",
    source="geometry.canonical_slot, geometry.slots_of",
    assumes="slot < C, new_order < 64",
    logic="QF_BV",
)
def canonical(s: int) -> Iterator[Obligation]:
    """Idempotence, and the shape of the run."""
    slot, new_order = variable("slot", s), variable("new_order", 6)

    def twice() -> tuple[Any, Any, Any]:
        first = geometry.canonical_slot(slot, new_order, s)
        run = geometry.slots_of(new_order, s)
        return first, geometry.canonical_slot(first, new_order, s), run

    def right(result: tuple[Any, Any, Any]) -> z3.BoolRef:
        first, again, run = (word.term for word in result)
        expected = z3.BitVecVal(1, 64) << residue(new_order.term, s)
        return z3.And(
            again == first,
            run == expected,
            first & (expected - 1) == 0,
            z3.ULE(first, slot.term),
            z3.ULT(slot.term, first + expected),
            z3.ULE(first + expected, 1 << s),
        )

    paths = list(explore(twice))
    yield prove("idempotent", [], everywhere(paths, right))
    yield prove("defined", [], well_defined(paths))
    yield refute(
        "control-whole-node",
        "a run may be as long as the node",
        [],
        everywhere(paths, lambda r: z3.ULT(slot.term, r[2].term)),
    )


@theorem(
    "S3.bytes",
    "Shift, offset and the number of slots of every node fit one unsigned byte.",
    source="include/linux/xarray.h struct xa_node; geometry.node_shift, geometry.offset_of",
    assumes="orders and shifts below 64",
    logic="QF_BV",
)
def one_byte(s: int) -> Iterator[Obligation]:
    """The fields ``shift``, ``offset``, ``count``, ``nr_values``."""
    index, order, shift = variable("index", 64), variable("order", 6), variable("shift", 6)
    paths = list(
        explore(lambda: (geometry.node_shift(order, s), geometry.offset_of(index, shift, s)))
    )
    slots = geometry.chunk_size(s)

    def fits(result: tuple[Any, Any]) -> z3.BoolRef:
        at, offset = (word.term for word in result)
        return z3.And(z3.ULT(at, 64), z3.ULT(offset, 1 << s), z3.BoolVal(slots == 1 << s < 256))

    yield prove("fields", [], everywhere(paths, fits))
    yield prove("defined", [], well_defined(paths))
    yield refute(
        "control-tight",
        "the offset is below C-1",
        [],
        everywhere(paths, lambda r: z3.ULT(r[1].term, (1 << s) - 1)),
    )


THEOREMS = (payload, canonical, one_byte)
