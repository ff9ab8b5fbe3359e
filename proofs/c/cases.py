# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of cases: what is proved of which harness at which sizes.

A case fixes chunk shift, levels and orders; its harness leaves everything else open.  What a
harness checks and assumes stands at its head.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from xarray_model import geometry

SECONDS = 300.0
"""CPU time of a run of the model checker after which a case is undecided."""
MEMORY = 4 << 30
"""Bytes of address space that the model checker may take for a case."""


class Harness(StrEnum):
    """The harnesses, by the name of their file."""

    SPLIT = "split"
    NO_MEMORY = "no_memory"
    MERGE = "merge"
    LOOKUP = "lookup"
    TRY_SPLIT = "try_split"


TITLES = {
    Harness.SPLIT: "split_alloc and split",
    Harness.NO_MEMORY: "split_alloc with a failing request",
    Harness.MERGE: "split, and store_order of the old entry",
    Harness.LOOKUP: "load, get_order and get_mark after a split",
    Harness.TRY_SPLIT: "try_split, with and without memory",
}


@dataclass(frozen=True, slots=True)
class Case:
    """One run of the model checker.

    ``levels`` of nodes has the tree; the old entry of ``order`` lies in a node on one of them.
    ``fail_at`` is the request that fails, 0 for none; ``refused``: the split is beyond what the
    code supports.
    """

    harness: Harness
    s: int
    levels: int
    order: int
    new_order: int
    fail_at: int = 0
    refused: bool = False

    @property
    def name(self) -> str:
        """Short, unique, and what the command line takes."""
        parts = [self.harness.value, f"s{self.s}", f"{self.order}to{self.new_order}"]
        if self.levels > self.order // self.s + 1:
            parts.append(f"under{self.levels - self.order // self.s - 1}")
        if self.fail_at:
            parts.append(f"fail{self.fail_at}")
        parts += ["refused"] * self.refused
        return "-".join(parts)

    @property
    def title(self) -> str:
        """What it covers, for people."""
        text = f"{TITLES[self.harness]}, order {self.order} to {self.new_order}"
        above = self.levels - self.order // self.s - 1
        details = [
            f"{above} level{'s' * (above > 1)} above" if above else "in the root",
            f"request {self.fail_at} fails" if self.fail_at else "",
            "refused" if self.refused else "",
        ]
        return f"{text} ({', '.join(filter(None, details))})"

    @property
    def needed(self) -> int:
        """New nodes that the split needs."""
        return geometry.split_nodes(self.order, self.new_order, self.s)

    @property
    def nodes(self) -> int:
        """Nodes of the harness: the path, what the split needs, and one that would be too many."""
        return self.levels - self.order // self.s + self.needed + 1

    @property
    def defines(self) -> tuple[str, ...]:
        """What the harness is compiled with for the model checker."""
        return (
            "XASPLIT_CBMC=1",
            f"DEPTH={self.levels}",
            f"N={self.order}",
            f"M={self.new_order}",
            f"FAIL_AT={self.fail_at}",
            f"REFUSES={int(self.refused)}",
            f"NODE_COUNT={self.nodes}",
        )

    @property
    def native(self) -> tuple[str, ...]:
        """The same for the harness as a program, as its arguments."""
        return (
            f"depth={self.levels}",
            f"n={self.order}",
            f"m={self.new_order}",
            f"fail_at={self.fail_at}",
            f"refuses={int(self.refused)}",
        )

    @property
    def unwinding(self) -> int:
        """How often any loop is unwound; that this is enough is asserted."""
        return max(1 << self.s, 3, self.levels, self.nodes) + 2

    @property
    def loops(self) -> dict[str, int]:
        """How often loops of the code under test are unwound that are known by the name of their
        function: no more than what a right one needs, which makes formulas many times smaller.

        That it is enough is asserted, and where it is not the loop is unwound as all others.
        """
        slots, new = 1 << self.order % self.s, 1 << self.new_order % self.s
        level, new_level = self.order // self.s, self.new_order // self.s
        path = self.levels - (0 if self.harness is Harness.LOOKUP else level)
        down, one = level > new_level, level - new_level <= 1
        return {
            "xas_load.0": path + 1,
            "xas_canonical.0": 2,
            "xas_descend.0": 2,
            "split_subtree": max(1, level - new_level - 1),
            "split_vertically.0": slots + 1 if down else 1,
            "split_horizontally.0": 1 if down else new,
            "split_horizontally.1": 1 if down else slots // new + 1,
            "xas_split.0": 1 if down else new,
            "xas_split.1": slots if down else max(1, slots // new),
            "xas_free_nodes.0": 2 if one else self.unwinding,
            "xas_free_nodes.1": (1 << self.s) + 1 if one else self.unwinding,
            "node_evict.0": (1 << self.s) + 1,
            "xas_store.0": slots + 1,
            "xas_store_slots.0": slots + 1,
            "xas_store_slots.1": slots + 1,
            "xas_store_slots.2": slots + 1,
            "xas_create.0": path + 1,
            "xas_expand.0": 1,
            "xas_expand.1": 1,
            "xas_expand.2": 1,
            "xas_expand.3": 1,
            "xas_expand.4": 1,
            "xas_delete_node.0": 1,
            "xas_delete_node.1": 1,
            "xas_delete_node.2": 1,
            "xas_shrink.0": 1,
            "xas_shrink.1": 1,
            "xas_mark.0": path + 1,
            "xas_set_mark.0": path + 1,
            "xas_clear_mark.0": path + 1,
            "xas_try_split.0": 1 if down else new,
            "xas_try_split.1": 1 if down else max(1, slots // new),
        }


_SPLITS = (
    # s, levels, order, new order
    (1, 2, 1, 0), (1, 3, 1, 0), (1, 3, 2, 1), (1, 3, 2, 0), (1, 4, 3, 0), (1, 4, 3, 1),
    (2, 1, 1, 0), (2, 2, 2, 1), (2, 2, 3, 2), (2, 2, 3, 1), (2, 2, 3, 0), (2, 3, 2, 0),
    (2, 3, 4, 0), (2, 3, 4, 1),
    (3, 2, 5, 4), (3, 2, 5, 3), (3, 2, 5, 2), (3, 2, 4, 1),
)  # fmt: skip
"""Within a node; one, two and three levels down; with a level above and without; the remainders of
both orders.  Chunk shift 3 is where new entries of 2 slots lie beside each other in one node."""
_NO_MEMORY = ((1, 3, 2, 0, 3), (2, 2, 3, 1, 2), (2, 3, 4, 0, 5), (3, 2, 5, 2, 4))
"""The same and how many requests there are: the first and the last fail, and one between them."""
_LOOKUPS = ((1, 3, 2, 0), (2, 2, 3, 1), (2, 3, 4, 1), (2, 2, 3, 2), (3, 3, 6, 5))
_MERGES = ((1, 2, 1, 0), (2, 2, 3, 2))
_TRY_SPLITS = (
    (1, 3, 2, 1), (1, 2, 1, 0), (2, 2, 3, 2), (2, 3, 2, 1), (2, 3, 4, 3), (2, 2, 2, 0),
    (3, 2, 5, 3), (3, 2, 3, 2),
)  # fmt: skip
"""Down one level, within a node, and what is to be refused."""
_REFUSED = ((1, 4, 3, 0), (2, 3, 4, 0), (1, 3, 2, 0))
"""More than one new level, for code that supports no more than one."""


def cases(*, one_level: bool, try_split: bool) -> list[Case]:
    """The cases for code that supports one new level of nodes or any number of them, with
    ``xas_try_split`` or without."""
    return [case for case in _all(one_level) if try_split or case.harness is not Harness.TRY_SPLIT]


def downward() -> list[Case]:
    """The splits that make new nodes, up to two levels: what there is besides of the port's
    recursive split, which is the same code otherwise.  Three levels take minutes."""
    every = cases(one_level=False, try_split=False)
    return [one for one in every if one.harness is Harness.SPLIT and 0 < one.needed <= 3]


def _all(one_level: bool) -> Iterator[Case]:
    def supported(s: int, order: int, new_order: int) -> bool:
        return not (one_level and geometry.one_level_limit_exceeded(order, new_order, s))

    for s, levels, order, new_order in _SPLITS:
        if supported(s, order, new_order):
            yield Case(Harness.SPLIT, s, levels, order, new_order)
    if one_level:
        for s, levels, order, new_order in _REFUSED:
            yield Case(Harness.SPLIT, s, levels, order, new_order, refused=True)
    for s, levels, order, new_order, requests in _NO_MEMORY:
        if supported(s, order, new_order):
            for fail_at in sorted({1, (requests + 1) // 2, requests}):
                yield Case(Harness.NO_MEMORY, s, levels, order, new_order, fail_at)
    for harness, table in (
        (Harness.MERGE, _MERGES),
        (Harness.LOOKUP, _LOOKUPS),
        (Harness.TRY_SPLIT, _TRY_SPLITS),
    ):
        for s, levels, order, new_order in table:
            if supported(s, order, new_order) or harness is Harness.TRY_SPLIT:
                yield Case(harness, s, levels, order, new_order)
