# SPDX-License-Identifier: GPL-2.0-or-later
"""X1: a store at the original order over the split range gives the node back its old fields."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from proofs.m1_marks import split_node
from proofs.obligation import Obligation, prove, refute, theorem
from proofs.v1_accounting import Rewrite, is_bit, times


@theorem(
    "X1.sums",
    "After a split and a store of an entry of the old kind at the old order count and nr_values of"
    " the node are what they were; for any C, L and place.",
    source="lib/xarray.c xas_store; V1.sum",
    assumes="the store covers the same L slots; nothing else happened in between",
    logic="QF_LIA",
    parametric=True,
)
def sums(_: int) -> Iterator[Obligation]:
    """Two rewrites of the same run."""
    chunk, slots, first = z3.Ints("C L first_slot")
    old, between, merged = z3.Ints("old_counts split_counts merged_counts")
    split = Rewrite(chunk, slots, first, old, between)
    store = Rewrite(chunk, slots, first, between, merged)
    premises = [*split.premises, is_bit(merged)]
    gained = split.gain(chunk) + store.gain(chunk)
    yield prove("restored", [*premises, merged == old], gained == 0)
    yield prove("other-kind", premises, gained == times(slots, merged - old))
    yield refute("control-kind", "the merged entry may be of the other kind", premises, gained == 0)
    canonical_only = split.gain(chunk) + (merged - between)
    yield refute(
        "control-one",
        "the store changes the field by one, not by the number of slots",
        [*premises, merged == old],
        canonical_only == 0,
    )


@theorem(
    "X1.marks",
    "After a split and a store at the old order the node's marks are what they were.",
    source="lib/xarray.c xas_store, xas_squash_marks; M1.vertical, M1.horizontal",
    assumes="the store moves the OR of the run's bits to its first slot; marks stay in between",
    logic="QF_BV",
)
def marks(s: int) -> Iterator[Obligation]:
    """For both kinds of split."""
    for name in ("vertical", "horizontal"):
        split = split_node(s, vertical=name == "vertical")
        written = split.old_slots if name == "vertical" else split.old_slots & split.canonical
        after = split.before | z3.If(split.old, written, z3.BitVecVal(0, 64))
        first = split.old_slots & (0 - split.old_slots)
        squashed = z3.If(after & split.old_slots != 0, first, z3.BitVecVal(0, 64))
        merged = (after & ~split.old_slots) | squashed
        yield prove(name, split.premises, merged == split.before)
        if s > 1:
            yield refute(
                f"control-{name}",
                "the store leaves the marks of the slots alone",
                split.premises,
                after == split.before,
            )
        else:
            yield refute(
                f"control-{name}",
                "the store clears the run's marks",
                split.premises,
                after & ~split.old_slots == split.before,
            )


THEOREMS = (sums, marks)
