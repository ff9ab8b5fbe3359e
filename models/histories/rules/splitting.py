# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules that split and merge."""

from __future__ import annotations

from hypothesis.stateful import precondition, rule

from models.histories import strategies
from models.histories.rules.case import BOTH, NUMBER, Case
from models.histories.strategies import Choice
from specs.abstract import AbstractArray
from specs.contract import lowest_try, nodes_needed
from specs.judge import CHANGING
from xarray_model.entries import is_error
from xarray_model.operations import Code, Flag, Operation


class Splitting(Case):
    """Splits in all ways, and merges."""

    @precondition(lambda self: splittable(self.array))
    @rule(where=NUMBER, what=NUMBER)
    def split(self, where: int, what: int) -> None:
        """Split an entry, at any of its indices, to any lower order."""
        self.count("split")
        self.run_now(self.a_split(Choice(where), Choice(what)))

    @precondition(lambda self: splittable(self.array))
    @rule(where=NUMBER, what=NUMBER, which=NUMBER)
    def split_failing(self, where: int, what: int, which: int) -> None:
        """A split of which the first, the last or any other allocation fails."""
        self.count("split_failing")
        operation = self.a_split(Choice(where), Choice(what))
        need = nodes_needed(operation.order, operation.new_order, self.s)
        if not need:
            operation = self.a_split(Choice(where), Choice(what ^ 3))
            need = nodes_needed(operation.order, operation.new_order, self.s)
        choice = Choice(which)
        kind = choice.below(3)
        failing = (1, need, 1 + choice.below(need + 1))[kind] if need else 1
        self.run_now(Operation(Code.FAIL, flags=BOTH, argument=failing))
        self.run_now(operation)
        self.run_now(Operation(Code.FAIL))

    def a_split(self, place: Choice, choice: Choice) -> Operation:
        """A split of an entry of the array."""
        first, order, old = self.to_split(place)
        new_order = strategies.lower_order(order, self.s, self.most_nodes, self.refused, choice)
        new = strategies.plain(strategies.entry(choice, old))
        index = strategies.inside(first, order, place)
        flags = Flag.NONBLOCKING if choice.below(4) == 3 else Flag.NONE
        operation = Operation(Code.SPLIT, index, order, new_order, new, flags=flags)
        if not self.hangs(operation):
            self.splits.append((first, order, old))
        return operation

    def to_split(self, place: Choice) -> tuple[int, int, int]:
        """First index, order and entry of what can be split; the large ones more often."""
        found = strategies.existing(self.array, place)
        assert found is not None
        if found[1].order == 0 or found[1].extent or place.below(2):
            items = {at: item for at, item in self.array.items().items() if not item.extent}
            first = max(items, key=lambda first: (items[first].order, -first))
            found = first, items[first]
        first, item = found
        return first, item.order, item.entry

    @precondition(
        lambda self: self.implementation.source.capabilities.try_split and splittable(self.array)
    )
    @rule(where=NUMBER, what=NUMBER)
    def try_split(self, where: int, what: int) -> None:
        """One try_split, or a walk of them around one index down to a lower order."""
        self.count("try_split")
        place, choice = Choice(where), Choice(what)
        first, order, old = self.to_split(place)
        index = strategies.inside(first, order, place)
        entry = strategies.plain(strategies.entry(choice, old))
        if choice.below(8) == 0:
            self.run_now(Operation(Code.FAIL, flags=BOTH, argument=1))
        flags = Flag.RETRY if choice.below(2) else Flag.NONE
        if choice.below(2):
            lower = strategies.try_order(order, self.s, choice)
            self.run_now(Operation(Code.TRY_SPLIT, index, order, lower, entry, flags=flags))
        else:
            last = choice.below(order + 1)
            self.splits.append((first, order, old))
            while order > last:
                lower = max(last, lowest_try(order, self.s))
                step = Operation(Code.TRY_SPLIT, index, order, lower, entry, flags=flags)
                words = self.run_now(step)
                if not words or is_error(words[0]):
                    break
                order = lower
        self.run_now(Operation(Code.FAIL))

    @precondition(lambda self: len(self.splits) > 0)
    @rule(which=NUMBER)
    def merge(self, which: int) -> None:
        """Store an entry that was split over its whole range again."""
        choice = Choice(which)
        place = len(self.splits) - 1 - choice.below(len(self.splits))
        first, order, old = self.splits.pop(place)
        last = next((one for one in reversed(self.operations) if one.code in CHANGING), None)
        at_once = last is not None and last.code in (Code.SPLIT, Code.TRY_SPLIT)
        at_once = at_once and place == len(self.splits)
        self.count("merge")
        name = "merge: right after its split" if at_once else "merge: later"
        self.done.branches[name] += 1
        entry = old if choice.below(4) else strategies.entry(choice, old)
        self.run_now(Operation(Code.STORE, first, order, entry=entry))


def splittable(array: AbstractArray) -> bool:
    """Whether the array holds an entry of several indices."""
    return any(item.order and not item.extent for item in array.items().values())
