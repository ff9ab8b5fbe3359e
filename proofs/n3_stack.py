# SPDX-License-Identifier: GPL-2.0-or-later
"""N3: the stack builder consumes exactly what was allocated, and ends with what is to be linked.

The state is a counter for each level: how many subtrees of that level lie on the stack and wait
for a parent.  Subtrees lie in the order of their levels, the lowest on top, so the counters read
like the digits of a number to the base C.  A step either pushes a leaf or, when the top level's
family is complete, pops it into a new parent; each takes one node from the list.

``N3.build`` says it for every order and starting slot, with the list as long as the geometry's own
count; ``N3.any-depth`` says it for any C, L and depth by lemmas on one level, and
``N3.any-depth-invariant`` for the counters at arbitrary levels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import z3

from proofs.obligation import Obligation, prove, refute, theorem
from proofs.words import conjunction, disjunction
from xarray_model import geometry


def _sum(terms: Sequence[z3.ArithRef]) -> z3.ArithRef:
    """The sum of ``terms``; SMT-LIB knows no ``+`` of fewer than two."""
    if not terms:
        return z3.IntVal(0)
    return terms[0] if len(terms) == 1 else z3.Sum(*terms)


class Builder:
    """The builder's states and steps for ``levels`` levels, ``slots`` top subtrees in nodes of
    ``2**s`` slots, the first of them in slot ``base``, which ``first`` names."""

    def __init__(self, s: int, levels: int, slots: int, base: z3.ArithRef) -> None:
        self.chunk = 1 << s
        self.levels = levels
        self.slots = slots
        self.base = base
        self.waiting = [z3.Int(f"waiting_{level}") for level in range(levels)]
        self.sizes = [sum(self.chunk**k for k in range(level + 1)) for level in range(levels)]
        self.start = [base >= 0, base + slots <= self.chunk]

    def capacity(self, level: int) -> int:
        """Most subtrees of a level that may wait."""
        return self.slots if level == self.levels - 1 else self.chunk

    def clear_below(self, waiting: Sequence[z3.ArithRef]) -> list[z3.BoolRef]:
        """For each level, that no subtree of a lower level waits."""
        clear = [z3.BoolVal(True), *(count == 0 for count in waiting[:1])]
        for count in waiting[1:]:
            clear.append(z3.And(clear[-1], count == 0))
        return clear

    def invariant(self, waiting: Sequence[z3.ArithRef]) -> z3.BoolRef:
        """Every counter is in range, and a full one has nothing above it on the stack."""
        conditions: list[z3.BoolRef] = []
        clear = self.clear_below(waiting)
        for level, count in enumerate(waiting):
            conditions += [count >= 0, count <= self.capacity(level)]
            if level:
                conditions.append(z3.Implies(count == self.capacity(level), clear[level]))
        return conjunction(conditions)

    def used(self, waiting: Sequence[z3.ArithRef]) -> z3.ArithRef:
        """Nodes taken from the list: each waiting subtree is complete."""
        return _sum([count * size for count, size in zip(waiting, self.sizes, strict=True)])

    def bounds(self) -> list[z3.BoolRef]:
        """What the subtrees below each level can have taken at most (lemma, proved on its own)."""
        return [
            _sum([self.waiting[k] * self.sizes[k] for k in range(level)])
            <= self.chunk * self.sizes[level - 1]
            for level in range(1, self.levels)
        ]

    def on_top(self, level: int) -> z3.BoolRef:
        """A subtree of ``level`` is on top of the stack."""
        return z3.And(self.waiting[level] > 0, self.clear_below(self.waiting)[level])

    def offset(self, level: int) -> z3.ArithRef:
        """Slot of the topmost subtree of ``level`` in its parent to be."""
        last = self.waiting[level] - 1
        return last + self.base if level == self.levels - 1 else last

    def finished(self) -> z3.BoolRef:
        """The builder's stop: the top subtree is of the top level and fills the last slot."""
        top = self.levels - 1
        return z3.And(self.on_top(top), self.offset(top) == self.base + self.slots - 1)

    def complete(self, level: int) -> z3.BoolRef:
        """The family of the topmost subtree of ``level`` is complete: it is in the last slot."""
        return z3.And(self.on_top(level), self.offset(level) == self.chunk - 1)

    def after(self) -> list[z3.ArithRef]:
        """The counters after one step: a complete family is popped into a parent, which is pushed;
        without one a leaf is pushed."""
        top = self.levels - 1
        complete = [self.complete(level) for level in range(top)]
        pushed = z3.Not(disjunction(complete))
        after: list[z3.ArithRef] = []
        for level, count in enumerate(self.waiting):
            more = z3.If(complete[level - 1] if level else pushed, count + 1, count)
            after.append(z3.If(complete[level], count - self.chunk, more) if level < top else more)
        return after

    def goal(self, total: int) -> z3.BoolRef:
        """All that is to hold of one state that satisfies the invariant, with a list that was
        ``total`` nodes long: a step finds the list not empty, takes one node, pops a whole family
        and keeps the invariant; the stop leaves the top subtrees alone and the list empty."""
        top = self.levels - 1
        now, after = self.used(self.waiting), self.after()
        families = [
            z3.Implies(self.complete(level), self.waiting[level] >= self.chunk)
            for level in range(top)
        ]
        step = z3.And(
            now < total,
            self.used(after) == now + 1,
            self.invariant(after),
            z3.Not(self.complete(top)),
            *families,
        )
        stopped = z3.And(
            now == total,
            self.waiting[top] == self.slots,
            self.clear_below(self.waiting)[top],
        )
        return z3.If(self.finished(), stopped, step)

    def beginning(self) -> z3.BoolRef:
        """The empty stack satisfies the invariant and has taken nothing."""
        zeros = [(count, z3.IntVal(0)) for count in self.waiting]
        begin = z3.And(
            self.invariant(self.waiting), self.used(self.waiting) == 0, z3.Not(self.finished())
        )
        return z3.substitute(begin, *zeros)

    def premises(self) -> list[z3.BoolRef]:
        """The place in the node and the invariant."""
        return [*self.start, self.invariant(self.waiting)]


