# SPDX-License-Identifier: GPL-2.0-or-later
"""V1: ``count`` and ``nr_values`` after a split, for all four kinds of old and new entry.

Both fields count slots for which something is 1: ``count`` a slot that is not NULL, ``nr_values``
one whose entry is a value (siblings of a value included).  The sum over a node's slots is followed
slot by slot, so the induction is over the slots and C and L are arbitrary.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import z3

from proofs.obligation import Obligation, prove, refute, theorem
from proofs.words import conjunction
from xarray_model import geometry


def is_bit(value: z3.ArithRef) -> z3.BoolRef:
    """0 or 1."""
    return z3.And(value >= 0, value <= 1)


def times(factor: z3.ArithRef, sign: z3.ArithRef) -> z3.ArithRef:
    """``factor * sign`` for a sign of -1, 0 or 1, which stays linear."""
    return z3.If(sign == 0, z3.IntVal(0), z3.If(sign == 1, factor, -factor))


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A run of ``slots`` slots from ``first`` on in a node of ``chunk`` slots, each of which counts
    ``old`` before and ``new`` after; the others stay."""

    chunk: z3.ArithRef
    slots: z3.ArithRef
    first: z3.ArithRef
    old: z3.ArithRef
    new: z3.ArithRef

    @property
    def premises(self) -> list[z3.BoolRef]:
        """The run lies inside the node."""
        fits = self.first + self.slots <= self.chunk
        bits = [is_bit(self.old), is_bit(self.new)]
        return [self.chunk >= 2, self.slots >= 1, self.first >= 0, fits, *bits]

    def gain(self, k: z3.ArithRef) -> z3.ArithRef:
        """What the sum over the first ``k`` slots grows by."""
        change = self.new - self.old
        passed = z3.If(k <= self.first + self.slots, k - self.first, self.slots)
        return z3.If(k <= self.first, z3.IntVal(0), times(passed, change))

    def induction(self) -> Iterator[Obligation]:
        """The sum over the whole node grows by ``slots * (new - old)``."""
        k, before, after, at, now = z3.Ints("k sum_before sum_after slot_before slot_after")
        in_run = z3.And(self.first <= k, k < self.first + self.slots)
        slot = [
            *self.premises,
            k >= 0,
            k < self.chunk,
            is_bit(at),
            z3.If(in_run, z3.And(at == self.old, now == self.new), now == at),
        ]
        summed = [*slot, after == before + self.gain(k)]
        yield prove("base", self.premises, self.gain(z3.IntVal(0)) == 0)
        yield prove("step", summed, after + now == before + at + self.gain(k + 1))
        whole = times(self.slots, self.new - self.old)
        yield prove("end", self.premises, self.gain(self.chunk) == whole)
        yield refute(
            "control-canonical",
            "a run counts once, for its canonical slot",
            self.premises,
            self.gain(self.chunk) == self.new - self.old,
        )


def any_rewrite(new: z3.ArithRef | None = None) -> Rewrite:
    """A rewrite with arbitrary numbers."""
    chunk, slots, first, old = z3.Ints("C L first_slot old_counts")
    return Rewrite(chunk, slots, first, old, z3.Int("new_counts") if new is None else new)


@theorem(
    "V1.sum",
    "Rewriting the old entry's L slots changes the node's sum by L times the difference of what"
    " one slot counts: for any C, L, place and old contents of the node.",
    source="the meaning of count and nr_values in struct xa_node",
    assumes="each slot counts 0 or 1; slots outside of the run stay",
    logic="QF_LIA",
    parametric=True,
)
def slot_sum(_: int) -> Iterator[Obligation]:
    """Prefix sums, by induction over the slots."""
    yield from any_rewrite().induction()


@theorem(
    "V1.values",
    "nr_values of the split node: minus L if the old entry was a value (vertical, its slots now"
    " hold nodes), plus L*(new - old) (horizontal); it stays within 0..C.",
    source="lib/xarray.c xas_split, update of nr_values",
    assumes="V1.sum; the field was right before",
    logic="QF_LIA",
    parametric=True,
)
def values(_: int) -> Iterator[Obligation]:
    """All four combinations of old and new kind, both directions."""
    is_value, vertical = z3.Int("new_is_value"), z3.Bool("vertical")
    run = any_rewrite(z3.If(vertical, z3.IntVal(0), is_value))
    field, after, others = z3.Ints("nr_values nr_values_after others")
    premises = [
        *run.premises,
        is_bit(is_value),
        others >= 0,
        others <= run.chunk - run.slots,
        field == others + times(run.slots, run.old),
        after == field + run.gain(run.chunk),
    ]
    down = z3.If(run.old == 1, field - run.slots, field)
    across = field + times(run.slots, is_value - run.old)
    yield prove("vertical", [*premises, vertical], after == down)
    yield prove("horizontal", [*premises, z3.Not(vertical)], after == across)
    yield prove("range", premises, z3.And(after >= 0, after <= run.chunk))
    yield prove("byte", [*premises, run.chunk <= 64], z3.And(after >= 0, after < 256))
    yield refute(
        "control-kind",
        "a vertical split subtracts L if the new entry is a value",
        [*premises, vertical],
        after == z3.If(is_value == 1, field - run.slots, field),
    )
    yield refute(
        "control-none",
        "a horizontal split leaves nr_values alone",
        [*premises, z3.Not(vertical)],
        after == field,
    )
    yield refute(
        "control-one",
        "a horizontal split changes nr_values by one",
        [*premises, z3.Not(vertical)],
        after == field + is_value - run.old,
    )


