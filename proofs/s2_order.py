# SPDX-License-Identifier: GPL-2.0-or-later
"""S2: the order that a reader recovers from the leaf is the new order, for every index."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import z3

from proofs.explore import Path, everywhere, explore, well_defined
from proofs.obligation import Obligation, prove, refute, theorem
from proofs.words import Truth, literal, variable
from xarray_model import geometry


def _sibling_at(siblings: z3.BitVecRef, slot: z3.BitVecRef) -> z3.BoolRef:
    """Whether the bitmap of sibling slots has this slot; SMT-LIB's shifts are total."""
    return z3.LShR(siblings, slot) & 1 == 1


def _run_at(siblings: z3.BitVecRef, first: z3.BitVecRef, slots: z3.BitVecRef) -> z3.BoolRef:
    """That ``slots`` slots from ``first`` on are one canonical slot and its siblings, and the slot
    after them, if there is one, is no sibling."""
    run = (z3.BitVecVal(1, 64) << slots) - 1
    inside = z3.LShR(siblings, first) & run == run - 1
    return z3.And(inside, z3.Not(_sibling_at(siblings, first + slots)))


def recovered_order(slot: Any, siblings: Any, shift: Any, s: int) -> Any:
    """The order that the siblings after a canonical slot tell: double the run while the slot at
    its end is a sibling (the fact: ``xas_get_order``)."""
    doublings = 0
    while True:
        following = slot + (1 << doublings)
        if following >= 1 << s or not Truth(_sibling_at(siblings.term, following.term)):
            return shift + doublings
        doublings += 1


def _recover(s: int, premises: list[z3.BoolRef]) -> tuple[list[Path], Any]:
    slot, new_order = variable("canonical_slot", s), variable("new_order", 6)
    siblings = variable("sibling_slots", 1 << s)
    paths = explore(
        lambda: recovered_order(slot, siblings, geometry.node_shift(new_order, s), s), premises
    )
    return list(paths), new_order


@theorem(
    "S2.order",
    "From the canonical slot of a run the siblings tell exactly the new order.",
    source="lib/xarray.c xas_get_order, xa_get_order; geometry.node_shift, geometry.slots_of",
    assumes="the slots of the run are one canonical slot and siblings, the slot after it is none",
    logic="QF_BV",
)
def order(s: int) -> Iterator[Obligation]:
    """In a leaf of a vertical split and in the node of a horizontal one alike."""
    slot, new_order = variable("canonical_slot", s), variable("new_order", 6)
    siblings = variable("sibling_slots", 1 << s)
    (slots,) = explore(lambda: geometry.slots_of(new_order, s))
    run = slots.result.term
    aligned = slot.term & (run - 1) == 0
    premises = [aligned, _run_at(siblings.term, slot.term, run)]
    paths, _ = _recover(s, premises)
    yield prove("recovered", premises, everywhere(paths, lambda o: o.term == new_order.term))
    yield prove("defined", premises, well_defined(paths))
    loose = [aligned, z3.LShR(siblings.term, slot.term) & (z3.BitVecVal(1, 64) << run) - 1 == 0]
    if s > 1:
        inside = z3.LShR(siblings.term, slot.term) & ((z3.BitVecVal(1, 64) << run) - 1)
        loose = [aligned, inside == (z3.BitVecVal(1, 64) << run) - 2]
    free, _ = _recover(s, loose)
    yield refute(
        "control-next-slot",
        "the slot after the run may be a sibling too",
        loose,
        everywhere(free, lambda o: o.term == new_order.term),
    )


@theorem(
    "S2.leaf",
    "Every index of the range lands in such a run: a leaf filled by the split has a sibling in"
    " every slot but the canonical ones.",
    source="lib/xarray.c xas_split; geometry.canonical_slot, geometry.offset_of",
    assumes="a slot of the new leaf is a sibling iff it is not the canonical slot of its run",
    logic="QF_BV",
)
def leaf(s: int) -> Iterator[Obligation]:
    """The hypothesis of S2.order, from the way the leaf is filled."""
    index, new_order = variable("index", 64), variable("new_order", 6)
    siblings = variable("sibling_slots", 1 << s)
    filled = []
    for slot in range(1 << s):
        word = literal(slot)
        (path,) = explore(partial(geometry.canonical_slot, word, new_order, s))
        is_sibling = _sibling_at(siblings.term, word.term)
        filled.append(is_sibling == (path.result.term != word.term))

    def landing() -> tuple[Any, Any]:
        offset = geometry.offset_of(index, geometry.node_shift(new_order, s), s)
        return geometry.canonical_slot(offset, new_order, s), geometry.slots_of(new_order, s)

    paths = list(explore(landing))
    yield prove(
        "run",
        filled,
        everywhere(paths, lambda r: _run_at(siblings.term, r[0].term, r[1].term)),
    )
    yield prove("defined", filled, well_defined(paths))
    yield refute(
        "control-unfilled",
        "the last slot of the leaf is not filled by the split",
        filled[:-1],
        everywhere(paths, lambda r: _run_at(siblings.term, r[0].term, r[1].term)),
    )


THEOREMS = (order, leaf)
