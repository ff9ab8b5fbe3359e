# SPDX-License-Identifier: GPL-2.0-or-later
"""What every index holds, and when; and which promises of ``specs/readers.py`` an answer breaks.

This is the only judge of readers: of those of the model, and of compiled ones, whose explorer asks
about each different thing that a reader saw (``models/readers/judge.py``).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from specs.readers import Memory

NOTHING = 0
"""The entry NULL."""

BEFORE = -1
"""Instead of a number of stores: the reader came to an end before the writer began."""

Broken: TypeAlias = tuple[str, str] | None
"""The promise that is broken first and what happened, or None."""


class Fact(NamedTuple):
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


class Iteration(NamedTuple):
    """How an iteration goes on, and the stores that were known when it ``started``.

    ``ordered``: its steps are, by barriers; ``restarts``: it walks anew after each entry.
    """

    memory: Memory
    started: int
    marked: bool = False
    ordered: bool = False
    restarts: bool = False


class Timeline:
    """What every index from ``first`` to ``last`` holds, and when; judges what a reader saw.

    ``known`` is always the number of stores that the reader knew when it asked, and ``started``
    when it began, or BEFORE: what ended by then it may not see any more.  Everything but NULL is
    marked throughout.
    """

    def __init__(self, first: int, last: int) -> None:
        self.first = first
        self.last = last
        self.end = 0
        self._facts = {index: [Fact(NOTHING, -1)] for index in range(first, last + 1)}
        self._known: dict[tuple[int, int], list[Fact]] = {}

    def replace(self, index: int, order: int, entry: object, began: int, ended: int) -> None:
        """``entry`` of ``order`` replaces what is in its range, by the stores ``began + 1`` to
        ``ended``; ``ended`` 0: it is there from the start."""
        first = index >> order << order
        self.end = max(self.end, ended)
        self._known.clear()
        for place in range(max(first, self.first), min(first + (1 << order) - 1, self.last) + 1):
            facts = self._facts[place]
            held = -1 if entry == NOTHING else order
            if not ended:
                self._facts[place] = [Fact(entry, held)]
                continue
            facts[-1] = facts[-1]._replace(until=ended)
            facts.append(Fact(entry, held, began))

    def given(self, facts: Iterable[tuple[int, Fact]]) -> None:
        """What every index holds is this, in order, and nothing that was told before."""
        self._facts = {index: [] for index in self._facts}
        self._known.clear()
        for index, fact in facts:
            self._facts[index].append(fact)
            self.end = max(self.end, fact.until or 0)

    def entries(self, index: int) -> list[object]:
        """Every entry that an index has or had, in order."""
        return [fact.entry for fact in self._facts[index]]

    def _seen(self, index: int, known: int) -> list[Fact]:
        """What an index may be seen to hold."""
        try:
            return self._known[index, known]
        except KeyError:
            facts = self._facts.get(index, [Fact(NOTHING, -1)])
            seen = [
                fact
                for fact in facts
                if (fact.since < 0 if known == BEFORE else fact.until is None or fact.until > known)
            ]
            self._known[index, known] = seen
            return seen

    def _quiet(self, started: int) -> bool:
        """Whether no writer is under way beside a reader."""
        return started == BEFORE or started >= self.end

    def judge_held(self, index: int, entry: object) -> Broken:
        """What breaks if a reader takes this for an entry, whichever and wherever it is."""
        if isinstance(entry, int) and entry & 3 != 2:
            return None
        return "load-internal", f"index {index} gives the internal entry {entry!r}"

    def judge_entry(self, index: int, entry: object, known: int) -> Broken:
        """The same for an entry that is said to be at an index."""
        if any(fact.entry is entry or fact.entry == entry for fact in self._seen(index, known)):
            return None
        if entry == NOTHING:
            return "load-null", f"index {index} gives NULL"
        if internal := self.judge_held(index, entry):
            return internal
        promise = "load-other" if self._nearby(index, entry) else "load-foreign"
        return promise, f"index {index} gives {entry!r}"

    def _nearby(self, index: int, entry: object) -> bool:
        return any(
            one.entry == entry
            for fact in self._facts.get(index, [])
            for other in fact.range(index)
            for one in self._facts.get(other, [])
        )

    def judge_retry(self, index: int, started: int) -> Broken:
        """The same for a retry entry that a plain load gave."""
        if not self._quiet(started):
            return None
        return "retry-transient", f"index {index} gives retry when no writer is under way"

    def judge_restarts(self, started: int) -> Broken:
        """The same for a reader that starts over again and again."""
        if not self._quiet(started):
            return None
        return "retry-transient", "still retries when no writer is under way"

    def judge_unchanged(self, index: int, entry: object, known: int) -> Broken:
        """The same for a reload that says an index holds this still."""
        if self.judge_entry(index, entry, known) is None:
            return None
        return "reload-truth", f"index {index} is said to hold {entry!r} still"

    def judge_changed(self, index: int, again: object, started: int) -> Broken:
        """The same for a reload that gives another entry than the load before it, of one."""
        if not self._quiet(started):
            return None
        return "reload-truth", f"index {index} reloads as {again!r} when nothing changes"

    def judge_order(self, index: int, order: int, known: int) -> Broken:
        """The same for the order of the entry at an index."""
        orders = [fact.order for fact in self._seen(index, known)]
        if order in orders:
            return None
        promise = "order-bound" if order > max(orders) else "order-true"
        return promise, f"index {index} holds an entry of order {order}"

    def judge_folio(self, index: int, entry: object, first: int, order: int) -> Broken:
        """The same for a folio of ``order`` from ``first`` on that a lookup of ``index`` took."""
        if first <= index < first + (1 << order):
            return None
        end = first + (1 << order) - 1
        return "folio-covers", f"index {index} gives {entry!r}, which is {first}..{end}"

    def judge_step(self, index: int, at: int) -> Broken:
        """The same for a cursor that is ``at`` an index, where steps by one lead to ``index``."""
        return None if index == at else ("next-steps", f"is at index {at}, not {index}")

    def covers(self, index: int, entry: object, known: int) -> range:
        """The indices of an entry that an index may be seen to hold."""
        # Of several the largest: pieces that are the old entry still cannot be told from it.
        ranges = (fact.range(index) for fact in self._seen(index, known) if fact.entry == entry)
        return max(ranges, key=len)

    def judge_iteration(
        self, one: Iteration, start: int, found: Iterable[tuple[int, object]]
    ) -> Broken:
        """The same for a whole iteration that found these, indices and entries, in order."""
        place = following = start
        for number, (index, entry) in enumerate(found):
            wrong = self.judge_entry(index, entry, one.started)
            if wrong:
                return wrong
            covers = self.covers(index, entry, one.started)
            if index < place:
                wrong = self.judge_back(one, place, number > 0, index, covers)
            wrong = wrong or self.judge_passed(one, start, following, covers[0])
            if wrong:
                return wrong
            place, following = index + 1, max(following, covers[-1] + 1)
        return self.judge_passed(one, start, following, self.last + 1)

    def judge_back(
        self, one: Iteration, place: int, moved: bool, index: int, covers: range
    ) -> Broken:
        """The same for an iteration that goes to an ``index`` before its ``place``, which is behind
        the index where it was, or if it has not ``moved``, where it started.

        A marked one goes to the first index of what it finds, and where it walks anew from inside
        an entry that was split meanwhile, to a piece of it that lies before.
        """
        forward = covers[-1] >= place
        within = any(
            around[0] <= covers[0] and covers[-1] <= around[-1]
            for around in (fact.range(place) for fact in self._seen(place, one.started))
        )
        if one.marked and (forward or (within and (one.restarts or not moved))):
            return None
        end = f"{covers[0]}..{covers[-1]} at {index}"
        return "find-order", f"goes from index {place - moved} to the entry of {end}"

    def judge_passed(self, one: Iteration, start: int, first: int, end: int) -> Broken:
        """The same for an iteration from ``start`` on that has come to ``end``, and found nothing
        from ``first`` on, though all before."""
        for index in range(first, end):
            if all(fact.entry != NOTHING for fact in self._seen(index, one.started)):
                return self._name(one, start, first, index), f"passes index {index} by"
        return None

    def _name(self, one: Iteration, start: int, stands: int, index: int) -> str:
        if len(self._facts.get(index, [])) < 2:
            return "outside-unnoticed"
        if not self._quiet(one.started):
            if self._merges(index, stands, one.started):
                return "merge-covers"
            if one.memory is Memory.WEAK and not one.ordered:
                return "unordered-covers"
            if one.memory is Memory.WEAK and one.marked and self._inside(one, start, index):
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

    def _inside(self, one: Iteration, start: int, index: int) -> bool:
        return any(
            fact.range(index)[0] < start <= fact.range(index)[-1]
            for fact in self._seen(index, one.started)
        )
