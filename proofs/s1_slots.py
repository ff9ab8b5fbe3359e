# SPDX-License-Identifier: GPL-2.0-or-later
"""S1: each index of the split range reaches the canonical slot of the one new entry around it.

By lemmas on symbolic 64-bit indices: one step of the walk keeps track of where the node begins
(S1.step), the leaf's canonical slot begins where the new entry does (S1.leaf), the old entry's
slots are exactly those that its indices reach (S1.top), two indices share leaf and slot iff they
share the new entry (S1.bijection), the new entries are aligned and lie inside the range
(S1.cover), and S1.walk unrolls the whole walk.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import z3

from proofs.explore import everywhere, explore, well_defined
from proofs.formulas import aligned, of_any, shift_of, slot_at
from proofs.obligation import Obligation, prove, refute, theorem
from proofs.words import variable
from xarray_model import geometry


def _extent(order: z3.BitVecRef) -> z3.BitVecRef:
    """``2**order - 1``."""
    return (z3.BitVecVal(1, 64) << order) - 1


@theorem(
    "S1.step",
    "One step of the walk from a node that begins at the right index leads to the child that does.",
    source="lib/xarray.c get_offset, xas_descend; geometry.offset_of",
    assumes="shift < 64; a node of shift x begins at the index with its low x+s bits cleared",
    logic="QF_BV",
)
def step(s: int) -> Iterator[Obligation]:
    """Level by level, at any shift."""
    index, shift = variable("index", 64), variable("shift", 6)
    paths = list(explore(lambda: geometry.offset_of(index, shift, s)))
    begin = aligned(index.term, shift.term + s)
    child = aligned(index.term, shift.term)
    yield prove("begin", [], everywhere(paths, lambda o: begin + (o.term << shift.term) == child))
    yield prove("in-node", [], everywhere(paths, lambda o: z3.ULT(o.term, 1 << s)))
    yield prove("defined", [], well_defined(paths))
    yield refute(
        "control-shift",
        "the offset is taken one bit too high",
        [],
        everywhere(paths, lambda o: begin + (o.term << (shift.term + 1)) == child),
    )


@theorem(
    "S1.leaf",
    "The canonical slot of the run that the index reaches in its leaf begins at the new entry's"
    " first index.",
    source="lib/xarray.c xas_descend, xas_split; geometry.canonical_slot, geometry.first_index",
    assumes="new_order < 64",
    logic="QF_BV",
)
def leaf(s: int) -> Iterator[Obligation]:
    """Any 64-bit index, any new order."""
    index, new_order = variable("index", 64), variable("new_order", 6)

    def place() -> tuple[Any, Any, Any]:
        shift = geometry.node_shift(new_order, s)
        slot = geometry.canonical_slot(geometry.offset_of(index, shift, s), new_order, s)
        return slot, geometry.first_index(index, new_order), geometry.last_index(index, new_order)

    paths = list(explore(place))
    shift = shift_of(new_order.term, s)
    begin = aligned(index.term, shift + s)
    first = aligned(index.term, new_order.term)
    yield prove("first-index", [], everywhere(paths, lambda r: r[1].term == first))
    yield prove(
        "last-index", [], everywhere(paths, lambda r: r[2].term == first | _extent(new_order.term))
    )
    yield prove("slot", [], everywhere(paths, lambda r: begin + (r[0].term << shift) == first))
    yield prove("defined", [], well_defined(paths))
    if s > 1:
        reached = slot_at(index.term, shift, s)
        yield refute(
            "control-sibling",
            "the slot reached is taken for the canonical one",
            [],
            begin + (reached << shift) == first,
        )


@theorem(
    "S1.top",
    "In the node of the old entry the L slots from its canonical one on are exactly those that its"
    " indices reach; every other index takes another slot, or another node, as before.",
    source="lib/xarray.c xas_split; geometry.offset_of, geometry.slots_of",
    assumes="order < 64, base aligned to 2^order, index in the same node as base",
    logic="QF_BV",
)
def top(s: int) -> Iterator[Obligation]:
    """The split writes these slots and no other."""
    index, base, order = variable("index", 64), variable("base", 64), variable("order", 6)
    shift = shift_of(order.term, s)
    same_node = aligned(index.term, shift + s) == aligned(base.term, shift + s)
    premises = [aligned(base.term, order.term) == base.term, same_node]

    def slots() -> tuple[Any, Any, Any]:
        at = geometry.node_shift(order, s)
        here, first = geometry.offset_of(index, at, s), geometry.offset_of(base, at, s)
        return here, geometry.canonical_slot(first, order, s), geometry.slots_of(order, s)

    def within(result: tuple[Any, Any, Any]) -> z3.BoolRef:
        here, first, run = (word.term for word in result)
        return z3.And(z3.UGE(here, first), z3.ULT(here, first + run))

    inside = aligned(index.term, order.term) == base.term
    paths = list(explore(slots, premises))
    yield prove("range", premises, everywhere(paths, lambda r: within(r) == inside))
    yield prove(
        "fits",
        premises,
        everywhere(paths, lambda r: z3.ULE(r[1].term + r[2].term, 1 << s)),
    )
    yield prove("defined", premises, well_defined(paths))
    yield refute(
        "control-node",
        "the index may be in another node",
        premises[:1],
        everywhere(paths, lambda r: within(r) == inside),
    )
    if s > 1:
        yield refute(
            "control-aligned",
            "the old entry need not be aligned",
            premises[1:],
            everywhere(paths, lambda r: within(r) == inside),
        )


@theorem(
    "S1.bijection",
    "Two indices of the range reach the same leaf and canonical slot iff they are in the same new"
    " entry.",
    source="geometry.offset_of, geometry.canonical_slot",
    assumes="both indices in the range of the old entry",
    logic="QF_BV",
)
def bijection(s: int) -> Iterator[Obligation]:
    """So the new entries and the canonical slots of the leaves are one to one."""
    i, j = variable("index", 64), variable("other_index", 64)
    order, new_order = variable("order", 6), variable("new_order", 6)
    premises = [
        z3.ULE(new_order.term, order.term),
        aligned(i.term, order.term) == aligned(j.term, order.term),
    ]

    def slots() -> tuple[Any, Any]:
        shift = geometry.node_shift(new_order, s)
        return (
            geometry.canonical_slot(geometry.offset_of(i, shift, s), new_order, s),
            geometry.canonical_slot(geometry.offset_of(j, shift, s), new_order, s),
        )

    paths = list(explore(slots, premises))
    shift = shift_of(new_order.term, s)
    same_leaf = aligned(i.term, shift + s) == aligned(j.term, shift + s)
    same_entry = aligned(i.term, new_order.term) == aligned(j.term, new_order.term)
    yield prove(
        "iff",
        premises,
        everywhere(paths, lambda r: z3.And(same_leaf, r[0].term == r[1].term) == same_entry),
    )
    yield refute(
        "control-leaf",
        "the leaves are not told apart",
        premises,
        everywhere(paths, lambda r: (r[0].term == r[1].term) == same_entry),
    )


@theorem(
    "S1.cover",
    "The new entry around an index of the range is aligned to its order, contains the index and"
    " lies inside the old entry's range.",
    source="geometry.first_index, geometry.last_index",
    assumes="0 <= new_order <= order < 64",
    logic="QF_BV",
)
def cover(s: int) -> Iterator[Obligation]:
    """With S1.bijection: the new entries partition the range.

    Each first and last index is ``index`` with low bits cleared or set; of any words that are so
    the rest is said.
    """
    index = variable("index", 64)
    order, new_order = variable("order", 6), variable("new_order", 6)
    premises = [z3.ULE(new_order.term, order.term)]

    def ends() -> tuple[Any, Any, Any, Any]:
        return (
            geometry.first_index(index, order),
            geometry.first_index(index, new_order),
            geometry.last_index(index, new_order),
            geometry.last_index(index, order),
        )

    (path,) = explore(ends, premises)
    old_first, first, last, old_last = (word.term for word in path.result)
    nested = z3.And(
        z3.ULE(old_first, first),
        z3.ULE(first, index.term),
        z3.ULE(index.term, last),
        z3.ULE(last, old_last),
        first & _extent(new_order.term) == 0,
        last - first == _extent(new_order.term),
    )
    cleared = [
        old_first == aligned(index.term, order.term),
        first == aligned(index.term, new_order.term),
    ]
    filled = [
        last == index.term | _extent(new_order.term),
        old_last == index.term | _extent(order.term),
    ]
    yield prove("cleared", premises, z3.And(cleared))
    firsts, lasts = {"old_first": old_first, "first": first}, {"last": last, "old_last": old_last}
    *known, goal = of_any(firsts, *cleared, z3.And(filled))
    yield prove("filled", [*premises, *known], goal)
    *known, goal = of_any(firsts | lasts, *cleared, *filled, nested)
    yield prove("nested", [*premises, *known], goal)
    yield prove("defined", premises, well_defined([path]))
    yield refute("control-orders", "the new order may be above the old one", [], nested)


UNROLLED = (4, 6)
"""Chunk shifts at which S1.walk unrolls the walk: those that kernels use."""


@theorem(
    "S1.walk",
    "The whole walk from the split node down: the offsets taken at each level add up to the first"
    " index of the new entry's slot in the leaf.",
    source="lib/xarray.c xas_load; geometry.offset_of, geometry.node_shift, geometry.split_depth",
    assumes="new_order <= order < 64; at s = 4 and 6 (S1.step covers any shift); else one level",
    logic="QF_BV",
)
def walk(s: int) -> Iterator[Obligation]:
    """One obligation for each number of levels."""
    index = variable("index", 64)
    order, new_order = variable("order", 6), variable("new_order", 6)
    premises = [z3.ULE(new_order.term, order.term)]
    if s not in UNROLLED:
        premises.append(z3.ULE(shift_of(order.term, s), shift_of(new_order.term, s) + s))
    begin = aligned(index.term, shift_of(order.term, s) + s)
    end = aligned(index.term, shift_of(new_order.term, s))

    def descend() -> tuple[list[tuple[Any, Any]], Any]:
        shift = geometry.node_shift(order, s)
        leaf_shift = geometry.node_shift(new_order, s)
        taken = [(geometry.offset_of(index, shift, s), shift)]
        while leaf_shift < shift:
            shift = shift - s
            taken.append((geometry.offset_of(index, shift, s), shift))
        return taken, geometry.split_depth(order, new_order, s)

    def arrives(result: tuple[list[tuple[Any, Any]], Any]) -> z3.BoolRef:
        taken, depth = result
        reached = begin
        for offset, shift in taken:
            reached = reached + (offset.term << shift.term)
        return z3.And(reached == end, depth.term == len(taken) - 1)

    paths = list(explore(descend, premises))
    for path in paths:
        levels = len(path.result[0]) - 1
        yield prove(f"levels-{levels}", [*premises, path.condition], arrives(path.result))
    yield prove("defined", premises, well_defined(paths))
    stops_early = aligned(index.term, shift_of(new_order.term, s) + s)
    one = paths[0]
    yield refute(
        "control-early",
        "the walk is taken to end one level above the leaf",
        [*premises, one.condition],
        z3.substitute(arrives(one.result), (end, stops_early)),
    )


THEOREMS = (step, leaf, top, bijection, cover, walk)
