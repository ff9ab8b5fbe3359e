# SPDX-License-Identifier: GPL-2.0-or-later
"""O1: no undefined shift, no lost bit, no wrapping index for orders below 64; and where otherwise.

``O1.domain`` says it of every function of the geometry, ``O1.beyond`` gives the exact condition
under which each is well defined for orders and shifts up to 255, ``O1.count`` that of the count,
``O1.long`` and ``O1.top`` concern the expressions that C code has to take care with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import z3

from proofs.explore import everywhere, explore, well_defined
from proofs.formulas import ALL_ONES, aligned, closed_form, nodes_of, residue, shift_of
from proofs.obligation import Obligation, prove, refute, theorem
from proofs.words import WrappingWord, variable
from xarray_model import geometry


def first_order_past_the_index(s: int) -> int:
    """The lowest order for which ``index >> (shift + s)``, the bits above its node, is undefined:
    a node that covers 64 bits or more holds it."""
    return next(order for order in range(64) if order // s * s + s >= 64)


def first_order_past_the_count(s: int) -> int:
    """The lowest old order for which the count of nodes down to order 0 does not fit 64 bits."""
    return next(order for order in range(256) if nodes_of(order, 0, s) >= 1 << 64)


Call = Callable[[Any, Any, Any], Any]


def _calls(s: int) -> dict[str, tuple[Call, Callable[[Any, Any, Any], z3.BoolRef]]]:
    """Each function on (index, order, new order), and when exactly it is well defined."""
    always = z3.BoolVal(True)

    def descending(_: Any, order: Any, new: Any) -> z3.BoolRef:
        return z3.ULE(shift_of(new.term, s), shift_of(order.term, s))

    return {
        "node-shift": (lambda i, n, m: geometry.node_shift(n, s), lambda i, n, m: always),
        "slots": (lambda i, n, m: geometry.slots_of(n, s), lambda i, n, m: always),
        "offset": (
            lambda i, n, m: geometry.offset_of(i, n, s),
            lambda i, n, m: z3.ULT(n.term, 64),
        ),
        "canonical-slot": (
            lambda i, n, m: geometry.canonical_slot(i, n, s),
            lambda i, n, m: always,
        ),
        "first-index": (
            lambda i, n, m: geometry.first_index(i, n),
            lambda i, n, m: z3.ULT(n.term, 64),
        ),
        "last-index": (
            lambda i, n, m: geometry.last_index(i, n),
            lambda i, n, m: z3.ULT(n.term, 64),
        ),
        "depth": (lambda i, n, m: geometry.split_depth(n, m, s), descending),
        "one-level-limit": (
            lambda i, n, m: n * 0 + int(bool(geometry.one_level_limit_exceeded(n, m, s))),
            lambda i, n, m: always,
        ),
        "min-order": (
            lambda i, n, m: geometry.try_split_min_order(n, s),
            lambda i, n, m: always,
        ),
        "max-index": (
            lambda i, n, m: geometry.max_index(geometry.node_shift(n, s), s, 64),
            lambda i, n, m: always,
        ),
    }


@theorem(
    "O1.domain",
    "Every function of the geometry is well defined on every 64-bit index and all orders below 64.",
    source="xarray_model/geometry.py; the loops are in N1.loop and N5.walk",
    assumes="0 <= new_order <= order < 64",
    logic="QF_BV",
)
def domain(s: int) -> Iterator[Obligation]:
    """No wrap, no lost bit, no shift by the width, no division by zero."""
    index, order, new_order = variable("index", 64), variable("order", 6), variable("new_order", 6)
    ordered = [z3.ULE(new_order.term, order.term)]
    for name, (call, _) in _calls(s).items():
        paths = list(explore(partial(call, index, order, new_order), ordered))
        yield prove(name, ordered, well_defined(paths))
    call = _calls(s)["depth"][0]
    yield refute(
        "control-orders",
        "the new order may be above the old one",
        [],
        well_defined(list(explore(lambda: call(index, order, new_order)))),
    )


@theorem(
    "O1.beyond",
    "For orders up to 255: offsets, first and last index are undefined exactly from 64 on, the"
    " depth exactly when the new entry's shift is above the old one's, the others nowhere.",
    source="xarray_model/geometry.py",
    assumes="orders and shifts below 256, any 64-bit index",
    logic="QF_BV",
)
def beyond(s: int) -> Iterator[Obligation]:
    """Well defined if and only if."""
    index, order, new_order = variable("index", 64), variable("order", 8), variable("new_order", 8)
    for name, (call, condition) in _calls(s).items():
        paths = list(explore(partial(call, index, order, new_order)))
        exact = condition(index, order, new_order)
        defined = well_defined(paths)
        yield prove(name, [], z3.Not(z3.Xor(defined, exact)))
    call = _calls(s)["last-index"][0]
    yield refute(
        "control-64",
        "the last index is defined for order 64 too",
        [z3.ULE(order.term, 64)],
        well_defined(list(explore(lambda: call(index, order, new_order)))),
    )


@theorem(
    "O1.count",
    "The count is exact in 64 bits iff it is below 2^64: for all orders below 64, and beyond"
    " exactly as long as it fits.",
    source="geometry.split_nodes",
    assumes="0 <= new_order <= order <= 75",
    logic="QF_BV",
)
def count(s: int) -> Iterator[Obligation]:
    """The loop wraps nowhere unless its result does not fit."""
    order, new_order = variable("order", 7), variable("new_order", 7)
    ordered = [z3.ULE(new_order.term, order.term), z3.ULE(order.term, 75)]
    paths = list(explore(lambda: geometry.split_nodes(order, new_order, s), ordered))
    limit = z3.BitVecVal(((1 << s) - 1) << 64, 80)
    fits = z3.ULT(closed_form(order.term, new_order.term, s), limit)
    yield prove("iff", ordered, z3.Not(z3.Xor(well_defined(paths), fits)))
    first = first_order_past_the_count(s)
    yield prove("lowest", [*ordered, z3.ULT(order.term, first)], fits)
    yield refute(
        "control-lowest",
        f"it still fits at order {first}",
        [*ordered, order.term == first],
        fits,
    )


@theorem(
    "O1.long",
    "In C: (C << shift) - 1 in 64 bits is the node's last index, although the shift loses its bit"
    " exactly where the node covers 64 bits or more; there index >> (shift + s) is undefined; and"
    " 1 << (order mod s) fits an int.",
    source="lib/xarray.c max_index; geometry.max_index, geometry.slots_of",
    assumes="order < 64",
    logic="QF_BV",
)
def long(s: int) -> Iterator[Obligation]:
    """Expressions on ``unsigned long`` and ``int``."""
    order = variable("order", 6)
    shift = shift_of(order.term, s)
    exceeds = z3.UGE(shift + s, 64)
    paths = list(explore(lambda: geometry.max_index(geometry.node_shift(order, s), s, 64)))
    true_last = z3.If(exceeds, ALL_ONES, (z3.BitVecVal(1, 64) << (shift + s)) - 1)
    chunk = z3.BitVecVal(1 << s, 64)
    wrapped = (WrappingWord(chunk) << WrappingWord(shift)) - 1
    yield prove("max-index", [], everywhere(paths, lambda last: last.term == true_last))
    yield prove("wrapping", [], wrapped.term == true_last)
    yield prove("lost-bit", [], (z3.LShR(chunk << shift, shift) != chunk) == exceeds)
    first = first_order_past_the_index(s)
    yield prove("undefined-from", [], exceeds == z3.UGE(order.term, first))
    narrow = variable("order", 6, 32)
    slots = list(explore(lambda: geometry.slots_of(narrow, s)))
    yield prove("int-defined", [], well_defined(slots))
    yield prove("int-slots", [], everywhere(slots, lambda n: z3.ULE(n.term, 32)))
    yield refute(
        "control-from",
        f"the bits above the node can still be shifted out at order {first}",
        [],
        exceeds == z3.UGE(order.term, first + 1),
    )
    yield refute(
        "control-int",
        "1 << order fits an int",
        [],
        well_defined(list(explore(lambda: 1 << narrow))),
    )


@theorem(
    "O1.top",
    "The index after an entry wraps exactly if the entry ends at the top of the index space; for an"
    " entry of order 0..63 no other index of it does.",
    source="geometry.first_index, geometry.last_index",
    assumes="0 <= new_order <= order < 64, any 64-bit index",
    logic="QF_BV",
)
def top(s: int) -> Iterator[Obligation]:
    """For walks that step from entry to entry."""
    index, order, new_order = variable("index", 64), variable("order", 6), variable("new_order", 6)
    ordered = [z3.ULE(new_order.term, order.term)]
    paths = list(explore(lambda: geometry.last_index(index, new_order) + 1, ordered))
    size = z3.BitVecVal(1, 64) << new_order.term
    ends = aligned(index.term, new_order.term) == 0 - size
    yield prove("next", ordered, z3.Not(z3.Xor(well_defined(paths), z3.Not(ends))))
    inside = [
        *ordered,
        z3.Not(aligned(index.term, order.term) == 0 - (z3.BitVecVal(1, 64) << order.term)),
    ]
    yield prove("inside", inside, well_defined(paths))
    slots = z3.BitVecVal(1, 64) << residue(order.term, s)
    yield prove(
        "slots", ordered, slots << shift_of(order.term, s) == z3.BitVecVal(1, 64) << order.term
    )
    yield refute(
        "control-never",
        "the index after an entry never wraps",
        ordered,
        well_defined(paths),
    )


THEOREMS = (domain, beyond, count, long, top)
