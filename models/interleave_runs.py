# SPDX-License-Identifier: GPL-2.0-or-later
"""Writers' runs on the model, on the arrays that the explorer of compiled code has too."""

from __future__ import annotations

from collections.abc import Callable

from models.interleave import Run, memory_of, versions_of
from models.rcu.explorer import Case
from models.reference import Runner, SplitKind
from specs.readers import Timeline
from xarray_model import geometry
from xarray_model.array import XArray
from xarray_model.entries import NULL
from xarray_model.journal import Store
from xarray_model.operations import Code, Operation

_POINTER = 4
"""Entries are pointers: multiples of this."""


class _Builder:
    """An array with its account; every entry that is stored is one that was not there before."""

    def __init__(self, s: int, case: Case, kind: SplitKind) -> None:
        last = case.base + (1 << case.order) - 1
        around = 1 if case.base else 0
        self.array = XArray(s)
        self.runner = Runner(self.array, kind)
        self.timeline = Timeline(case.base - around, last + around)
        self.stores: list[Store] = []
        self._entries = 0

    def entry(self) -> int:
        """A new entry."""
        self._entries += 1
        return self._entries * _POINTER

    def put(self, index: int, order: int) -> None:
        """Store a new entry before the run."""
        entry = self.entry()
        self.runner.run(Operation(Code.STORE, index=index, order=order, entry=entry))
        self.timeline.replace(index, order, entry, 0, 0)

    def do(self, operation: Operation, ranges: list[tuple[int, int]]) -> None:
        """Run an operation that puts its entry on ``ranges`` (first index, order)."""
        began = len(self.stores)
        self.runner.run(operation)
        for index, order in ranges:
            self.timeline.replace(index, order, operation.entry, began, len(self.stores))


def run(case: Case, s: int, kind: SplitKind = SplitKind.ITERATIVE) -> Run:
    """The journal of a case's writer and what it did.

    Writers are ``split``, ``try-split``, ``merge``, ``erase`` and ``store-over``; ValueError for
    another one.
    """
    if case.writer not in _WRITERS:
        raise ValueError(f"the model has no writer {case.writer}")
    made = _Builder(s, case, kind)
    if case.base:
        made.put(case.base - 1, 0)
        made.put(case.base + (1 << case.order), 0)
    pieces = case.new_order if case.writer == "merge" else case.order
    for first in range(0, 1 << case.order, 1 << pieces):
        made.put(case.base + first, pieces)
    before = memory_of(made.array)
    made.stores = made.array.journal.start()
    _WRITERS[case.writer](made, case, s)
    made.array.journal.stop()
    versions = versions_of(before, made.stores)
    return Run(made.array, versions, tuple(made.stores), made.timeline)


def _split_ranges(index: int, order: int, new_order: int) -> list[tuple[int, int]]:
    first = index >> order << order
    return [(first + i, new_order) for i in range(0, 1 << order, 1 << new_order)]


def _split(made: _Builder, case: Case, s: int) -> None:
    del s
    operation = Operation(
        Code.SPLIT, index=case.at, order=case.order, new_order=case.new_order, entry=made.entry()
    )
    made.do(operation, _split_ranges(case.at, case.order, case.new_order))


def _try_split(made: _Builder, case: Case, s: int) -> None:
    order = case.order
    while order > case.new_order:
        lower = max(geometry.try_split_min_order(order, s), case.new_order)
        operation = Operation(
            Code.TRY_SPLIT, index=case.at, order=order, new_order=lower, entry=made.entry()
        )
        made.do(operation, _split_ranges(case.at, order, lower))
        order = lower


def _store_over(made: _Builder, case: Case, s: int) -> None:
    del s
    operation = Operation(Code.STORE, index=case.base, order=case.order, entry=made.entry())
    made.do(operation, [(case.base, case.order)])


def _erase(made: _Builder, case: Case, s: int) -> None:
    del s
    operation = Operation(Code.STORE, index=case.base, order=case.order, entry=NULL)
    made.do(operation, [(case.base, case.order)])


_WRITERS: dict[str, Callable[[_Builder, Case, int], None]] = {
    "split": _split,
    "try-split": _try_split,
    "merge": _store_over,
    "store-over": _store_over,
    "erase": _erase,
}
