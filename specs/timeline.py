# SPDX-License-Identifier: GPL-2.0-or-later
"""What every index holds, and when; and which promises of ``specs/readers.py`` an answer breaks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from specs.readers import Memory


@dataclass(frozen=True, slots=True)
class Fact:
    """An index holds ``entry`` of ``order`` from the ``since``-th store of the run on, and until
    the ``until``-th (None: to the end).  An entry that is there from the start has ``since`` -1;
    without an entry the order is -1."""

    entry: object
    order: int
    since: int = -1
    until: int | None = None

    def range(self, index: int) -> range:
        """The indices that it covers, of which ``index`` is one."""
        if self.order < 0:
            return range(index, index + 1)
        first = index >> self.order << self.order
        return range(first, first + (1 << self.order))


NOTHING = 0
"""The entry NULL."""


@dataclass(frozen=True, slots=True)
class Iteration:
    """An iteration from ``start`` and what it ``found``: indices and entries, in order.

    ``ordered``: its steps are, by barriers; ``restarts``: it walks anew after each entry.
    """

    start: int
    found: tuple[tuple[int, object], ...]
    memory: Memory
    marked: bool = False
    ordered: bool = False
    restarts: bool = False


class Timeline:
    """What every index from ``first`` to ``last`` holds, and when; judges what a reader saw.

    ``started`` is always the number of stores that the reader knew when it began: what ended by
    then it may not see any more.  Everything but NULL is marked throughout.
    """

    def __init__(self, first: int, last: int) -> None:
        self.first = first
        self.last = last
        self.end = 0
        self._facts = {index: [Fact(NOTHING, -1)] for index in range(first, last + 1)}

    def replace(self, index: int, order: int, entry: object, began: int, ended: int) -> None:
        """``entry`` of ``order`` replaces what is in its range, by the stores ``began + 1`` to
        ``ended``; ``ended`` 0: it is there from the start."""
        first = index >> order << order
        self.end = max(self.end, ended)
        for place in range(max(first, self.first), min(first + (1 << order) - 1, self.last) + 1):
            facts = self._facts[place]
            told = -1 if entry == NOTHING else order
            if not ended:
                self._facts[place] = [Fact(entry, told)]
                continue
            last = facts[-1]
            facts[-1] = Fact(last.entry, last.order, last.since, ended)
            facts.append(Fact(entry, told, began))

    def given(self, facts: Iterable[tuple[int, Fact]]) -> None:
        """What every index holds is this, in order, and nothing that was told before."""
        self._facts = {index: [] for index in self._facts}
        for index, fact in facts:
            self._facts[index].append(fact)
            self.end = max(self.end, fact.until or 0)

    def entries(self, index: int) -> list[object]:
        """Every entry that an index has or had, in order."""
        return [fact.entry for fact in self._facts[index]]

    def _seen(self, index: int, started: int) -> list[Fact]:
        facts = self._facts.get(index, [Fact(NOTHING, -1)])
        return [fact for fact in facts if fact.until is None or fact.until > started]

    def judge_entry(self, index: int, entry: object, started: int) -> list[tuple[str, str]]:
        """The promises that an entry breaks which a reader got for an index, each with a text."""
        if any(fact.entry is entry or fact.entry == entry for fact in self._seen(index, started)):
            return []
        if entry == NOTHING:
            return [("load-null", f"index {index} gives NULL")]
        if not isinstance(entry, int) or entry & 3 == 2:
            return [("load-internal", f"index {index} gives {entry!r}")]
        promise = "load-other" if self._nearby(index, entry) else "load-foreign"
        return [(promise, f"index {index} gives {entry!r}")]

    def _nearby(self, index: int, entry: object) -> bool:
        return any(
            one.entry == entry
            for fact in self._facts.get(index, [])
            for other in fact.range(index)
            for one in self._facts.get(other, [])
        )

    def judge_order(self, index: int, order: int, started: int) -> list[tuple[str, str]]:
        """The same for an order."""
        orders = [fact.order for fact in self._seen(index, started)]
        if order in orders:
            return []
        promise = "order-bound" if order > max(orders) else "order-true"
        return [(promise, f"index {index} holds an entry of order {order}")]

    def judge_folio(self, index: int, first: int, order: int) -> list[tuple[str, str]]:
        """The same for a folio of ``order`` from ``first`` on that a lookup of ``index`` took."""
        if first <= index < first + (1 << order):
            return []
        return [("folio-covers", f"index {index} gives the folio of {first}, order {order}")]

    def judge_iteration(self, one: Iteration, started: int) -> list[tuple[str, str]]:
        """The same for an iteration; what it passes by is told once."""
        broken: list[tuple[str, str]] = []
        place = following = one.start
        for number, (index, entry) in enumerate(one.found):
            wrong = self.judge_entry(index, entry, started)
            if wrong:
                return [*broken, *wrong]
            # Pieces that are the old entry still cannot be told from it.
            covered = max(
                (fact.range(index) for fact in self._seen(index, started) if fact.entry == entry),
                key=len,
            )
            restarted = number == 0 or one.restarts
            if not self._forward(one, index, covered, place, restarted, started):
                text = f"goes from {place} to the entry at {covered[0]}, at index {index}"
                return [*broken, ("find-order", text)]
            place = index + 1
            left_out = self._left_out(one, following, covered[0], following, started)
            if left_out:
                return [*broken, left_out]
            following = max(following, covered[-1] + 1)
        left_out = self._left_out(one, following, self.last + 1, following, started)
        return [*broken, left_out] if left_out else broken

    def _forward(
        self, one: Iteration, index: int, covered: range, place: int, restarted: bool, started: int
    ) -> bool:
        if not one.marked:
            return index >= place
        return covered[-1] >= place or (
            restarted
            and any(
                fact.range(place)[0] <= covered[0] and covered[-1] <= fact.range(place)[-1]
                for fact in self._seen(place, started)
            )
        )

    def _left_out(
        self, one: Iteration, first: int, end: int, stands: int, started: int
    ) -> tuple[str, str] | None:
        for index in range(first, end):
            if all(fact.entry != NOTHING for fact in self._seen(index, started)):
                return self._name(one, index, stands, started), f"passes index {index} by"
        return None

    def _name(self, one: Iteration, index: int, stands: int, started: int) -> str:
        weak = one.memory is Memory.WEAK and started < self.end
        if len(self._facts.get(index, [])) < 2:
            return "outside-unnoticed"
        if started < self.end and self._merges(index, stands, started):
            return "merge-covers"
        if weak and not one.ordered:
            return "unordered-covers"
        if weak and one.marked and self._inside(index, one.start, started):
            return "marked-inside"
        return "marked-complete" if one.marked else "find-covers"

    def _merges(self, index: int, stands: int, started: int) -> bool:
        smallest: int | None = None
        for fact in self._seen(index, started):
            larger = smallest is not None and fact.order > smallest
            if larger and fact.range(index)[0] < stands:
                return True
            if fact.order >= 0 and (smallest is None or fact.order < smallest):
                smallest = fact.order
        return False

    def _inside(self, index: int, start: int, started: int) -> bool:
        return any(
            fact.range(index)[0] < start <= fact.range(index)[-1]
            for fact in self._seen(index, started)
        )