def builder_of(order: int, s: int) -> Builder:
    """The builder of a split of ``order`` to 0; other new orders of the same depth are alike."""
    return Builder(s, order // s, 2 ** (order % s), z3.Int("first_slot"))


@theorem(
    "N3.build",
    "For every old order and every first slot: each step finds the list not empty and takes one"
    " node, the builder stops with the L top subtrees alone on the stack, and has then taken"
    " exactly the allocated count.",
    source="the series' xas_split; geometry.split_nodes",
    assumes="one split down to order 0 for each old order; first slot anywhere it fits",
    logic="QF_LIA",
)
def build(s: int) -> Iterator[Obligation]:
    """One inductive invariant for each old order."""
    for order in range(s, 64):
        builder = builder_of(order, s)
        total = geometry.split_nodes(order, 0, s)
        premises = builder.premises()
        if builder.levels > 1 and order % s == 0:
            yield prove(f"bounds-{order}", premises, conjunction(builder.bounds()))
        known = [*premises, *builder.bounds()]
        yield prove(f"order-{order}", known, z3.And(builder.beginning(), builder.goal(total)))
    order = 2 * s + (s > 1)
    builder = builder_of(order, s)
    known = [*builder.premises(), *builder.bounds()]
    total = geometry.split_nodes(order, 0, s)
    yield refute("control-one-short", "one node fewer is allocated", known, builder.goal(total - 1))
    yield refute("control-one-over", "one node more is allocated", known, builder.goal(total + 1))
    without = builder.start + [count >= 0 for count in builder.waiting]
    yield refute(
        "control-invariant", "the counters may have any value", without, builder.goal(total)
    )
    at_any = disjunction(
        z3.And(builder.on_top(k), builder.offset(k) == builder.base + builder.slots - 1)
        for k in range(builder.levels)
    )
    yield refute(
        "control-stop",
        "the stop looks at the slot and not at the level",
        known,
        z3.Implies(at_any, builder.used(builder.waiting) == total),
    )


@theorem(
    "N3.any-depth",
    "For any C, L, first slot and depth: while the builder runs fewer nodes are taken than were"
    " allocated, when it stops exactly those; merging and pushing take one node each.",
    source="the series' xas_split",
    assumes="size(k+1) = C*size(k) + 1; used(k+1) = used(k) + waiting(k)*size(k+1)",
    logic="QF_NIA",
    parametric=True,
)
def any_depth(_: int) -> Iterator[Obligation]:
    """Lemmas on one level ``k``; the induction over the levels is by hand."""
    c, slots, base, levels = z3.Ints("C L first_slot depth")
    size, size1, used, used1, waiting = z3.Ints("size size_next used used_next waiting")
    clear = z3.Bool("nothing_below")
    domain = [c >= 2, slots >= 1, base >= 0, base + slots <= c, levels >= 1]
    sums = [size >= 0, size1 == c * size + 1, used1 == used + waiting * size1]

    def bounded(taken: z3.ArithRef, full: z3.ArithRef, nothing: z3.BoolRef) -> z3.BoolRef:
        return z3.And(taken >= 0, taken <= c * full, z3.Implies(nothing, taken == 0))

    zero = z3.IntVal(0)
    yield prove("bound-base", domain, bounded(zero, zero, z3.BoolVal(True)))
    counter = [waiting >= 0, waiting <= c, z3.Implies(waiting == c, clear)]
    below = [*domain, *sums, bounded(used, size, clear)]
    room = z3.Implies(waiting <= c - 1, (c - 1 - waiting) * size1 >= 0)
    yield prove("room", [size1 >= 1, c >= 2], room)
    after = bounded(used1, size1, z3.And(clear, waiting == 0))
    yield prove("bound-step", [*below, *counter, room], after)
    yield refute(
        "control-full", "a full level may have subtrees above it", below + counter[:2], after
    )

    top = [waiting >= 0, waiting <= slots, z3.Implies(waiting == slots, clear)]
    stopped = z3.And(clear, base + waiting - 1 == base + slots - 1, waiting > 0)
    top_room = z3.Implies(waiting <= slots - 1, (slots - 1 - waiting) * size1 >= 0)
    yield prove("top-room", [size1 >= 1, slots >= 1], top_room)
    running = [*below, *top, z3.Not(stopped), top_room]
    yield prove("list-not-empty", running, used1 < slots * size1)
    yield prove("all-taken", [*below, *top, stopped], used1 == slots * size1)
    yield prove(
        "top-never-merged",
        running,
        z3.Not(z3.And(clear, waiting > 0, base + waiting - 1 == c - 1)),
    )
    yield refute(
        "control-one-short", "one node fewer is allocated", running, used1 < slots * size1 - 1
    )

    other, other1, new = z3.Ints("used_after used_after_next waiting_after")
    step = [*domain, *sums, other1 == other + new * size1]
    cases = (
        ("below", [other == used, new == waiting], other1 == used1),
        ("at", [other == used, waiting == c, new == 0], other1 == used1 - c * size1),
        ("parent", [other == used - c * size, new == waiting + 1], other1 == used1 + 1),
        ("above", [other == used + 1, new == waiting], other1 == used1 + 1),
    )
    for name, change, taken in cases:
        yield prove(f"merge-{name}", step + change, taken)
    pushed = [size == 0, other == used, new == waiting + 1]
    yield prove("push", step + pushed, other1 == used1 + 1)
    yield refute(
        "control-family",
        "a family of C-1 is merged",
        [*step, other == used - (c - 1) * size, new == waiting + 1],
        other1 == used1 + 1,
    )


@theorem(
    "N3.any-depth-invariant",
    "For any C, L and depth, merging and pushing keep every counter in range and nothing above a"
    " full level; a family that is merged has exactly C members.",
    source="the series' xas_split",
    assumes="the invariant at the levels that the step and the claim touch",
    logic="QF_UFLIA",
    parametric=True,
)
def any_depth_invariant(_: int) -> Iterator[Obligation]:
    """The counters are an unknown function of the level; ``k`` and ``j < k`` are arbitrary."""
    c, slots, base, levels, t, k, j = z3.Ints("C L first_slot depth top_level k j")
    waiting = z3.Function("waiting", z3.IntSort(), z3.IntSort())
    domain = [c >= 2, slots >= 1, base >= 0, base + slots <= c, levels >= 1]
    points = [k, j, t, t + 1, z3.IntVal(0), levels - 1]
    Counters = Callable[[z3.ArithRef], z3.ArithRef]

    def capacity(x: z3.ArithRef) -> z3.ArithRef:
        return z3.If(x == levels - 1, slots, c)

    def in_range(f: Counters, x: z3.ArithRef) -> z3.BoolRef:
        return z3.Implies(z3.And(x >= 0, x < levels), z3.And(f(x) >= 0, f(x) <= capacity(x)))

    def clear_above(f: Counters, x: z3.ArithRef, y: z3.ArithRef) -> z3.BoolRef:
        full = z3.And(y >= 0, y < x, x < levels, f(x) == capacity(x))
        return z3.Implies(full, f(y) == 0)

    def on_top(x: z3.ArithRef) -> z3.BoolRef:
        below = [z3.Implies(z3.And(y >= 0, y < x), waiting(y) == 0) for y in points]
        return z3.And(x >= 0, x < levels, waiting(x) > 0, *below)

    def merged(x: z3.ArithRef) -> z3.ArithRef:
        return z3.If(x == t, waiting(x) - c, z3.If(x == t + 1, waiting(x) + 1, waiting(x)))

    def pushed(x: z3.ArithRef) -> z3.ArithRef:
        return z3.If(x == 0, waiting(x) + 1, waiting(x))

    invariant = [in_range(waiting, x) for x in points] + [
        clear_above(waiting, x, y) for x in points for y in points if not x.eq(y)
    ]
    top_slot = base + waiting(levels - 1) - 1
    stopped = z3.And(on_top(levels - 1), top_slot == base + slots - 1)
    offset = waiting(t) - 1 + z3.If(t == levels - 1, base, 0)
    state = [*domain, *invariant, on_top(t), z3.Not(stopped)]
    merging = [*state, offset == c - 1]
    family = [*merging, t < levels - 1]
    yield prove("merge-below-top", merging, t < levels - 1)
    yield prove("merge-family", family, waiting(t) == c)
    yield prove("merge", family, z3.And(in_range(merged, k), clear_above(merged, k, j)))
    pushing = [*state, offset != c - 1]
    kept = z3.And(in_range(pushed, k), clear_above(pushed, k, j))
    yield prove("push", pushing, kept)
    empty = [waiting(x) == 0 for x in points]
    yield prove("push-first", [*domain, *empty], kept)
    yield refute("control-push", "a leaf is pushed on a complete family", family, kept)


THEOREMS = (build, any_depth, any_depth_invariant)
