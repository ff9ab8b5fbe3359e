# SPDX-License-Identifier: GPL-2.0-or-later
"""N5: what a walk of try_split steps around one index takes, and what a staged split takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import z3

from proofs.explore import everywhere, explore, well_defined
from proofs.formulas import ALL_ONES, closed_form, of_any, quotient, residue, shift_of, wide
from proofs.obligation import Obligation, prove, refute, theorem
from proofs.words import literal, variable
from xarray_model import geometry


def _from_bit(bit: z3.BitVecRef) -> z3.BitVecRef:
    """All bits from ``bit`` on."""
    return ALL_ONES << bit


@theorem(
    "N5.step",
    "The lowest order allowed is n-1 for a multiple of s, else n - n mod s; a try_split step there,"
    " or to the target above it, goes down, takes at most one node, and takes n//s - k//s of them.",
    source="lib/xarray.c xas_try_split, xas_try_split_min_order; "
    "geometry.try_split_min_order, geometry.split_depth",
    assumes="0 <= new_order < order < 64",
    logic="QF_BV",
)
def step(s: int) -> Iterator[Obligation]:
    """The inductive step: the walk's count is the sum of these differences."""
    order, new_order = variable("order", 6), variable("new_order", 6)
    lower = [z3.ULT(new_order.term, order.term)]

    def walk_step() -> tuple[Any, Any, Any]:
        least = geometry.try_split_min_order(order, s)
        to = new_order if least < new_order else least
        return least, to, geometry.split_depth(order, to, s)

    paths = list(explore(walk_step, lower))

    def right(result: tuple[Any, Any, Any]) -> z3.BoolRef:
        _, to, nodes = (word.term for word in result)
        return z3.And(
            z3.ULT(to, order.term),
            z3.UGE(to, new_order.term),
            z3.ULE(nodes, 1),
            nodes == quotient(order.term, s) - quotient(to, s),
        )

    rest = residue(order.term, s)
    allowed = z3.If(rest == 0, order.term - 1, order.term - rest)
    yield prove("nodes", lower, everywhere(paths, right))
    yield prove("least", lower, everywhere(paths, lambda r: r[0].term == allowed))
    yield prove("defined", lower, well_defined(paths))
    yield refute(
        "control-free",
        "a step never takes a node",
        lower,
        everywhere(paths, lambda r: r[2].term == 0),
    )


@theorem(
    "N5.walk",
    "A walk of try_split steps from n to m around one index takes exactly n//s - m//s nodes.",
    source="geometry.try_split_nodes",
    assumes="0 <= m <= n < 64; m at most one level below n, or n = 63; beyond, N5.step adds up",
    logic="QF_BV",
)
def walk(s: int) -> Iterator[Obligation]:
    """The real loop, unrolled: from any order over one level, and from the highest down to any."""
    order, new_order = variable("order", 6), variable("new_order", 6)
    level = shift_of(order.term, s)
    near = [z3.ULE(new_order.term, order.term), z3.UGE(new_order.term + s, level)]
    crossed = z3.If(z3.ULT(new_order.term, level), z3.BitVecVal(1, 64), z3.BitVecVal(0, 64))
    paths = list(explore(lambda: geometry.try_split_nodes(order, new_order, s), near))
    yield prove("near", near, everywhere(paths, lambda nodes: nodes.term == crossed))
    yield prove("near-defined", near, well_defined(paths))
    highest = literal(63)
    far = list(explore(lambda: geometry.try_split_nodes(highest, new_order, s)))
    all_levels = 63 // s - quotient(new_order.term, s)
    yield prove("from-highest", [], everywhere(far, lambda nodes: nodes.term == all_levels))
    yield prove("from-highest-defined", [], well_defined(far))
    yield refute(
        "control-one-more",
        "a node for each level that the walk passes or starts in",
        near,
        everywhere(paths, lambda nodes: nodes.term == crossed + 1),
    )


