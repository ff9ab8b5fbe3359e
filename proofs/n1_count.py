# SPDX-License-Identifier: GPL-2.0-or-later
"""N1: how many nodes a split takes.

The specification is the closed form ``nodes * (C - 1) == L * (C**d - 1)``; it is multiplied out
so that nothing needs a division, and evaluated with room to spare so that nothing wraps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import z3

from proofs.explore import everywhere, explore, well_defined
from proofs.formulas import closed_form, quotient, residue, shift_of, wide
from proofs.obligation import Obligation, prove, refute, theorem
from proofs.words import variable
from xarray_model import geometry


@theorem(
    "N1.loop",
    "The allocation loop returns L*(C^d-1)/(C-1), and nothing in it wraps.",
    source="lib/xarray.c xas_split_alloc as the series changes it; geometry.split_nodes",
    assumes="0 <= new_order <= order < 64",
    logic="QF_BV",
)
def loop(s: int) -> Iterator[Obligation]:
    """The real loop, once for each number of levels."""
    order, new_order = variable("order", 6), variable("new_order", 6)
    ordered = [z3.ULE(new_order.term, order.term)]
    paths = list(explore(lambda: geometry.split_nodes(order, new_order, s), ordered))
    chunk = (1 << s) - 1
    exact = closed_form(order.term, new_order.term, s)

    def scaled_is(expected: z3.BitVecRef) -> Callable[[Any], z3.BoolRef]:
        return lambda nodes: wide(nodes.term) * chunk == expected

    yield prove("count", ordered, everywhere(paths, scaled_is(exact)))
    yield prove("defined", ordered, well_defined(paths))
    without = z3.LShR(exact, wide(residue(order.term, s)))
    deeper = closed_form(order.term + s, new_order.term, s)
    for name, broken, wrong in (
        ("control-slots", "the specification forgets the L slots", without),
        ("control-depth", "the specification counts one level too many", deeper),
    ):
        if s > 1 or name != "control-slots":  # at s=1 every entry has one slot
            yield refute(
                name,
                broken,
                ordered,
                everywhere(paths, scaled_is(wrong)),
            )


@theorem(
    "N1.depth",
    "split_depth is the number of multiples of s from the new entry's shift up to the old one's.",
    source="lib/xarray.c xas_split; geometry.split_depth",
    assumes="0 <= new_order <= order < 64",
    logic="QF_BV",
)
def depth(s: int) -> Iterator[Obligation]:
    """Also that it is never below zero, which definedness says."""
    order, new_order = variable("order", 6), variable("new_order", 6)
    ordered = [z3.ULE(new_order.term, order.term)]
    paths = list(explore(lambda: geometry.split_depth(order, new_order, s), ordered))
    levels = quotient(order.term, s) - quotient(new_order.term, s)
    yield prove("levels", ordered, everywhere(paths, lambda d: d.term == levels))
    yield prove("defined", ordered, well_defined(paths))
    rounded = quotient(order.term - new_order.term, s)
    if s > 1:
        yield refute(
            "control-rounding",
            "the difference of the orders is divided, not that of the shifts",
            ordered,
            everywhere(paths, lambda d: d.term == rounded),
        )


@theorem(
    "N1.one-level",
    "What upstream refuses, shift(m) + 2s <= n, is exactly a split over two levels or more.",
    source="lib/xarray.c xas_split_alloc; geometry.one_level_limit_exceeded",
    assumes="0 <= new_order <= order < 64",
    logic="QF_BV",
)
def one_level(s: int) -> Iterator[Obligation]:
    """So C1's split is refused, and no split of one level is."""
    order, new_order = variable("order", 6), variable("new_order", 6)
    ordered = [z3.ULE(new_order.term, order.term)]

    def exceeded() -> bool:
        return bool(geometry.one_level_limit_exceeded(order, new_order, s))

    paths = list(explore(exceeded, ordered))
    depth = shift_of(order.term, s) - shift_of(new_order.term, s)
    several = z3.UGE(depth, 2 * s)
    yield prove("iff", ordered, everywhere(paths, lambda value: several == z3.BoolVal(value)))
    yield prove("defined", ordered, well_defined(paths))
    yield refute(
        "control-one",
        "a split of one level is refused too",
        ordered,
        everywhere(paths, lambda value: z3.UGE(depth, s) == z3.BoolVal(value)),
    )


@theorem(
    "N1.induction",
    "For any C >= 2 and L >= 1 and every depth: nodes*(C-1) = L*(C^d-1), which fixes nodes.",
    source="lib/xarray.c xas_split_alloc as the series changes it",
    assumes="C >= 2, L >= 1; one step multiplies by C and adds L",
    logic="QF_NIA",
    parametric=True,
)
def induction(_: int) -> Iterator[Obligation]:
    """Base, step and uniqueness; ``power`` is ``C**d``, the product by C is a hypothesis."""
    c, slots, nodes, power = z3.Ints("C L nodes power")
    domain = [c >= 2, slots >= 1, nodes >= 0, power >= 1]

    def holds(count: z3.ArithRef, p: z3.ArithRef) -> z3.BoolRef:
        return count * (c - 1) == slots * (p - 1)

    multiplied = [holds(nodes, power), c * (nodes * (c - 1)) == c * (slots * (power - 1))]
    yield prove("base-none", domain, holds(z3.IntVal(0), z3.IntVal(1)))
    yield prove("base-one", domain, holds(slots, c))
    yield prove("step", domain + multiplied, holds(nodes * c + slots, power * c))
    other = z3.Int("other")
    yield prove("unique", [*domain, nodes * (c - 1) == other * (c - 1)], nodes == other)
    yield refute(
        "control-step",
        "a step adds one node in place of L",
        [*domain, holds(nodes, power)],
        holds(nodes * c + 1, power * c),
    )


THEOREMS = (loop, depth, one_level, induction)
