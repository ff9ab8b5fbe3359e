# SPDX-License-Identifier: GPL-2.0-or-later
"""M1: marks after a split.

Bitmaps are words of which bit ``j`` belongs to slot ``j``; one bitmap stands for any of the three
marks, as each is handled alone.  The updates are: in the split node every slot of the old entry
(vertical) or every canonical slot of the new ones (horizontal) gets the old entry's bit; a new
leaf's canonical slots get it, as do all slots of a new node above the leaves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import z3

from proofs.explore import explore
from proofs.formulas import residue, shift_of
from proofs.obligation import Obligation, prove, refute, theorem
from proofs.words import literal, variable
from xarray_model import geometry


def _bit(bitmap: z3.BitVecRef, slot: z3.BitVecRef) -> z3.BoolRef:
    return z3.LShR(bitmap, slot) & 1 == 1


def _if(condition: z3.BoolRef, bitmap: z3.BitVecRef) -> z3.BitVecRef:
    return z3.If(condition, bitmap, z3.BitVecVal(0, 64))


def canonical_slots(new_order: Any, s: int) -> z3.BitVecRef:
    """The bitmap of the canonical slots of entries of ``new_order``, by the geometry."""
    bitmap = z3.BitVecVal(0, 64)
    for slot in range(1 << s):
        word = literal(slot)
        (path,) = explore(partial(geometry.canonical_slot, word, new_order, s))
        bitmap = bitmap | _if(path.result.term == word.term, z3.BitVecVal(1 << slot, 64))
    return bitmap


@dataclass(frozen=True, slots=True)
class Split:
    """A split of an entry whose mark is ``old`` in a node with the bitmap ``before``."""

    premises: tuple[z3.BoolRef, ...]
    before: z3.BitVecRef
    old: z3.BoolRef
    in_range: z3.BoolRef
    slot: z3.BitVecRef
    is_canonical: z3.BoolRef
    old_slots: z3.BitVecRef
    canonical: z3.BitVecRef
    all_slots: z3.BitVecRef


def split_node(s: int, vertical: bool) -> Split:
    """Any node, any run of the old entry in it, any slot to be looked at."""
    before = variable("node_marks", 1 << s)
    order, new_order = variable("order", 6), variable("new_order", 6)
    first, slot = variable("first_slot", s), variable("slot", s)
    (slots,) = explore(lambda: geometry.slots_of(order, s))
    run = slots.result.term
    old_slots = ((z3.BitVecVal(1, 64) << run) - 1) << first.term
    old = _bit(before.term, first.term)
    only_canonical = before.term & old_slots == _if(old, z3.BitVecVal(1, 64) << first.term)
    group = z3.BitVecVal(1, 64) << residue(new_order.term, s)
    top, leaf = shift_of(order.term, s), shift_of(new_order.term, s)
    return Split(
        (
            z3.ULE(new_order.term, order.term),
            z3.ULT(leaf, top) if vertical else leaf == top,
            first.term & ((z3.BitVecVal(1, 64) << residue(order.term, s)) - 1) == 0,
            only_canonical,
        ),
        before.term,
        old,
        z3.And(z3.UGE(slot.term, first.term), z3.ULT(slot.term - first.term, run)),
        slot.term,
        slot.term & (group - 1) == 0,
        old_slots,
        canonical_slots(new_order, s),
        z3.BitVecVal((1 << (1 << s)) - 1, 64),
    )


@theorem(
    "M1.vertical",
    "After a vertical split every new entry has the old mark and no sibling has one, each bit in"
    " the new nodes and the split node is the OR below it, and the other bits, and with them the"
    " ancestors', stay.",
    source="lib/xarray.c node_set_marks, xas_split; geometry.canonical_slot, geometry.slots_of",
    assumes="the old entry's mark is on its canonical slot alone",
    logic="QF_BV",
)
def vertical(s: int) -> Iterator[Obligation]:
    """Leaves, nodes between, the split node."""
    split = split_node(s, vertical=True)

    def goal(node: z3.BitVecRef, between: z3.BitVecRef, leaf: z3.BitVecRef) -> z3.BoolRef:
        return z3.And(
            z3.Implies(split.is_canonical, _bit(leaf, split.slot) == split.old),
            z3.Implies(z3.Not(split.is_canonical), z3.Not(_bit(leaf, split.slot))),
            _bit(between, split.slot) == (leaf != 0),
            (between != 0) == (leaf != 0),
            z3.If(
                split.in_range,
                _bit(node, split.slot) == (between != 0),
                _bit(node, split.slot) == _bit(split.before, split.slot),
            ),
            (node != 0) == (split.before != 0),
        )

    node = split.before | _if(split.old, split.old_slots)
    between = _if(split.old, split.all_slots)
    leaf = _if(split.old, split.canonical)
    yield prove("marks", split.premises, goal(node, between, leaf))
    yield refute(
        "control-leaf",
        "the leaf's marks are not set",
        split.premises,
        goal(node, between, z3.BitVecVal(0, 64)),
    )
    if s > 1:
        yield refute(
            "control-parent",
            "only the old canonical slot of the split node keeps the mark",
            split.premises,
            goal(split.before, between, leaf),
        )
        yield refute(
            "control-siblings",
            "the leaf's siblings are marked too",
            split.premises,
            goal(node, between, between),
        )


@theorem(
    "M1.horizontal",
    "After a horizontal split every new entry has the old mark on its canonical slot alone, and the"
    " other bits, and with them the ancestors', stay.",
    source="lib/xarray.c xas_split; geometry.canonical_slot, geometry.slots_of",
    assumes="the old entry's mark is on its canonical slot alone",
    logic="QF_BV",
)
def horizontal(s: int) -> Iterator[Obligation]:
    """In the split node itself; at s = 1 there are no horizontal splits but the identity."""
    split = split_node(s, vertical=False)

    def goal(node: z3.BitVecRef) -> z3.BoolRef:
        expected = z3.If(
            split.in_range,
            z3.And(split.old, split.is_canonical),
            _bit(split.before, split.slot),
        )
        return z3.And(_bit(node, split.slot) == expected, (node != 0) == (split.before != 0))

    node = split.before | _if(split.old, split.old_slots & split.canonical)
    yield prove("marks", split.premises, goal(node))
    if s == 1:
        wrong = split.before & ~split.old_slots
        yield refute("control-lost", "the mark is lost", split.premises, goal(wrong))
    else:
        yield refute("control-none", "no new entry is marked", split.premises, goal(split.before))
        wrong = split.before | _if(split.old, split.old_slots)
        yield refute("control-siblings", "the siblings are marked too", split.premises, goal(wrong))


THEOREMS = (vertical, horizontal)
