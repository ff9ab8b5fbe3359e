# SPDX-License-Identifier: GPL-2.0-or-later
"""The rule of what the page cache does: its loops, which must come to what specs/loops.py says."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hypothesis.stateful import precondition, rule

from models.histories import strategies
from models.histories.loops import (
    Loop,
    add_folio,
    collapse,
    split_folio,
    split_folio_around,
    split_swap,
)
from models.histories.rules.case import NUMBER
from models.histories.rules.splitting import Splitting, splittable
from models.histories.strategies import Choice
from specs import loops
from specs.abstract import AbstractArray
from xarray_model.entries import NULL, ZERO, is_value, mk_value
from xarray_model.operations import Code, Operation

MOST_PIECES = 32
"""Entries that a loop stores one by one."""


class Callers(Splitting):
    """What callers make of several operations."""

    @precondition(lambda self: not self.cursor.held and splittable(self.array))
    @rule(where=NUMBER, what=NUMBER)
    def caller(self, where: int, what: int) -> None:
        """Add a folio, split a folio or a swap entry, or collapse what is there."""
        self.count("caller")
        place, choice = Choice(where), Choice(what)
        self.run_now(Operation(Code.FAIL))
        first, order, old = self.to_split(place)
        index = strategies.inside(first, order, place)
        new = strategies.lower_order(order, self.s, self.most_nodes, self.refused, choice)
        kind = choice.below(4)
        if kind == 3 or old == ZERO:
            self.collapses(index, min(order + choice.below(2), self.bits - 1), choice)
        elif self.refused(order, new) or not self.affordable(order, new) or new == order:
            return
        elif kind == 2 and order - new <= MOST_PIECES.bit_length() - 1:
            self.splits_entry(index, new, old, choice)
        elif is_value(old):
            self.adds(index, order, new, choice)
        elif self.implementation.source.capabilities.try_split:
            own = _folios(choice)
            wanted = loops.folio_split_around(self.array, index, new, own)
            self.come_to("splits around", split_folio_around(index, new, own), lambda _: wanted)

    def adds(self, index: int, order: int, new: int, choice: Choice) -> None:
        """Add a folio over a larger shadow entry, which another task may change before that."""
        folio = _folios(choice)(index)
        kind = choice.below(5)
        shadow = mk_value(choice.below(32))
        between: Sequence[Operation] = ()
        if kind == 1:
            between = (Operation(Code.STORE, index, order, entry=NULL),)
        elif kind == 2:
            between = (Operation(Code.SPLIT, index, order, new, shadow),)
        elif kind > 2:
            between = (Operation(Code.STORE, index, order, entry=shadow),)
        name = "adds after a change" if between else "adds"
        loop = add_folio(index, new, folio, between)
        self.come_to(name, loop, lambda now: loops.folio_added(now, index, new, folio), between)

    def splits_entry(self, index: int, new: int, old: int, choice: Choice) -> None:
        """Split an entry, and store each piece for itself."""
        if is_value(old):
            fits = (old >> 1) + MOST_PIECES < 1 << self.width - 1
            if fits:
                wanted = loops.swap_split(self.array, index, new)
                self.come_to("splits swap", split_swap(index, new), lambda _: wanted)
            return
        own = _folios(choice)
        wanted = loops.folio_split(self.array, index, new, own)
        self.come_to("splits folio", split_folio(index, new, own), lambda _: wanted)

    def collapses(self, index: int, order: int, choice: Choice) -> None:
        """Put a folio in the place of all that is in a range."""
        over = self.array.at(index >> order << order)
        if over is not None and over[1].order > order:
            return
        folio = _folios(choice)(index)
        wanted = loops.collapsed(self.array, index, order, folio)
        self.come_to("collapses", collapse(index, order, folio), lambda _: wanted)

    def come_to(
        self,
        name: str,
        loop: Loop,
        wanted: Callable[[AbstractArray], AbstractArray | None],
        between: Sequence[Operation] = (),
    ) -> None:
        """Follow a loop, unless something in it would meet a known deviation, and see to it that
        it made of the array, as it was when the lock was taken, what is ``wanted``."""
        array = self.array
        try:
            operation = next(loop)
            while True:
                done = len(self.operations)
                words = self.run_now(operation)
                if self.operations[done : done + 1] != [operation]:
                    return  # left out, or done elsewhere
                if operation in between:
                    array = self.array
                operation = loop.send(words)
        except StopIteration as end:
            finished = bool(end.value)
        expected = wanted(array)
        if expected is not None and not finished:
            return  # for want of memory
        expected = array if expected is None else expected
        if self.array != expected:
            raise AssertionError(
                f"a caller that {name} makes {self.array} of the array, not {expected}:"
                f" {self.operations}"
            )
        self.done.branches[f"caller: {name}"] += 1


def _folios(choice: Choice) -> Callable[[int], int]:
    """A pointer for each index."""
    least = 1 + choice.below(16)
    return lambda index: (least + index % 1024) << 2
