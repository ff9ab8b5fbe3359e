# SPDX-License-Identifier: GPL-2.0-or-later
"""N4: no well-formed tree that gives each new entry its own canonical slot uses fewer nodes.

The argument: a canonical slot of a new entry must lie in a node of one shift (N4.shift), such a
node can serve no two ranges of indices (N4.identity), the entries fill their leaves to the last
slot (N4.entries), and each level above needs a C-th of the level below (N4.capacity), which sums
to the allocated count.  N4.tiny lets solvers look for a smaller tree of any structure, and shows
what becomes possible if a node could be used at two shifts.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from proofs.explore import everywhere, explore, well_defined
from proofs.formulas import nodes_of, residue, shift_of, wide, wide_one
from proofs.obligation import Obligation, prove, refute, theorem
from proofs.words import variable
from xarray_model import geometry


@theorem(
    "N4.shift",
    "The one multiple of s from which an entry of order m can be stored in a node is shift(m).",
    source="include/linux/xarray.h XA_STATE_ORDER; geometry.node_shift",
    assumes="order < 64; a node of shift x stores entries of orders x..x+s-1",
    logic="QF_BV",
)
def shift(s: int) -> Iterator[Obligation]:
    """Existence and uniqueness."""
    order, x = variable("new_order", 6), z3.BitVec("shift", 64)
    paths = list(explore(lambda: geometry.node_shift(order, s)))
    stores = z3.And(
        residue(x, s) == 0, z3.ULT(x, 64), z3.ULE(x, order.term), z3.ULT(order.term, x + s)
    )
    yield prove("forced", [], everywhere(paths, lambda found: stores == (x == found.term)))
    yield prove("defined", [], well_defined(paths))
    loose = z3.And(residue(x, s) == 0, z3.ULE(x, order.term))
    yield refute(
        "control-any",
        "a node may store entries of any larger order",
        [z3.ULT(x, 64)],
        everywhere(paths, lambda found: loose == (x == found.term)),
    )


@theorem(
    "N4.identity",
    "Two indices that reach the same slot of the same node agree in every bit from its shift on.",
    source="lib/xarray.c xas_descend; geometry.offset_of",
    assumes="a node of shift x holds the indices that agree in all bits from x+s on",
    logic="QF_BV",
)
def identity(s: int) -> Iterator[Obligation]:
    """Hence a slot serves one range of indices only."""
    i, j = variable("index", 64), variable("other_index", 64)
    x = variable("shift", 6)
    same_node = z3.LShR(i.term, x.term + s) == z3.LShR(j.term, x.term + s)
    paths = list(
        explore(lambda: (geometry.offset_of(i, x, s), geometry.offset_of(j, x, s)), [same_node])
    )
    agree = z3.LShR(i.term, x.term) == z3.LShR(j.term, x.term)
    yield prove(
        "same-slot",
        [same_node],
        everywhere(paths, lambda r: (r[0].term == r[1].term) == agree),
    )
    yield prove("defined", [same_node], well_defined(paths))
    yield refute(
        "control-node",
        "the two slots may be of different nodes",
        [],
        everywhere(paths, lambda r: (r[0].term == r[1].term) == agree),
    )


@theorem(
    "N4.entries",
    "The 2^(n-m) new entries are exactly L*C^(d-1) times the runs that one leaf has room for.",
    source="geometry.slots_of",
    assumes="new_order < order < 64, and the split is vertical",
    logic="QF_BV",
)
def entries(s: int) -> Iterator[Obligation]:
    """So a leaf with one free slot means one leaf too many."""
    order, new_order = variable("order", 6), variable("new_order", 6)
    top, leaf = shift_of(order.term, s), shift_of(new_order.term, s)
    vertical = [z3.ULE(new_order.term, order.term), z3.ULT(leaf, top)]
    paths = list(
        explore(lambda: (geometry.slots_of(order, s), geometry.slots_of(new_order, s)), vertical)
    )
    total = wide_one() << wide(order.term - new_order.term)

    def leaves(slots: z3.BitVecRef) -> z3.BitVecRef:
        return wide(slots) << wide(top - leaf - s)

    def fill(group: z3.BitVecRef) -> z3.BitVecRef:
        # a run ends within its node, so its length has s bits, which makes the product cheap
        few = z3.ZeroExt(total.size() - s, z3.Extract(s - 1, 0, group))
        return z3.And(z3.ULT(group, 1 << s), total * few == leaves_times_chunk)

    leaves_times_chunk = wide_one() << wide(order.term - leaf)
    yield prove("fill", vertical, everywhere(paths, lambda r: fill(r[1].term)))
    yield prove(
        "leaves",
        vertical,
        everywhere(paths, lambda r: leaves(r[0].term) << s == leaves_times_chunk),
    )
    yield prove("defined", vertical, well_defined(paths))
    yield refute(
        "control-levels",
        "as many leaves as one level more would have",
        vertical,
        everywhere(paths, lambda r: leaves(r[0].term) == leaves_times_chunk),
    )


@theorem(
    "N4.capacity",
    "For any C >= 2, L >= 1 and depth: nodes that hold l canonical runs of g slots and all their"
    " ancestors below the split node are at least L*(C^d-1)/(C-1).",
    source="the capacity of a node: C slots",
    assumes="l*g >= L*Q*g new entries, Q = C^(d-1); each level has a C-th of the one below or more",
    logic="QF_NIA",
    parametric=True,
)
def capacity(_: int) -> Iterator[Obligation]:
    """Leaf level, one level up, and the sum over the levels from the leaves to the top."""
    c, slots, above, below, q, p, total, group = z3.Ints("C L above below Q P sum g")
    domain = [c >= 2, slots >= 1, q >= 1, above >= 0, below >= 0, group >= 1]
    yield prove("leaves", [*domain, below * group >= slots * q * group], below >= slots * q)
    needs = [*domain, above * c >= below, below >= slots * (q * c)]
    yield prove("level", needs, above >= slots * q)
    summed = [*domain, total * (c - 1) >= slots * (p - q * c), above >= slots * q]
    instance = above * (c - 1) >= (slots * q) * (c - 1)
    yield prove("instance", [c >= 2, above >= slots * q], instance)
    yield prove("sum", [*summed, instance], (total + above) * (c - 1) >= slots * (p - q))
    nodes = z3.Int("nodes")
    ends = [*domain, total * (c - 1) >= slots * (p - 1), nodes * (c - 1) == slots * (p - 1)]
    yield prove("end", ends, total >= nodes)
    yield refute(
        "control-leaf",
        "one leaf fewer is enough",
        [*domain, below * group >= slots * q * group - group],
        below >= slots * q,
    )
    yield refute(
        "control-chunk",
        "a node has C+1 slots",
        [*domain, above * (c + 1) >= below, below >= slots * (q * c)],
        above >= slots * q,
    )


_TINY = ((1, 2, 0), (1, 3, 0), (1, 4, 1), (2, 3, 0), (2, 4, 0), (2, 5, 0), (2, 5, 2))
"""Chunk shift, old and new order of splits small enough to search all trees."""
_TWO_SHIFTS = (1, 3, 0)
_ROOT = 15


def _tree(s: int, order: int, new_order: int, nodes: int, one_shift: bool) -> list[z3.BoolRef]:
    """That some pointers between ``nodes`` nodes give each new entry a slot of its own.

    ``child`` is the node in a slot; the split node is not counted.  With ``one_shift`` each node
    has one shift, else a node may be met at several levels.
    """
    number = z3.BitVecSort(4)
    child = z3.Function("child", number, number, number)
    shift_at = z3.Function("shift", number, z3.BitVecSort(8))
    top, leaf = order // s * s, new_order // s * s
    slots: list[z3.BitVecRef] = []
    conditions: list[z3.BoolRef] = []
    for entry in range(1 << (order - new_order)):
        index = entry << new_order
        node: z3.BitVecRef = z3.BitVecVal(_ROOT, 4)
        for level in range(top, leaf, -s):
            node = child(node, z3.BitVecVal((index >> level) % (1 << s), 4))
            conditions.append(z3.ULT(node, nodes))
            if one_shift:
                conditions.append(shift_at(node) == level - s)
        slots.append(z3.Concat(node, z3.BitVecVal((index >> leaf) % (1 << s), 4)))
    return [*conditions, z3.Distinct(*slots)]


@theorem(
    "N4.tiny",
    "For small splits no arrangement of pointers with fewer nodes serves all new entries; if a node"
    " could be used at two shifts, one with fewer would.",
    source="a search over all trees, by uninterpreted functions",
    assumes="the splits s:n->m " + ", ".join(f"{s}:{n}->{m}" for s, n, m in _TINY),
    logic="QF_UFBV",
    parametric=True,
)
def tiny(_: int) -> Iterator[Obligation]:
    """One node fewer is impossible, the allocated number is enough."""
    for s, order, new_order in _TINY:
        nodes = nodes_of(order, new_order, s)
        assert nodes == geometry.split_nodes(order, new_order, s)
        name = f"s{s}-{order}-{new_order}"
        fewer = _tree(s, order, new_order, nodes - 1, True)
        yield prove(f"{name}-fewer", fewer[:1], z3.Not(z3.And(*fewer[1:])))
        enough = _tree(s, order, new_order, nodes, True)
        yield refute(
            f"control-{name}", f"{nodes} nodes are not enough", enough[:1], z3.Not(z3.And(*enough))
        )
    s, order, new_order = _TWO_SHIFTS
    for nodes in range(nodes_of(order, new_order, s) - 1, 3, -1):
        shared = _tree(s, order, new_order, nodes, False)
        yield refute(
            f"control-two-shifts-{nodes}",
            f"a node may be used at two shifts: {nodes} nodes then serve order {order} -> 0 at s=1",
            shared[:1],
            z3.Not(z3.And(*shared)),
        )


THEOREMS = (shift, identity, entries, capacity, tiny)
