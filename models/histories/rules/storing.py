# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules that store and erase."""

from __future__ import annotations

from hypothesis.stateful import precondition, rule

from models.histories import strategies
from models.histories.branches import DEPTHS
from models.histories.rules.case import MANY_NODES, NUMBER, Case
from models.histories.strategies import Choice
from xarray_model.operations import Code, Operation


class Storing(Case):
    """Stores of any order, at any place."""

    @rule(where=NUMBER, what=NUMBER)
    def store(self, where: int, what: int) -> None:
        """Store at any place with any order."""
        self.count("store")
        choice = Choice(what)
        order = strategies.order(self.s, self.bits, choice)
        entry = strategies.entry(choice)
        self.run_now(Operation(Code.STORE, self.index(Choice(where)), order, entry=entry))

    @rule(where=NUMBER, what=NUMBER)
    def store_large(self, where: int, what: int) -> None:
        """Store an entry that a split can take apart: of several indices, marked perhaps."""
        self.count("store_large")
        choice = Choice(what)
        order = min(1 + choice.below(3 * self.s), self.bits - 1)
        if self.most_nodes == MANY_NODES[self.s] and choice.below(2):
            # The deepest split that the nodes are enough for.
            order = DEPTHS[self.s] * self.s
        elif self.whole and choice.below(2):
            order = strategies.high_order(self.s, self.width, choice)
        entry = strategies.plain(strategies.entry(choice))
        index = self.index(Choice(where))
        self.run_now(Operation(Code.STORE, index, order, entry=entry))
        for mark in range(3):
            if choice.below(2):
                self.run_now(Operation(Code.SET_MARK, index, mark=mark))

    @precondition(lambda self: len(self.array) > 0)
    @rule(where=NUMBER, what=NUMBER)
    def overwrite(self, where: int, what: int) -> None:
        """Store into, over or around an entry of the array."""
        self.count("overwrite")
        place = Choice(where)
        found = strategies.existing(self.array, place)
        assert found is not None
        first, item = found
        choice = Choice(what)
        order = max(0, min(item.order + choice.below(2 * self.s + 1) - self.s, self.width - 1))
        entry = strategies.entry(choice, item.entry)
        index = strategies.inside(first, item.order, place)
        self.run_now(Operation(Code.STORE, index, order, entry=entry))

    @precondition(lambda self: len(self.array) > 0)
    @rule(where=NUMBER, what=NUMBER)
    def erase(self, where: int, what: int) -> None:
        """Erase at any place through a cursor of any order."""
        self.count("erase")
        choice = Choice(what)
        index = self.index(Choice(where))
        order = strategies.order(self.s, self.bits, choice)
        if choice.below(2):
            order = self.array.get_order(index)
        self.run_now(Operation(Code.STORE, index, order))

    @rule(what=NUMBER)
    def destroy(self, what: int) -> None:
        """Destroy the array, now and then."""
        if what % 8 == 1 or not len(self.array):
            self.count("destroy")
            self.run_now(Operation(Code.DESTROY))
            self.splits.clear()
