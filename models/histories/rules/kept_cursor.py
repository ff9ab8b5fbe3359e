# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules that use a cursor which is kept from one operation to the next."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis.stateful import precondition, rule

from models.histories import strategies
from models.histories.rules.case import NUMBER, Case
from models.histories.strategies import Choice
from specs.cursor import Place
from xarray_model.entries import NULL
from xarray_model.operations import Code, Operation

_LOOKS = (
    Code.CURSOR_FIND,
    Code.CURSOR_FIND_MARKED,
    Code.CURSOR_NEXT,
    Code.CURSOR_PREV,
    Code.CURSOR_LOAD,
    Code.CURSOR_PAUSE,
)
_WALKS = (
    (),
    (Code.CURSOR_LOAD,),
    (Code.CURSOR_LOAD,),
    (Code.CURSOR_FIND,),
    (Code.CURSOR_NEXT, Code.CURSOR_NEXT),
    (Code.CURSOR_PREV, Code.CURSOR_PREV),
)
_MARKING = (Code.CURSOR_SET_MARK, Code.CURSOR_CLEAR_MARK, Code.CURSOR_GET_MARK)


class KeptCursor(Case):
    """What is done through the case's cursor."""

    @precondition(lambda self: not self.cursor.held)
    @rule(where=NUMBER, what=NUMBER)
    def cursor_set(self, where: int, what: int) -> None:
        """Set the cursor, mostly for order 0."""
        self.count("cursor_set")
        self.set_cursor(Choice(where), Choice(what))

    def set_cursor(self, place: Choice, choice: Choice) -> None:
        """Set the cursor anywhere, for order 0 or for one below that of what is there."""
        index = self.index(place)
        order = self.array.get_order(index)
        if order and choice.below(3) == 0:
            order = strategies.lower_order(order, self.s, self.most_nodes, self.refused, choice)
        elif choice.below(8):
            order = 0
        self.run_now(Operation(Code.CURSOR_SET, index, order))

    @precondition(lambda self: not self.cursor.held)
    @rule(where=NUMBER, what=NUMBER)
    def cursor_look(self, where: int, what: int) -> None:
        """Look some times through the cursor: load, search, step or pause."""
        self.count("cursor_look")
        place, choice = Choice(where), Choice(what)
        if choice.below(4) == 3:
            self.step_onto(place, _WALKS[-1 - choice.below(2)])
        for _ in range(1 + choice.below(3)):
            code = _LOOKS[choice.below(len(_LOOKS))]
            last = self.top if choice.below(4) else self.index(place)
            self.through(Operation(code, mark=choice.below(3), argument=last), place, choice)
            if choice.below(2):
                # Where the cursor stands already: the walk does not start at the head.
                self.through(Operation(Code.CURSOR_LOAD), place, choice)

    @precondition(lambda self: not self.cursor.held)
    @rule(where=NUMBER, what=NUMBER)
    def cursor_change(self, where: int, what: int) -> None:
        """Walk the cursor to a place, and store, erase, mark or split there."""
        self.count("cursor_change")
        place, choice = Choice(where), Choice(what)
        if self.cursor.place not in (Place.WALKED, Place.STEPPED) or choice.below(2):
            walk = _WALKS[choice.below(len(_WALKS))]
            if len(walk) == 2:
                self.step_onto(place, walk)
            else:
                self.set_cursor(place, choice)
                for code in walk:
                    self.through(Operation(code, argument=self.top), place, choice)
        kind = choice.below(8)
        found = self.array.at(self.cursor.index)
        if kind >= 6 and found is not None and found[1].order >= max(1, self.cursor.order):
            entry = strategies.plain(strategies.entry(choice, found[1].entry))
            operation = Operation(Code.CURSOR_SPLIT, order=found[1].order, entry=entry)
            if self.affordable(found[1].order, self.cursor.order):
                self.through(operation, place, choice)
        elif 3 <= kind < 6:
            self.through(Operation(_MARKING[kind - 3], mark=choice.below(3)), place, choice)
        else:
            entry = strategies.entry(choice, found[1].entry if found else None) if kind else NULL
            self.through(Operation(Code.CURSOR_STORE, entry=entry), place, choice)

    @precondition(lambda self: not self.cursor.held)
    @rule(where=NUMBER, what=NUMBER)
    def conflict(self, where: int, what: int) -> None:
        """Look for all that is in the way of an entry, and store that there, or not."""
        self.count("conflict")
        choice = Choice(what)
        index = self.index(Choice(where))
        order = self.array.get_order(index)
        kind = choice.below(4)
        if kind == 3:
            order = strategies.order(self.s, self.bits, choice)
        elif kind:
            order = max(
                0, min(order + choice.below(2 * self.s + 1) - self.s * (kind == 1), self.width - 1)
            )
        self.run_now(Operation(Code.CURSOR_SET, index, order))
        self.run_now(Operation(Code.CURSOR_FIND_CONFLICT))
        if choice.below(2):
            like = self.array.load(self.cursor.index) or None
            entry = strategies.entry(choice, like) if choice.below(4) else NULL
            self.run_now(Operation(Code.CURSOR_STORE, entry=entry))

    def step_onto(self, place: Choice, walk: Sequence[Code]) -> None:
        """Let the cursor step onto the first slot of an entry, forwards or backwards."""
        found = strategies.existing(self.array, place)
        first = found[0] if found else 0
        beside = first - 1 if walk[0] is Code.CURSOR_NEXT else first + 1
        if 0 <= beside <= self.top:
            self.run_now(Operation(Code.CURSOR_SET, beside))
            for code in walk:
                self.run_now(Operation(code))

    def through(self, operation: Operation, place: Choice, choice: Choice) -> None:
        """Do an operation through the cursor; where that is not valid, set or reset the cursor."""
        if self.cursor.allows(operation, self.array, self.s):
            self.run_now(operation)
        elif self.cursor.place in (Place.DONE, Place.FAILED) and choice.below(2):
            self.run_now(Operation(Code.CURSOR_RESET))
        else:
            self.set_cursor(place, choice)
