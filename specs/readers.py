# SPDX-License-Identifier: GPL-2.0-or-later
"""What a reader without a lock may rely on while a writer is under way.

The explorer of compiled code (``models/readers/explorer.py``) and the one of the model
(``models/readers/interleave.py``) judge by these promises and name them in their findings.  The
source is what ``lib/xarray.c`` and ``Documentation/core-api/xarray.rst`` offer to users under the
RCU read lock, and what ``mm/filemap.c`` relies on.
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
        Promise("data-race", "no plain access races, but for those that are known"),
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
        "the reader may have found a sibling of the old entry, and follows it when the folio of"
        " another piece is stored in the canonical slot already",
        "it is a folio of the old entry's range (load-foreign); the lookup protocol reloads after"
        " it took its reference, and accepts only what covers the index (folio-covers)",
        ("folio-nonuniform", "add-folio", "add-folio-try", "add-folio-changed"),
    ),
)
"""What is documented as unreliable, each with what holds instead.  It is told as such, never as
kept.  Linux 6.12 breaks each of them too, but for the last: it has no non-uniform split."""


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
