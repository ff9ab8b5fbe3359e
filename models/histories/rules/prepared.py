# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules of nodes that are allocated first and used later, with anything in between."""

from __future__ import annotations

from hypothesis.stateful import precondition, rule

from models.histories import strategies
from models.histories.rules.case import BOTH, NUMBER
from models.histories.rules.splitting import Splitting, splittable
from models.histories.strategies import Choice
from specs.cursor import Place
from xarray_model.entries import NULL, is_error
from xarray_model.operations import Code, Flag, Operation


class Prepared(Splitting):
    """What is done with nodes that the case's cursor holds."""

    @precondition(lambda self: not self.cursor.held and splittable(self.array))
    @rule(where=NUMBER, what=NUMBER, then=NUMBER)
    def split_alloc(self, where: int, what: int, then: int) -> None:
        """Allocate for a split of an entry, once or twice; go on at once, or let other rules come
        in between."""
        self.count("split_alloc")
        choice = Choice(what)
        self.allocate(Choice(where), choice)
        further = Choice(then)
        kind = further.below(4)
        if kind > 1:
            self.change(further)
        if kind and self.cursor.stock:
            self.split_as_it_is(further)

    @precondition(lambda self: self.careless and not self.cursor.held)
    @rule(where=NUMBER, what=NUMBER, then=NUMBER)
    def split_careless(self, where: int, what: int, then: int) -> None:
        """Allocate, and split what is there then, whatever the nodes were allocated for."""
        self.count("split_careless")
        place, further = Choice(where), Choice(then)
        if not splittable(self.array) or further.below(2):
            order = 1 + further.below(2 * self.s)
            entry = strategies.plain(strategies.entry(further))
            self.run_now(Operation(Code.STORE, self.index(place), order, entry=entry))
        if not splittable(self.array):
            return
        self.allocate(place, Choice(what))
        if self.cursor.stock and further.below(2):
            self.change(further)
        if self.cursor.stock:
            self.split_as_it_is(further)

    def allocate(self, place: Choice, choice: Choice) -> None:
        """Set the cursor to an entry, and allocate for a split of it, which may fail.

        Where callers are careless, for another order, too, mostly one that takes more nodes.
        """
        first, order, old = self.to_split(place)
        new_order = strategies.lower_order(order, self.s, self.most_nodes, self.refused, choice)
        self.run_now(Operation(Code.CURSOR_SET, strategies.inside(first, order, place), new_order))
        if self.careless and choice.below(2):
            other = min(self.width - 1, order + 1 + choice.below(self.s))
            order = other if self.affordable(other, new_order) else max(1, new_order, order - 1)
        if fails := choice.below(4) == 3:
            self.run_now(Operation(Code.FAIL, flags=BOTH, argument=1 + choice.below(2)))
        flags = Flag.NONBLOCKING if choice.below(4) == 3 else Flag.NONE
        entry = strategies.plain(strategies.entry(choice, old) if choice.below(2) else old)
        for _ in range(1 + (choice.below(6) == 5)):
            self.run_now(Operation(Code.CURSOR_SPLIT_ALLOC, order=order, entry=entry, flags=flags))
            if self.cursor.place is Place.FAILED:
                break
        if fails:
            self.run_now(Operation(Code.FAIL))

    @precondition(lambda self: self.cursor.stock > 0)
    @rule(what=NUMBER)
    def change_between(self, what: int) -> None:
        """Change what nodes were allocated for: another entry, order or kind, or nothing at all."""
        self.count("change_between")
        self.change(Choice(what))

    def change(self, choice: Choice) -> None:
        """Change what is at the cursor's index, other than through it."""
        index, new_order = self.cursor.index, self.cursor.order
        found = self.array.at(index)
        order = found[1].order if found else new_order
        kind = choice.below(6)
        entry = strategies.plain(strategies.entry(choice, found[1].entry if found else None))
        splits = found is not None and new_order <= order and order > 0
        if kind == 5:
            self.run_now(Operation(Code.STORE, index, order, entry=NULL))
        elif kind == 4 and splits and self.affordable(order, new_order):
            self.run_now(Operation(Code.SPLIT, index, order, new_order, entry))
        else:
            if kind == 3:
                order = min(self.width - 1, max(0, order + choice.below(3) - 1))
            self.run_now(Operation(Code.STORE, index, order, entry=entry))

    @precondition(lambda self: self.cursor.stock > 0)
    @rule(what=NUMBER)
    def split_alone(self, what: int) -> None:
        """Look again, and split what is there, or let go where the nodes are not for that."""
        self.count("split_alone")
        self.split_as_it_is(Choice(what))

    def split_as_it_is(self, choice: Choice) -> None:
        """Split what is at the cursor's index now; let go of the rest, or keep it for another."""
        if self.cursor.place in (Place.DONE, Place.FAILED) or choice.below(3) == 2:
            self.run_now(Operation(Code.CURSOR_RESET))
        cursor = self.cursor
        found = self.array.at(cursor.index)
        order = found[1].order if found else 0
        entry = cursor.given
        if entry is None or (self.careless and choice.below(2)):
            entry = strategies.plain(strategies.entry(choice, found[1].entry if found else None))
        split = Operation(Code.CURSOR_SPLIT_ALONE, order=order, entry=entry)
        fits = (
            order > 0
            and self.array.splittable(cursor.plain(split).index, order, cursor.order, entry)
            and cursor.allows(split, self.array, self.s)
            and self.affordable_now(order)
        )
        if fits and (self.careless or (order, entry) == (cursor.order_given, cursor.given)):
            self.run_now(split)
        if self.cursor.held and choice.below(2):
            self.run_now(Operation(Code.CURSOR_DESTROY))

    def affordable_now(self, order: int) -> bool:
        """Whether the implementation splits an entry of ``order`` to the cursor's."""
        new_order = self.cursor.order
        return not self.refused(order, new_order) and self.affordable(order, new_order)

    @precondition(lambda self: self.cursor.held > 0 or self.cursor.place is Place.FAILED)
    @rule(what=NUMBER)
    def let_go(self, what: int) -> None:
        """Free what the cursor holds, or ask whether to try again."""
        self.count("let_go")
        choice = Choice(what)
        kind = choice.below(3)
        if kind == 2 and choice.below(2):
            self.run_now(Operation(Code.FAIL, flags=BOTH, argument=1))
        code = Code.CURSOR_NOMEM if kind else Code.CURSOR_DESTROY
        self.run_now(Operation(code))
        self.run_now(Operation(Code.FAIL))

    @precondition(lambda self: not self.cursor.stock)
    @rule(where=NUMBER, what=NUMBER)
    def create_range(self, where: int, what: int) -> None:
        """Make slots for a range, again after a lack of memory, with a store in between or not."""
        self.count("create_range")
        place, choice = Choice(where), Choice(what)
        if self.cursor.held:
            self.run_now(Operation(Code.CURSOR_DESTROY))
        order = choice.below(self.s + 2)
        index = self.index(place)
        if self.whole and choice.below(4) == 0:
            self.create_high_range(index, choice)
            return
        self.run_now(Operation(Code.CURSOR_SET, index, order))
        if choice.below(3):
            which = Flag.FAIL_NONBLOCKING
            self.run_now(Operation(Code.FAIL, flags=which, argument=1 + choice.below(3)))
        words = self.run_now(Operation(Code.CURSOR_CREATE_RANGE))
        self.run_now(Operation(Code.FAIL))
        if not words or not is_error(words[0]) or choice.below(4) == 0:
            return
        if choice.below(6) == 5:
            self.run_now(Operation(Code.FAIL, flags=BOTH, argument=1))
        self.run_now(Operation(Code.CURSOR_NOMEM))
        self.run_now(Operation(Code.FAIL))
        if self.cursor.place is Place.FAILED:
            return
        if choice.below(4) == 0:
            entry = strategies.entry(choice)
            for index in range(self.cursor.index, self.cursor.index + (1 << order), 1 << self.s):
                self.run_now(Operation(Code.STORE, index, entry=entry))
        self.run_now(Operation(Code.CURSOR_CREATE_RANGE))

    def create_high_range(self, index: int, choice: Choice) -> None:
        """Begin with a range of a high order: memory is short after the first few nodes."""
        order = strategies.high_order(self.s, self.width, choice)
        first = index >> order << order
        if self.array.find(first, first + (1 << order) - 1):
            return  # a larger entry takes no nodes, and there would be no end to it
        self.run_now(Operation(Code.CURSOR_SET, index, order))
        which = Flag.FAIL_NONBLOCKING | Flag.LASTING
        self.run_now(Operation(Code.FAIL, flags=which, argument=1 + choice.below(2 * self.s)))
        self.run_now(Operation(Code.CURSOR_CREATE_RANGE))
        self.run_now(Operation(Code.FAIL))
