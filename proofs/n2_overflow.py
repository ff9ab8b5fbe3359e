# SPDX-License-Identifier: GPL-2.0-or-later
"""N2: exactly where the count of nodes leaves an ``unsigned int``, and their bytes 64 bits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import z3

from proofs.explore import everywhere, explore
from proofs.formulas import closed_form, largest_reaching, wide, wide_one
from proofs.obligation import Obligation, prove, refute, theorem
from proofs.words import CheckedWord, WrappingWord, disjunction, variable
from xarray_model import geometry

NODE_BYTES = {1: 80, 2: 96, 3: 128, 4: 192, 5: 320, 6: 576}
"""``sizeof(struct xa_node)`` on a 64-bit machine for each chunk shift."""


def count_boundary(s: int) -> dict[int, int]:
    """For each old order at which the 32-bit count can wrap, the largest such new order."""
    return largest_reaching(s, 1 << 32)


def bytes_boundary(s: int) -> dict[int, int]:
    """Likewise for the bytes of the nodes and 64 bits."""
    return largest_reaching(s, -((-1 << 64) // NODE_BYTES[s]))


def _reaches(boundary: Mapping[int, int], order: z3.BitVecRef, new: z3.BitVecRef) -> z3.BoolRef:
    return disjunction(z3.And(order == n, z3.ULE(new, m)) for n, m in boundary.items())


def _one_later(boundary: Mapping[int, int]) -> dict[int, int]:
    """The boundary without its smallest old order."""
    return {n: m for n, m in boundary.items() if n != min(boundary)}


@theorem(
    "N2.count32",
    "The 32-bit count is the true count modulo 2^32, and is the true count iff that is below 2^32,"
    " which is so exactly outside of the tabled orders.",
    source="the series' unsigned int in xas_split_alloc; geometry.split_nodes",
    assumes="0 <= new_order <= order < 64",
    logic="QF_BV",
)
def count32(s: int) -> Iterator[Obligation]:
    """The loop on 32-bit wrapping words against the closed form, multiplied out."""
    order, new_order = variable("order", 6), variable("new_order", 6)
    order32 = variable("order", 6, 32, WrappingWord)
    new_order32 = variable("new_order", 6, 32, WrappingWord)
    ordered = [z3.ULE(new_order.term, order.term)]
    paths = list(explore(lambda: geometry.split_nodes(order32, new_order32, s), ordered))
    chunk = (1 << s) - 1
    exact = closed_form(order.term, new_order.term, s)
    fits = z3.ULT(exact, chunk << 32)

    def multiplied(nodes: z3.BitVecRef) -> z3.BitVecRef:
        return z3.ZeroExt(exact.size() - 32, nodes) * chunk

    def modulo(nodes: z3.BitVecRef) -> z3.BoolRef:
        return z3.Extract(31, 0, multiplied(nodes)) == z3.Extract(31, 0, exact)

    boundary = count_boundary(s)
    outside = z3.Not(_reaches(boundary, order.term, new_order.term))
    yield prove("modulo", ordered, everywhere(paths, lambda n: modulo(n.term)))
    yield prove(
        "exact-iff-fits",
        ordered,
        everywhere(paths, lambda n: (multiplied(n.term) == exact) == fits),
    )
    yield prove("boundary", ordered, fits == outside)
    yield refute(
        "control-never",
        "the 32-bit count never wraps",
        ordered,
        everywhere(paths, lambda n: multiplied(n.term) == exact),
    )
    later = z3.Not(_reaches(_one_later(boundary), order.term, new_order.term))
    yield refute(
        "control-later",
        f"the first order at which it wraps is taken to be above {min(boundary)}",
        ordered,
        everywhere(paths, lambda n: (multiplied(n.term) == exact) == later),
    )


@theorem(
    "N2.bytes64",
    "The bytes of all nodes are exact in 64 bits iff they are below 2^64, which is so exactly"
    " outside of the tabled orders.",
    source="include/linux/xarray.h struct xa_node; geometry.node_bytes, geometry.split_nodes",
    assumes="0 <= new_order <= order < 64",
    logic="QF_BV",
)
def bytes64(s: int) -> Iterator[Obligation]:
    """The product on 64-bit wrapping words against the product with room to spare."""
    order, new_order = variable("order", 6), variable("new_order", 6)
    ordered = [z3.ULE(new_order.term, order.term)]

    def nodes_and_bytes() -> tuple[CheckedWord, WrappingWord]:
        nodes: Any = geometry.split_nodes(order, new_order, s)
        return nodes, WrappingWord(nodes.term) * geometry.node_bytes(s)

    paths = list(explore(nodes_and_bytes, ordered))

    def exact(nodes: z3.BitVecRef) -> z3.BitVecRef:
        return wide(nodes) * NODE_BYTES[s]

    limit = wide_one() << 64
    boundary = bytes_boundary(s)
    beyond = _reaches(boundary, order.term, new_order.term)
    yield prove(
        "exact-iff-fits",
        ordered,
        everywhere(
            paths,
            lambda r: (wide(r[1].term) == exact(r[0].term)) == z3.ULT(exact(r[0].term), limit),
        ),
    )
    yield prove(
        "boundary", ordered, everywhere(paths, lambda r: z3.UGE(exact(r[0].term), limit) == beyond)
    )
    yield refute(
        "control-never",
        "the bytes always fit 64 bits",
        ordered,
        everywhere(paths, lambda r: z3.ULT(exact(r[0].term), limit)),
    )


THEOREMS = (count32, bytes64)
