# SPDX-License-Identifier: GPL-2.0-or-later
"""The specification's own arithmetic on Z3 terms and ints, apart from the geometry's.

A theorem compares what the geometry computes with what these say; neither uses the other.
"""

from __future__ import annotations

from collections.abc import Mapping

import z3
from z3.z3util import get_vars

ROOM = 16
"""Bits beyond 64 that keep the specification's sums and products exact."""

ALL_ONES = z3.BitVecVal((1 << 64) - 1, 64)
"""The largest 64-bit word."""


def wide(word: z3.BitVecRef) -> z3.BitVecRef:
    """A 64-bit term with ``ROOM`` more bits."""
    return z3.ZeroExt(ROOM, word)


def wide_one() -> z3.BitVecRef:
    """One, as wide as ``wide`` terms."""
    return z3.BitVecVal(1, 64 + ROOM)


def _byte(order: z3.BitVecRef) -> z3.BitVecRef:
    return z3.Extract(7, 0, order)


def quotient(order: z3.BitVecRef, s: int) -> z3.BitVecRef:
    """``order // s`` of an order below 256: the multiples of ``s`` up to it, zero aside."""
    return z3.ZeroExt(order.size() - 8, z3.UDiv(_byte(order), z3.BitVecVal(s, 8)))


def residue(order: z3.BitVecRef, s: int) -> z3.BitVecRef:
    """``order mod s`` of an order below 256, which a division in 8 bits can tell."""
    return z3.ZeroExt(order.size() - 8, z3.URem(_byte(order), z3.BitVecVal(s, 8)))


def shift_of(order: z3.BitVecRef, s: int) -> z3.BitVecRef:
    """The largest multiple of ``s`` that is at most ``order``, which is below 256."""
    low = _byte(order)
    return z3.ZeroExt(order.size() - 8, low - z3.URem(low, z3.BitVecVal(s, 8)))


def closed_form(order: z3.BitVecRef, new_order: z3.BitVecRef, s: int) -> z3.BitVecRef:
    """``L * (C**d - 1)``, as a wide term: ``C - 1`` times the nodes of the split."""
    levels = wide(shift_of(order, s) - shift_of(new_order, s))
    return ((wide_one() << levels) - 1) << wide(residue(order, s))


def of_any(words: Mapping[str, z3.ExprRef], *conditions: z3.BoolRef) -> tuple[z3.BoolRef, ...]:
    """The conditions with a free constant, by its name, in place of each of the ``words``.

    What follows for any words follows for these, so a step of an argument that needs no more of
    them than its hypotheses say is proved without their definitions, which solvers find easier.
    ``ValueError`` for a name that the conditions use already: that would say less, not more.
    """
    used = {str(known) for condition in conditions for known in get_vars(condition)}
    if taken := used & words.keys():
        raise ValueError(f"not free: {', '.join(sorted(taken))}")
    free = [(term, z3.Const(name, term.sort())) for name, term in words.items()]
    return tuple(z3.substitute(condition, *free) for condition in conditions)


def aligned(index: z3.BitVecRef, order: z3.BitVecRef) -> z3.BitVecRef:
    """``index`` with its low ``order`` bits cleared; zero from 64 bits on, as SMT-LIB shifts are
    total: the one node at the top of the index space begins at zero."""
    return index & ~((z3.BitVecVal(1, 64) << order) - 1)


def slot_at(index: z3.BitVecRef, shift: z3.BitVecRef, s: int) -> z3.BitVecRef:
    """The ``s`` bits of ``index`` from ``shift`` on."""
    return z3.URem(z3.LShR(index, shift), z3.BitVecVal(1 << s, 64))


def nodes_of(order: int, new_order: int, s: int) -> int:
    """Nodes of a split, level by level, on ints of any size."""
    levels = order // s - new_order // s
    return int(sum(2 ** (order % s) * 2 ** (s * level) for level in range(levels)))


def largest_reaching(s: int, limit: int) -> dict[int, int]:
    """For each old order (0..63) the largest new order at which a split takes ``limit`` nodes or
    more; orders that never do are left out.  The nodes only shrink as the new order grows."""
    reaching: dict[int, int] = {}
    for order in range(64):
        for new_order in range(order + 1):
            if nodes_of(order, new_order, s) >= limit:
                reaching[order] = new_order
    return reaching
