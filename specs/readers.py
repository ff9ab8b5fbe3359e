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
        Promise("load-other", "an index reads as an entry that it has or had, never another's"),
        Promise("retry-transient", "with no writer under way nothing is retry"),
        Promise("reload-truth", "what reloads as unchanged is what the index holds, then and now"),
        Promise("order-true", "the order that is told is that of the old entry or of the new one"),
        Promise("folio-covers", "a folio that the lookup protocol accepts covers the index"),
        Promise("find-covers", "an iteration leaves out no index that holds an entry throughout"),
        Promise("find-order", "an iteration returns nothing that lies before what it returned"),
        Promise("marked-complete", "a marked iteration leaves out nothing marked throughout"),
        Promise("next-steps", "xas_next() moves one index at a time"),
        Promise("reader-ends", "a reader comes to an end"),
        Promise("reader-initialised", "no field of a node is read as it was before publication"),
        Promise("reader-freed", "no node is read after its grace period"),
        Promise("reader-wild", "nothing that is no pointer is followed"),
        Promise("reader-assertion", "no assertion of the code under test fails in a reader"),
    )
}  # fmt: skip
"""Every promise by its name."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A promise that is not kept by released kernels either, and on which no user may rely.

    ``writers``: only where one of these is under way; empty for any.
    """

    promise: str
    memory: tuple[Memory, ...]
    why: str
    writers: tuple[str, ...] = ()


LIMITS = (
    Limit(
        "order-true",
        (Memory.SEQUENTIAL, Memory.WEAK),
        "xas_get_order() counts sibling slots one by one after the entry was loaded; siblings of"
        " the old entry that were replaced meanwhile end the count early",
    ),
    Limit(
        "find-covers",
        (Memory.WEAK,),
        "the loads of two slots of one node are not ordered: having seen the new canonical slot of"
        " a split within its node, a reader may still see a sibling of the old entry in the next"
        " slot, and passes it by; taking a reference orders them",
        ("split", "try-split"),
    ),
    Limit(
        "marked-complete",
        (Memory.WEAK,),
        "the loads of a slot and of a mark word are not ordered: a search that starts at a tail"
        " index may see the new slot and the mark word from before the split",
        ("split", "try-split", "folio-uniform", "folio-nonuniform"),
    ),
    Limit(
        "find-order",
        (Memory.SEQUENTIAL, Memory.WEAK),
        "a search that starts at a tail index stands on the canonical slot of the old entry; if the"
        " new entry is there already, it goes on from the slot after that and returns entries that"
        " lie before its start",
        ("split", "try-split"),
    ),
    Limit(
        "find-covers",
        (Memory.SEQUENTIAL, Memory.WEAK),
        "a search that has gone past the slot where the merged entry comes to lie finds nothing but"
        " its siblings from then on, and passes them by, having returned the first of the pieces",
        ("merge",),
    ),
    Limit(
        "marked-complete",
        (Memory.SEQUENTIAL, Memory.WEAK),
        "as for a search: the marks of the merged entry are on a slot that was passed",
        ("merge",),
    ),
    Limit(
        "load-other",
        (Memory.SEQUENTIAL, Memory.WEAK),
        "a load by itself is not enough for the page cache: the reader may have found a sibling of"
        " the old folio, and follows it when another folio is stored in the canonical slot"
        " already; the lookup protocol reloads after it took its reference",
        ("folio-uniform", "folio-nonuniform"),
    ),
)
"""What is documented as unreliable.  It is told as such, never as kept."""


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