@theorem(
    "V1.count",
    "count of the split node stays: L slots with an entry become L slots with a node or an entry.",
    source="lib/xarray.c xas_split",
    assumes="V1.sum; neither the old nor the new entry is NULL",
    logic="QF_LIA",
    parametric=True,
)
def count(_: int) -> Iterator[Obligation]:
    """The same sum with 'not NULL' for 'value'."""
    run = any_rewrite()
    filled = [*run.premises, run.old == 1, run.new == 1]
    yield prove("unchanged", filled, run.gain(run.chunk) == 0)
    yield refute(
        "control-null",
        "the new entry may be NULL",
        [*run.premises, run.old == 1],
        run.gain(run.chunk) == 0,
    )


@theorem(
    "V1.new-nodes",
    "A new leaf has count C and nr_values C if the new entry is a value, else 0; a new node above"
    " the leaves has count C and nr_values 0.",
    source="lib/xarray.c xas_split, initialisation of the children",
    assumes="every slot of a leaf is the entry or a sibling of it, above all slots are nodes",
    logic="QF_LIA",
    parametric=True,
)
def new_nodes(_: int) -> Iterator[Obligation]:
    """Sums over all slots of a new node, by induction over the slots."""
    k, chunk, is_value, total, at = z3.Ints("k C new_is_value sum slot")
    premises = [chunk >= 2, k >= 0, k < chunk, is_bit(is_value)]
    leaf = [*premises, total == times(k, is_value)]
    yield prove("leaf-base", [is_bit(is_value)], times(z3.IntVal(0), is_value) == 0)
    yield prove("leaf-step", [*leaf, at == is_value], total + at == times(k + 1, is_value))
    yield prove("count-step", [*premises, total == k, at == 1], total + at == k + 1)
    yield prove("above-step", [*premises, total == 0, at == 0], total + at == 0)
    canonical = z3.Int("slot_is_canonical")
    mixed = [*leaf, is_bit(canonical), at == z3.If(canonical == 1, is_value, 0)]
    yield refute(
        "control-siblings",
        "siblings of a value do not count",
        mixed,
        total + at == times(k + 1, is_value),
    )


def _sum(terms: Sequence[z3.ArithRef]) -> z3.ArithRef:
    return z3.Sum(*terms)


@theorem(
    "V1.slots",
    "The same with every slot of the node written out, for every run of every size.",
    source="geometry.slots_of, geometry.canonical_slot",
    assumes="each slot counts 0 or 1",
    logic="QF_LIA",
)
def slots(s: int) -> Iterator[Obligation]:
    """No induction: one sum of C terms for each run."""
    chunk = geometry.chunk_size(s)
    old, new = z3.Ints("old_counts new_counts")
    counts = [z3.Int(f"slot_{slot}") for slot in range(chunk)]
    bits = [is_bit(old), is_bit(new), *map(is_bit, counts)]
    for order in range(s):
        run = geometry.slots_of(order, s)
        firsts = sorted({geometry.canonical_slot(slot, order, s) for slot in range(chunk)})
        goals = []
        for first in firsts:
            inside = range(first, first + run)
            same = conjunction(counts[slot] == old for slot in inside)
            after = [new if slot in inside else counts[slot] for slot in range(chunk)]
            goals.append(z3.Implies(same, _sum(after) == _sum(counts) + run * (new - old)))
        yield prove(
            f"run-{run}", bits, conjunction([*goals, z3.BoolVal(len(firsts) * run == chunk)])
        )
    after = [new, *counts[1:]]
    yield refute(
        "control-place",
        "the slot that is rewritten is not the one that held the old entry",
        [*bits, counts[1] == old],
        _sum(after) == _sum(counts) + (new - old),
    )


THEOREMS = (slot_sum, values, count, new_nodes, slots)
