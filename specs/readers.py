# SPDX-License-Identifier: GPL-2.0-or-later
"""What a reader without a lock may rely on while a writer is under way.

The explorer of compiled code (``models/rcu``) and the one of the model (``models/interleave.py``)
judge by these promises and name them in their findings.  The source is what ``lib/xarray.c`` and
``Documentation/core-api/xarray.rst`` offer to users under the RCU read lock, and what
``mm/filemap.c`` relies on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Memory(Enum):
    """Which memory the reader is explored on."""

    SEQUENTIAL = "sc"
    """Sequential consistency: stores are seen at once and in order."""
    WEAK = "weak"
    """The kernel's memory model: dependencies, releases, coherence, barriers, and no more."""


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise by name."""

    name: str
    statement: str


PROMISES = {
    promise.name: promise
    for promise in (
        Promise("load-internal", "no internal entry comes out, except for retry from a plain load"),
        Promise("load-null", "an index that holds an entry before and after never reads as NULL"),
        Promise("load-other", "an index reads as an entry that it has or had"),
        Promise(
            "load-foreign",
            "an index reads as an entry that it, or another index of its old entry, has or had",
        ),
        Promise("retry-transient", "with no writer under way nothing is retry"),
        Promise("reload-truth", "what reloads as unchanged is what the index holds, then and now"),
        Promise("order-bound", "the order that is told is no larger than the entry's, old or new"),
        Promise("order-true", "the order that is told is that of the old entry or of the new one"),
        Promise("folio-covers", "a folio that the lookup protocol accepts covers the index"),
        Promise(
            "find-covers",
            "an iteration whose steps are ordered leaves out no index that holds an entry"
            " throughout, unless it is merged into an entry where the iteration stands",
        ),
        Promise(
            "marked-complete",
            "a marked iteration whose steps are ordered leaves out nothing marked throughout,"
            " unless that is merged where it stands or, on weak memory, it starts inside the entry",
        ),
        Promise(
            "unordered-covers",
            "an iteration on weak memory whose steps nothing orders leaves out nothing either",
        ),
        Promise(
            "marked-inside",
            "a marked iteration on weak memory that starts inside an entry finds the rest of it",
        ),
        Promise(
            "merge-covers",
            "an iteration finds what is merged into an entry that begins before where it stands",
        ),
        Promise(
            "find-order",
            "an iteration goes forward; a marked one may first return what lies before its start"
            " within an entry that its start lies in",
        ),
        Promise("outside-unnoticed", "what the writer does not change no iteration leaves out"),
        Promise("next-steps", "xas_next() moves one index at a time"),
        Promise("reader-ends", "a reader comes to an end"),
        Promise("reader-initialised", "no field of a node is read as it was before publication"),
        Promise("reader-freed", "no node is read after its grace period"),
        Promise("reader-wild", "nothing that is no pointer is followed"),
        Promise("reader-assertion", "no assertion of the code under test fails in a reader"),
    )
}
"""Every promise by its name.  A reader's steps are ordered when memory is sequentially consistent,
or when it has a full or read barrier between them: taking a reference is one."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A promise that nobody gives: no user may rely on it.

    ``why`` tells how it comes to break, ``instead`` what holds and is a promise, or how to ask.
    ``writers``: only where one of these is under way; empty for any.
    """

    promise: str
    memory: tuple[Memory, ...]
    why: str
    instead: str
    writers: tuple[str, ...] = ()


_BOTH = (Memory.SEQUENTIAL, Memory.WEAK)

LIMITS = (
    Limit(
        "order-true",
        _BOTH,
        "xas_get_order() counts sibling slots one by one after the entry was loaded; siblings of"
        " the old entry that were replaced meanwhile end the count early",
        "it is never too large (order-bound); the lock, or the folio's own order under a reference,"
        " tells it",
    ),
    Limit(
        "unordered-covers",
        (Memory.WEAK,),
        "the loads of two slots of one node are not ordered: having seen the new canonical slot of"
        " a split within its node, a reader may still see a sibling of the old entry in the next"
        " slot, and passes it by; no order of the writer's stores helps",
        "with a read barrier between two steps, or a reference taken in each, nothing is left out"
        " (find-covers, marked-complete); strongly ordered machines such as x86-64 need neither",
    ),
    Limit(
        "marked-inside",
        (Memory.WEAK,),
        "one xas_find_marked() loads a slot and then the mark word, with nothing between to order"
        " them: a search that starts inside the old entry may see the new slot and the marks from"
        " before the split, when the canonical slot alone was marked",
        "a search that starts at the first index of the entry, or before, is complete"
        " (marked-complete)",
    ),
    Limit(
        "merge-covers",
        _BOTH,
        "a search that has gone past the slot where the merged entry comes to lie finds nothing but"
        " its siblings from then on, and its mark on a slot that was passed",
        "what lies outside the merged range is found (outside-unnoticed), and so is the range by"
        " an iteration that begins before it (find-covers); a merge concerns no split",
    ),
    Limit(
        "load-other",
        _BOTH,
        "the reader may have found a sibling of the old folio, and follows it when the folio of"
        " another piece is stored in the canonical slot already",
        "it is a folio of the old entry's range (load-foreign); the lookup protocol reloads after"
        " it took its reference, and accepts only what covers the index (folio-covers)",
        ("folio-nonuniform",),
    ),
)
"""What is documented as unreliable, each with what holds instead.  It is told as such, never as
kept; released kernels break each of them too."""


def unreliable(promise: str, memory: Memory, writer: str) -> bool:
    """Whether nobody may rely on this promise on this memory while this writer is under way.

    KeyError for an unknown promise.
    """
    name = PROMISES[promise].name
    return any(
        limit.promise == name
        and memory in limit.memory
        and (not limit.writers or writer in limit.writers)
        for limit in LIMITS
    )


@dataclass(frozen=True, slots=True)
class Fact:
    """An index holds ``entry`` of ``order`` from the ``since``-th store of the run on, and until
    the ``until``-th (None: to the end).  An entry that is there from the start has ``since`` -1."""

    entry: object
    order: int
    since: int = -1
    until: int | None = None


NOTHING = 0
"""The entry NULL."""


class Timeline:
    """What every index from ``first`` to ``last`` holds, and when; judges what a reader saw.

    ``started`` is always the number of stores that the reader knew when it began: what ended by
    then it may not see any more.
    """

    def __init__(self, first: int, last: int) -> None:
        self.first = first
        self.last = last
        self._facts = {index: [Fact(NOTHING, -1)] for index in range(first, last + 1)}

    def replace(self, index: int, order: int, entry: object, began: int, ended: int) -> None:
        """``entry`` of ``order`` replaces what is in its range, by the stores ``began + 1`` to
        ``ended``; ``ended`` 0: it is there from the start."""
        first = index >> order << order
        for place in range(max(first, self.first), min(first + (1 << order) - 1, self.last) + 1):
            facts = self._facts[place]
            told = -1 if entry == NOTHING else order
            if not ended:
                self._facts[place] = [Fact(entry, told)]
                continue
            last = facts[-1]
            facts[-1] = Fact(last.entry, last.order, last.since, ended)
            facts.append(Fact(entry, told, began))

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
        internal = isinstance(entry, int) and entry & 3 == 2
        promise = "load-internal" if internal or not isinstance(entry, int) else "load-other"
        return [(promise, f"index {index} gives {entry!r}")]

    def judge_order(self, index: int, order: int, started: int) -> list[tuple[str, str]]:
        """The same for an order."""
        if any(fact.order == order for fact in self._seen(index, started)):
            return []
        return [("order-true", f"index {index} holds an entry of order {order}")]

    def judge_iteration(
        self, start: int, found: tuple[tuple[int, object], ...], started: int
    ) -> list[tuple[str, str]]:
        """The same for what an iteration from ``start`` returned: indices and entries."""
        broken = []
        covered: set[int] = set()
        for index, entry in found:
            broken += self.judge_entry(index, entry, started)
            orders = [fact.order for fact in self._seen(index, started) if fact.entry == entry]
            for order in orders[:1]:
                first = index >> order << order
                covered.update(range(first, first + (1 << order)))
        for index in range(start, self.last + 1):
            present = all(fact.entry != NOTHING for fact in self._seen(index, started))
            if present and index not in covered:
                broken.append(("find-covers", f"passes index {index} by"))
                break
        return broken
