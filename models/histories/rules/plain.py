# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules of the functions that store without a cursor."""

from __future__ import annotations

from hypothesis.stateful import rule

from models.histories import strategies
from models.histories.rules.case import BOTH, NUMBER, Case
from models.histories.strategies import Choice
from specs.abstract import range_items
from xarray_model.entries import NULL, ZERO
from xarray_model.flags import ArrayFlag
from xarray_model.operations import LAST_ID, Code, Flag, Operation

MOST_PIECES = 24
"""Entries that a store of a range makes."""


class Plain(Case):
    """What is stored only where something else is, where an index is free, and ranges."""

    @rule(where=NUMBER, what=NUMBER)
    def exchange(self, where: int, what: int) -> None:
        """Insert, exchange, reserve or release, some times at one place."""
        self.count("exchange")
        choice = Choice(what)
        index = self.index(Choice(where))
        for _ in range(1 + choice.below(3)):
            self.run_now(self.an_exchange(index, choice))

    def an_exchange(self, index: int, choice: Choice) -> Operation:
        """One of them, mostly one that does something."""
        there = self.array.load(index)
        kind = choice.below(8)
        if kind == 0:
            return Operation(Code.RESERVE, index)
        if kind == 1 and (there == ZERO or choice.below(2)):
            return Operation(Code.RELEASE, index)
        entry = strategies.entry(choice, there or None)
        if kind < 4 and (not there or choice.below(2)):
            return Operation(Code.INSERT, index, entry=entry if choice.below(4) else NULL)
        old = there if there != ZERO and choice.below(4) else strategies.entry(choice)
        entry = entry if choice.below(4) else NULL
        return Operation(Code.CMPXCHG, index, argument=old, entry=entry)

    @rule(where=NUMBER, what=NUMBER)
    def alloc(self, where: int, what: int) -> None:
        """Find some free indices, each the lowest of a range."""
        self.allocate_some(Code.ALLOC, Choice(where), Choice(what))

    @rule(where=NUMBER, what=NUMBER)
    def alloc_cyclic(self, where: int, what: int) -> None:
        """Find some free indices, one after another."""
        self.allocate_some(Code.ALLOC_CYCLIC, Choice(where), Choice(what))

    def allocate_some(self, code: Code, place: Choice, choice: Choice) -> None:
        """Allocations from ranges that may be full or end at the last index of all; now and then in
        an array that does not track which are free, or with little memory."""
        if not self.flags & ArrayFlag.TRACK_FREE:
            if choice.below(16) == 0:
                self.count(code.name.lower())
                self.run_now(Operation(code, self.a_limit(place)[0], argument=LAST_ID, entry=4))
            return
        self.count(code.name.lower())
        if choice.below(4) == 3:
            lasting = BOTH | Flag.LASTING
            self.run_now(Operation(Code.FAIL, flags=lasting, argument=1 + choice.below(2)))
        flags = Flag.NONBLOCKING if choice.below(4) == 3 else Flag.NONE
        first, last = self.a_limit(place)
        for _ in range(2 + choice.below(4)):
            entry = strategies.entry(choice) if choice.below(4) else NULL
            self.run_now(Operation(code, first, entry=entry, argument=last, flags=flags))
            if place.below(2):
                first, last = self.a_limit(place)
        self.run_now(Operation(Code.FAIL))

    def a_limit(self, place: Choice) -> tuple[int, int]:
        """A range of indices of 32 bits: all, or a few beside what the array holds, at the very
        end, or none."""
        kind = place.below(8)
        if kind == 0:
            return 0, LAST_ID
        if kind < 4:
            return LAST_ID - place.below(2), LAST_ID
        first = min(self.index(place), LAST_ID)
        if kind == 4:
            return first, max(0, first - 1)
        return first, min(first + place.below(2 << self.s), LAST_ID)

    @rule(where=NUMBER, what=NUMBER)
    def store_range(self, where: int, what: int) -> None:
        """Store at all indices of a range, which takes one entry or several, or erase them."""
        self.count("store_range")
        place, choice = Choice(where), Choice(what)
        first, last = self.a_store_range(place, choice)
        entry = strategies.plain(strategies.entry(choice, self.array.load(first) or None))
        entry = entry if choice.below(4) else NULL
        self.run_now(Operation(Code.STORE_RANGE, first, argument=last, entry=entry))

    def a_store_range(self, place: Choice, choice: Choice) -> tuple[int, int]:
        """First and last index: that of an entry, or from a boundary of one order on as many
        pieces, unless it cuts an entry in two or takes too many; else one index."""
        index = self.index(place)
        order = self.array.get_order(index) if choice.below(3) else choice.below(2 * self.s + 1)
        size = 1 << order
        first = index >> order << order
        if choice.below(2) and first >= size:
            first -= size
        last = first + size * (1 + choice.below(3 << self.s)) - 1
        if choice.below(3) == 0:
            last += 1 << self.s * choice.below(order // self.s + 1)
        for end in (last, first + size - 1):
            if end < self.top:
                pieces = range_items(first, end, self.s)
                cut = any(self.array.cuts(at, item.size) for at, item in pieces)
                if not cut and len(pieces) <= MOST_PIECES:
                    return first, end
        return min(index, self.top - 1), min(index, self.top - 1)