@theorem(
    "N5.staged",
    "Splitting n to k and then each of the 2^(n-k) parts to m takes exactly as many nodes as"
    " splitting n to m directly, for any k between; stated of C-1 times the counts.",
    source="geometry.node_shift, geometry.slots_of; N1.loop",
    assumes="0 <= m <= k <= n < 64",
    logic="QF_BV",
)
def staged(s: int) -> Iterator[Obligation]:
    """Each closed form is made of the geometry's own shifts and slots.

    ``2**a - 2**b`` is a run of ones from bit ``b`` to below ``a``, and two shifts by words are dear
    to solvers: so the parts are moved to their place as a run, in steps that hold of any words.
    """
    order, middle, new_order = (
        variable(name, 6) for name in ("order", "middle_order", "new_order")
    )
    between = [z3.ULE(new_order.term, middle.term), z3.ULE(middle.term, order.term)]

    def scaled(upper: Any, lower: Any) -> Any:
        # C-1 times the nodes; L * C**d is a power of two
        return (1 << (upper - geometry.node_shift(lower, s))) - geometry.slots_of(upper, s)

    def stages() -> tuple[Any, Any, Any, Any]:
        part = scaled(middle, new_order)
        return scaled(order, middle), part, part << (order - middle), scaled(order, new_order)

    (path,) = explore(stages, between)
    first, part, parts, direct = (word.term for word in path.result)
    apart = order.term - middle.term
    rest = _from_bit(residue(order.term, s))
    low = _from_bit(residue(middle.term, s))
    high = _from_bit(middle.term - shift_of(new_order.term, s))
    moved_low = _from_bit(order.term - shift_of(middle.term, s))
    moved_high = _from_bit(order.term - shift_of(new_order.term, s))

    runs = [first == rest ^ moved_low, part == low ^ high, direct == rest ^ moved_high]
    for stage, run in zip(("first", "part", "direct"), runs, strict=True):
        yield prove(f"run-{stage}", between, run)
    moved = [low << apart == moved_low, high << apart == moved_high]
    yield prove("moved", between, z3.And(moved))
    run_of_parts = parts == moved_low ^ moved_high
    ends = {"low": low, "high": high, "moved_low": moved_low, "moved_high": moved_high}
    *known, goal = of_any({"part": part, **ends}, runs[1], *moved, run_of_parts)
    yield prove("parts", [*between, *known], goal)
    counts = {"first_stage": first, "second_stage": parts, "direct": direct}
    *known, goal = of_any(counts, runs[0], run_of_parts, runs[2], direct == first + parts)
    yield prove("same", [*between, *known], goal)
    room = z3.ULE(part, z3.LShR(ALL_ONES, apart))
    yield prove("room", between, room)
    *known, goal = of_any({"part": part}, room, well_defined([path]))
    yield prove("defined", [*between, *known], goal)
    exact = closed_form(order.term, new_order.term, s)
    yield prove("closed-form", between, wide(direct) == exact)
    yield refute(
        "control-one-part", "only one of the parts is split on", between, direct == first + part
    )


@theorem(
    "N5.staged-any",
    "For any C >= 2, L >= 1 and any two depths the two stages take exactly what the direct split"
    " takes.",
    source="N1.induction",
    assumes="P = C^(first depth), Q = C^(second depth); E parts with E*K = L*P, K slots a part",
    logic="QF_NIA",
    parametric=True,
)
def staged_any(_: int) -> Iterator[Obligation]:
    """With the products that the argument uses as hypotheses, each one proved beside it."""
    c, slots, parts, group, p, q = z3.Ints("C L parts K P Q")
    first, second, direct = z3.Ints("first_stage second_stage direct")
    domain = [
        c >= 2,
        slots >= 1,
        group >= 1,
        p >= 1,
        q >= 1,
        parts >= 1,
        parts * group == slots * p,
    ]
    counts = [
        first * (c - 1) == slots * (p - 1),
        second * (c - 1) == group * (q - 1),
        direct * (c - 1) == slots * (p * q - 1),
    ]
    all_parts = parts * second * (c - 1) == slots * p * (q - 1)
    yield prove("parts", [parts * group == slots * p, counts[1]], all_parts)
    stages, scaled = first + parts * second, slots * (p * q - 1)
    total = stages * (c - 1) == scaled
    yield prove("sum", [counts[0], all_parts], total)
    terms = {"both_stages": stages, "scaled": scaled}
    *known, goal = of_any(terms, c >= 2, total, counts[2], direct == stages)
    yield prove("same", known, goal)
    small = [c == 2, slots == 1, group == 1, p == 2, q == 2]
    yield refute(
        "control-one-part",
        "only one of the parts is split on",
        [*domain, *small, *counts],
        direct == first + second,
    )


THEOREMS = (step, walk, staged, staged_any)
