# SPDX-License-Identifier: GPL-2.0-or-later
"""E1: the iterative build and the recursive one make the same tree.

Number the nodes of each level in the order in which the iterative builder makes them.  The p-th
gets the offset ``p mod C`` and goes below the ``p div C``-th of the next level (E1.ordinals, from
the counters of N3), which is where a recursive build puts the p-th from the left; and that is the
node that the indices of its range walk through (E1.indices).  The shift is the level's in both.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from proofs.explore import everywhere, explore, well_defined
from proofs.formulas import aligned, shift_of, slot_at
from proofs.obligation import Obligation, prove, refute, theorem
from proofs.words import variable
from xarray_model import geometry


@theorem(
    "E1.ordinals",
    "For any C and depth the p-th node of a level has offset p mod C in the (p div C)-th node of"
    " the level above, whether pushed and merged or built from the top down.",
    source="the series' xas_split and its recursive twin",
    assumes="waiting(k) = made(k) - C*made(k+1) at the start, which is zero on both sides",
    logic="QF_NIA",
    parametric=True,
)
def ordinals(_: int) -> Iterator[Obligation]:
    """``made(k)`` counts the nodes of level ``k`` made so far; division by uniqueness."""
    c, made, parents, waiting = z3.Ints("C made parents_made waiting")
    p, q, offset, quotient = z3.Ints("p parent offset quotient")
    counted = [c >= 2, made >= 0, parents >= 0, waiting == made - c * parents]
    yield prove("push", counted, waiting + 1 == (made + 1) - c * parents)
    yield prove("merge-children", [*counted, waiting == c], made - c * (parents + 1) == 0)
    above, waiting_above = z3.Ints("made_above waiting_above")
    counted_above = [*counted, waiting_above == parents - c * above]
    yield prove("merge-parent", counted_above, waiting_above + 1 == (parents + 1) - c * above)
    room = [*counted, waiting >= 0, waiting < c]
    division = [made == c * quotient + offset, offset >= 0, offset < c]
    same = z3.And(offset == waiting, quotient == parents)
    yield prove("push-offset", [*room, *division], same)
    family = [*counted, waiting == c, offset >= 0, offset < c]
    yield prove("merge-offset", family, (made - c) + offset == c * parents + offset)
    child = [c >= 2, q >= 0, offset >= 0, offset < c, p == q * c + offset]
    divided = [p == c * quotient + parents, parents >= 0, parents < c]
    yield prove("recursive", [*child, *divided], z3.And(parents == offset, quotient == q))
    swapped = [c >= 2, q >= 0, q < c, offset >= 0, offset < c, p == offset * c + q]
    yield refute(
        "control-order",
        "a recursive build that goes level by level across the parents",
        [*swapped, *divided],
        z3.And(parents == offset, quotient == q),
    )


@theorem(
    "E1.indices",
    "The p-th node of a level below the split node is the one that the indices of its range walk"
    " through: its offset is p mod C, or the first slot plus p right below the split node.",
    source="lib/xarray.c get_offset; geometry.offset_of, geometry.node_shift",
    assumes="base aligned to 2^order, index in the range of the old entry",
    logic="QF_BV",
)
def indices(s: int) -> Iterator[Obligation]:
    """Nodes of shift ``x`` below a parent of shift ``x + s``."""
    index, base = variable("index", 64), variable("base", 64)
    order, x = variable("order", 6), variable("shift", 6)
    in_range = [
        aligned(base.term, order.term) == base.term,
        aligned(index.term, order.term) == base.term,
    ]
    between = [*in_range, z3.ULE(x.term + 2 * s, order.term)]
    position = z3.LShR(index.term - base.term, x.term + s)
    zero = z3.BitVecVal(0, 64)
    paths = list(explore(lambda: geometry.offset_of(index, x + s, s), between))
    modulo = slot_at(position, zero, s)
    yield prove("between", between, everywhere(paths, lambda o: o.term == modulo))
    yield prove("between-defined", between, well_defined(paths))
    quotient = z3.LShR(position, s)
    parent = z3.LShR(index.term - base.term, x.term + 2 * s)
    yield prove("parent", between, quotient == parent)
    top = list(
        explore(
            lambda: (
                geometry.offset_of(index, geometry.node_shift(order, s), s),
                geometry.offset_of(base, geometry.node_shift(order, s), s),
            ),
            in_range,
        )
    )
    place = z3.LShR(index.term - base.term, shift_of(order.term, s))
    yield prove("top", in_range, everywhere(top, lambda r: r[0].term == r[1].term + place))
    yield prove("top-defined", in_range, well_defined(top))
    deep = [*in_range, z3.ULE(x.term + s, order.term)]
    loose = list(explore(lambda: geometry.offset_of(index, x + s, s), deep))
    if s > 1:
        yield refute(
            "control-top",
            "the first slot is not added right below the split node",
            deep,
            everywhere(loose, lambda o: o.term == modulo),
        )
    else:
        yield refute(
            "control-base",
            "the first slot is not added right below the split node",
            in_range,
            everywhere(top, lambda r: r[0].term == place),
        )


THEOREMS = (ordinals, indices)
