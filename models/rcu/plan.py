# SPDX-License-Identifier: GPL-2.0-or-later
"""Which readers are explored against which writers, on which arrays."""

from __future__ import annotations

from models.rcu.explorer import Case

SINGLE = ("load", "load-retry", "reload")
"""Readers of one index; any writer."""

ITERATIONS = ("get-order", "find", "find-pause", "marked", "marked-pause", "next")
"""Readers that look at entries only; writers that replace an entry by others."""

PAGE_CACHE = ("lookup", "batch", "find-lookup")
"""Readers that take folios; writers that leave a folio of the right size in each place."""

SPLITS = ("split", "try-split", "folio-uniform", "folio-nonuniform")
"""Writers that split: these decide whether readers are safe from a split."""

OTHERS = ("merge", "erase", "erase-pieces", "store", "store-over")
"""Writers beside the split: merging back, and what else may happen to a large entry."""

WRITERS = (*SPLITS, *OTHERS)

_READERS = {
    "split": (*SINGLE, *ITERATIONS),
    "try-split": (*SINGLE, *ITERATIONS),
    "folio-uniform": (*SINGLE, *PAGE_CACHE),
    "folio-nonuniform": (*SINGLE, *PAGE_CACHE),
}


def readers_of(writer: str) -> tuple[str, ...]:
    """The readers that go with a writer."""
    return _READERS.get(writer, (*SINGLE, *ITERATIONS, *PAGE_CACHE))


LEVELS = {1: 3, 2: 6}
"""The largest order that is explored with all writers, by chunk shift: splits over three levels."""

LARGE = (9, 0)
"""From 2 MiB to 4 KiB at chunk shift 6: one level, lookups only."""


def cases(shift: int) -> list[Case]:
    """The arrays that are explored at a chunk shift: 1, 2 (small scope) or 6 (2 MiB pages).

    ValueError for another one.
    """
    if shift == 6:
        order, new_order = LARGE
        base = 1 << order
        pairs = [(order, new_order, base)]
        return [case for pair in pairs for case in _of(*pair, ats=(base + 77,))]
    if shift not in LEVELS:
        raise ValueError(f"chunk shift {shift} is not in 1, 2, 6")
    found = []
    for order in range(1, LEVELS[shift] + 1):
        for new_order in range(order):
            base = 1 << order
            found += _of(order, new_order, base, ats=_ats(base, order))
            found += [Case("split", order, new_order, 0, 0)]
    return found


def _ats(base: int, order: int) -> tuple[int, ...]:
    """The head of the entry and a tail index; inside, that is every distinct path of a walk."""
    return (base, base + (1 << order) - 1) if order > 1 else (base,)


def _of(order: int, new_order: int, base: int, ats: tuple[int, ...]) -> list[Case]:
    found = []
    for writer in WRITERS:
        moves = writer in ("split", "try-split", "folio-nonuniform", "store")
        found += [
            Case(writer, order, new_order, base, at) for at in (ats if moves else ats[:1])
        ]
    return found


def readers_at(shift: int, writer: str) -> tuple[str, ...]:
    """The readers that are explored whole at a chunk shift."""
    names = readers_of(writer)
    if shift == 6:
        return tuple(name for name in names if name in (*SINGLE, "get-order", "lookup"))
    return names


def bounded_readers(shift: int, writer: str) -> tuple[str, ...]:
    """The readers that are explored with a bound on their choices at a chunk shift."""
    whole = readers_at(shift, writer)
    return tuple(name for name in readers_of(writer) if name not in whole)
