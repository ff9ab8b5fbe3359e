# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules that look: loads, iterations and steps."""

from __future__ import annotations

from hypothesis.stateful import rule

from models.histories.rules.case import NUMBER, Case
from models.histories.strategies import Choice, edges
from xarray_model.operations import Code, Flag, Operation


class Looking(Case):
    """Operations that change nothing."""

    @rule(where=NUMBER)
    def load(self, where: int) -> None:
        """Load an index and ask for its order."""
        self.count("load")
        index = self.index(Choice(where))
        self.run_now(Operation(Code.LOAD, index))
        self.run_now(Operation(Code.GET_ORDER, index))

    @rule(where=NUMBER, to=NUMBER)
    def find(self, where: int, to: int) -> None:
        """Iterate, to the end or to any index."""
        self.count("find")
        index, last, flags, _ = self.a_range(Choice(where), Choice(to))
        self.run_now(Operation(Code.FIND, index, flags=flags, argument=last))

    @rule(where=NUMBER, to=NUMBER)
    def find_marked(self, where: int, to: int) -> None:
        """Iterate over what bears a mark."""
        self.count("find_marked")
        index, last, flags, mark = self.a_range(Choice(where), Choice(to))
        self.run_now(Operation(Code.FIND_MARKED, index, mark=mark, flags=flags, argument=last))

    @rule(where=NUMBER, to=NUMBER)
    def find_plain(self, where: int, to: int) -> None:
        """Look for what begins after an index, some times, or take out many at once."""
        self.count("find_plain")
        choice = Choice(to)
        index, last, _, mark = self.a_range(Choice(where), choice)
        marked = choice.below(2)
        if choice.below(3) == 2:
            code = Code.EXTRACT_MARKED if marked else Code.EXTRACT
            self.run_now(Operation(code, index, choice.below(3), mark=mark, argument=last))
            return
        code = Code.FIND_AFTER_MARKED if marked else Code.FIND_AFTER
        for _ in range(1 + choice.below(3)):
            words = self.run_now(Operation(code, index, mark=mark, argument=last))
            if not words or not words[1]:
                break
            index = words[0]

    def a_range(self, place: Choice, choice: Choice) -> tuple[int, int, Flag, int]:
        """First and last index of an iteration, whether it pauses, and a mark."""
        flags = Flag.PAUSE if choice.below(2) else Flag.NONE
        mark = choice.below(3)
        kind = choice.below(4)
        first = self.index(place)
        if kind < 2:
            return first, self.top, flags, mark
        other = self.index(choice)
        if kind == 2 and other < first:
            first, other = other, first
        return first, other, flags, mark

    @rule(where=NUMBER, steps=NUMBER)
    def step(self, where: int, steps: int) -> None:
        """Move a cursor on, or back, by some indices."""
        self.count("step")
        choice = Choice(steps)
        code = Code.PREV if choice.below(2) else Code.NEXT
        index = self.index(Choice(where))
        if self.whole and choice.below(2):
            there = edges(self.width)
            index = there[choice.below(len(there))] - (code is Code.NEXT)
        # Beyond either end a cursor has left the array: where it goes from there is not defined.
        left = index if code is Code.PREV else self.top - index
        argument = min(1 + choice.below(2 << self.s), left + 1)
        self.run_now(Operation(code, index, argument=argument))
