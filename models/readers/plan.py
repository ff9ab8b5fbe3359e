# SPDX-License-Identifier: GPL-2.0-or-later
"""Which readers are explored against which writers, on which arrays."""

from __future__ import annotations

from models.readers.explorer import Case

SINGLE = ("load", "load-retry", "reload")
"""Readers of one index; any writer."""

ITERATIONS = (
    "get-order",
    "find",
    "for-each",
    "find-pause",
    "find-ordered",
    "for-each-ordered",
    "marked",
    "for-each-marked",
    "marked-pause",
    "marked-ordered",
    "for-each-marked-ordered",
    "next",
    "prev",
)
"""Readers that look at entries only; writers that replace an entry by others.

Those named ``for-each`` step as the header's macros do, by its inline functions, those beside them
by calls of ``xas_find()`` and ``xas_find_marked()``.  A reader that pauses after each entry starts
anew, which is no inline step.
"""

PAGE_CACHE = (
    "lookup",
    "batch",
    "find-lookup",
    "for-each-lookup",
    "marked-lookup",
    "for-each-marked-lookup",
)
"""Readers that take folios; writers that leave a folio of the right size in each place."""

IN_LINE = {
    "for-each": "find",
    "for-each-ordered": "find-ordered",
    "for-each-marked": "marked",
    "for-each-marked-ordered": "marked-ordered",
    "for-each-lookup": "find-lookup",
    "for-each-marked-lookup": "marked-lookup",
}
"""Readers by inline steps, and what each does otherwise."""

VALUES = ("split-value", "split-to-value", "split-from-value")
"""Splits of value entries, into others or folios, and of a folio into value entries."""

CALLERS = ("folio-uniform", "folio-nonuniform", "add-folio", "add-folio-try", "split-swap")
"""Splits within the page cache's own loops: of a folio; of a shadow entry over which a smaller
folio is added, with nodes allocated before or step by step; of a swap entry."""

SPLITS = ("split", "try-split", *VALUES, *CALLERS)
"""Writers that split: these decide whether readers are safe from a split."""

OTHERS = (
    "merge", "collapse", "erase", "erase-pieces", "store", "store-over", "add-folio-changed"
)  # fmt: skip
"""Writers beside the split: merging back, and what else may happen to a large entry."""

WRITERS = (*SPLITS, *OTHERS)

_READERS = {
    "split": (*SINGLE, *ITERATIONS),
    "try-split": (*SINGLE, *ITERATIONS),
    "split-value": (*SINGLE, *ITERATIONS, *PAGE_CACHE),
    "split-to-value": (*SINGLE, *ITERATIONS, *PAGE_CACHE),
    "split-from-value": (*SINGLE, *ITERATIONS),
    **dict.fromkeys((*CALLERS, "collapse", "add-folio-changed"), (*SINGLE, *PAGE_CACHE)),
}


def readers_of(writer: str) -> tuple[str, ...]:
    """The readers that go with a writer."""
    return _READERS.get(writer, (*SINGLE, *ITERATIONS, *PAGE_CACHE))


_MOVING = ("split", "try-split", "folio-nonuniform", "store", *VALUES[:2], *CALLERS[2:])
"""Writers for which it matters where in the entry their index lies."""

LEVELS = {1: 3, 2: 5}
"""The largest order that is explored, by chunk shift: splits over three levels of nodes."""

PIECES = {"merge": 8, "collapse": 8, "split-swap": 8, "erase-pieces": 4}
"""The most pieces that these writers deal with: their runs are the longest."""

LARGE = ((9, 0), (9, 6))
"""From 2 MiB to 4 KiB and to 256 KiB at chunk shift 6: down one level, and within one."""

SIBLINGS = (2, 1)
"""Entries that have siblings become others that have some in the same node, so that beside the
writer a sibling may lead to a sibling.  Each of the smaller takes two slots, the larger four, and
all of a chunk would be an entry of the node above: chunks of eight slots are the least."""

TO_NODES = tuple(Case(writer, 7, 5, 128, 128) for writer in ("split", "folio-uniform"))
"""An entry that has siblings at chunk shift 6 becomes nodes, so that a sibling may lead to one."""

LONG = ("marked-pause", "next", "prev")
"""Readers that go from index to index, or walk the tree again for each: at chunk shift 6 they have
the most executions, and long ones."""


def cases(shift: int, large: bool = True) -> list[Case]:
    """The arrays that are explored at a chunk shift: 1, 2 (small scope) or 6 (entries with
    siblings, and 2 MiB pages unless it is not to be ``large``).

    ValueError for another one.
    """
    if shift == 6:
        made = [case for orders in LARGE * large for case in _of(*orders, ats=(77,))]
        # Within one level the kind of an entry changes nothing that a reader loads.
        kept = [case for case in made if case.writer not in VALUES or case.new_order == 0]
        return [*_of(*SIBLINGS, _ends(SIBLINGS[0])), *TO_NODES, *kept]
    if shift not in LEVELS:
        raise ValueError(f"chunk shift {shift} is not in 1, 2, 6")
    found = []
    for order in range(1, LEVELS[shift] + 1):
        ats = _ends(order)
        for new_order in range(order):
            found += _of(order, new_order, ats)
            found.append(Case("split", order, new_order, 0, 0))
    return found


def _ends(order: int) -> tuple[int, ...]:
    """The head of an entry and a tail index: every path of a walk to it."""
    return (0, (1 << order) - 1) if order > 1 else (0,)


def _of(order: int, new_order: int, ats: tuple[int, ...]) -> list[Case]:
    found = []
    base = 1 << order
    for writer in WRITERS:
        if 1 << (order - new_order) > PIECES.get(writer, 1 << order):
            continue
        moves = writer in _MOVING
        found += [
            Case(writer, order, new_order, base, base + at) for at in (ats if moves else (0,))
        ]
    return found
