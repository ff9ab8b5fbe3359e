# SPDX-License-Identifier: GPL-2.0-or-later
"""Writers' runs on the model, on the arrays that the explorer of compiled code has too."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from models.case.reference import Runner, SplitKind
from models.readers.explorer import Case
from models.readers.versions import Run, Written, memory_of, versions_of
from specs.timeline import Timeline
from xarray_model import geometry
from xarray_model.array import XArray
from xarray_model.entries import NULL
from xarray_model.folio import Folio, FolioField, FolioStore
from xarray_model.node import Entry
from xarray_model.operations import Code, Operation
from xarray_model.reader_state import MARK, Request

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
        self.stores: list[Written] = []
        self.fences: list[int] = []
        self.folios: dict[Entry, Folio] = {}
        self._entries = 0

    def entry(self) -> int:
        """A new entry."""
        self._entries += 1
        return self._entries * _POINTER

    def put(self, index: int, order: int) -> None:
        """Store a new entry before the run."""
        entry = self.entry()
        self.folios[entry] = Folio(index, order, 1)
        self.runner.run(Operation(Code.STORE, index=index, order=order, entry=entry))
        self.runner.run(Operation(Code.SET_MARK, index=index, mark=MARK))
        self.timeline.replace(index, order, entry, 0, 0)

    def set(self, folio: Folio, field: FolioField, value: int, release: bool = False) -> None:
        """Store to a folio.  Its fields stay as they were: only the run's stores change them."""
        self.stores.append(FolioStore(folio, field, 0, value, release))

    def fence(self) -> None:
        """A full barrier of the writer."""
        self.fences.append(len(self.stores))

    def do(self, operation: Operation, ranges: list[tuple[int, int]]) -> None:
        """Run an operation that puts its entry on ``ranges`` (first index, order)."""
        began = len(self.stores)
        self.runner.run(operation)
        for index, order in ranges:
            self.timeline.replace(index, order, operation.entry, began, len(self.stores))


def run(case: Case, s: int, kind: SplitKind = SplitKind.ITERATIVE) -> Run:
    """The journal of a case's writer and what it did.

    Writers are ``split``, ``try-split``, ``merge``, ``erase``, ``store-over``, ``folio-uniform``
    and ``folio-nonuniform``, and the last two ``-early-thaw`` and ``-intermediate``; ValueError for
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
    made.stores = cast(list[Written], made.array.journal.start())
    _WRITERS[case.writer](made, case, s)
    made.array.journal.stop()
    held = {
        Request(folio, field): folio.read(field)
        for folio in made.folios.values()
        for field in FolioField
    }
    versions = versions_of({**before, **held}, made.stores, made.fences)
    return Run(made.array, versions, tuple(made.stores), made.timeline, made.folios)


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
    entry, folio = _piece(made, case.base, case.order)
    made.set(folio, FolioField.REFS, 1)
    operation = Operation(Code.STORE, index=case.base, order=case.order, entry=entry)
    made.do(operation, [(case.base, case.order)])


def _erase(made: _Builder, case: Case, s: int) -> None:
    del s
    operation = Operation(Code.STORE, index=case.base, order=case.order, entry=NULL)
    made.do(operation, [(case.base, case.order)])


def _freeze(made: _Builder, folio: Folio) -> None:
    made.fence()
    made.set(folio, FolioField.REFS, 0, release=True)
    made.fence()


def _piece(made: _Builder, index: int, order: int) -> tuple[int, Folio]:
    """A tail page that becomes a folio of its own; it is not in use yet."""
    entry, folio = made.entry(), Folio()
    made.folios[entry] = folio
    made.set(folio, FolioField.INDEX, index)
    made.set(folio, FolioField.ORDER, order)
    return entry, folio


def _thaw(made: _Builder, folio: Folio) -> None:
    made.set(folio, FolioField.REFS, 1, release=True)


def _store_piece(made: _Builder, index: int, entry: int) -> None:
    made.runner.run(Operation(Code.STORE, index=index, entry=entry))


def _old_folio(made: _Builder, case: Case) -> tuple[int, Folio]:
    (entry,) = (int(e) for e in made.timeline.entries(case.base) if isinstance(e, int))
    return entry, made.folios[entry]


def _uniform(made: _Builder, case: Case, thaw_early: bool = False) -> None:
    """As mm/huge_memory.c splits a folio into equal ones: the old one is unfrozen last."""
    old, head = _old_folio(made, case)
    _freeze(made, head)
    made.runner.run(Operation(Code.SPLIT, index=case.base, order=case.order,
                              new_order=case.new_order, entry=old))  # fmt: skip
    if thaw_early:
        made.set(head, FolioField.ORDER, case.new_order)
        _thaw(made, head)
    pieces = [(case.base, old)]
    for first in reversed(range(1 << case.new_order, 1 << case.order, 1 << case.new_order)):
        entry, folio = _piece(made, case.base + first, case.new_order)
        _thaw(made, folio)
        _store_piece(made, case.base + first, entry)
        pieces.append((case.base + first, entry))
    if not thaw_early:
        made.set(head, FolioField.ORDER, case.new_order)
        _thaw(made, head)
    for index, entry in pieces:
        made.timeline.replace(index, case.new_order, entry, 0, len(made.stores))


def _nonuniform(made: _Builder, case: Case, intermediate: bool = False) -> None:
    """As mm/huge_memory.c splits around one index: halves, again and again, then the stores.
    With ``intermediate`` each split writes the folio that is being halved, as kernels did."""
    old, head = _old_folio(made, case)
    _freeze(made, head)
    entry, folio, first = old, head, case.base
    pieces: dict[int, tuple[int, Folio, int]] = {}
    for order in range(case.order, case.new_order, -1):
        written = entry if intermediate else old
        made.runner.run(Operation(Code.TRY_SPLIT, index=first, order=order, new_order=order - 1,
                                  entry=written))  # fmt: skip
        middle = first + (1 << order - 1)
        made.set(folio, FolioField.ORDER, order - 1)
        upper = _piece(made, middle, order - 1)
        if case.at >= middle:
            pieces[first] = (entry, folio, order - 1)
            (entry, folio), first = upper, middle
        else:
            pieces[middle] = (*upper, order - 1)
    pieces[first] = (entry, folio, case.new_order)
    for index, (piece, page, _) in sorted(pieces.items()):
        if page is not head:
            _thaw(made, page)
            _store_piece(made, index, piece)
    _thaw(made, head)
    for index, (piece, _, order) in pieces.items():
        made.timeline.replace(index, order, piece, 0, len(made.stores))


def _thawed_early(made: _Builder, case: Case, s: int) -> None:
    del s
    _uniform(made, case, thaw_early=True)


def _intermediate(made: _Builder, case: Case, s: int) -> None:
    del s
    _nonuniform(made, case, intermediate=True)


def _folio_uniform(made: _Builder, case: Case, s: int) -> None:
    del s
    _uniform(made, case)


def _folio_nonuniform(made: _Builder, case: Case, s: int) -> None:
    del s
    _nonuniform(made, case)


_WRITERS: dict[str, Callable[[_Builder, Case, int], None]] = {
    "split": _split,
    "try-split": _try_split,
    "merge": _store_over,
    "store-over": _store_over,
    "erase": _erase,
    "folio-uniform": _folio_uniform,
    "folio-uniform-early-thaw": _thawed_early,
    "folio-nonuniform": _folio_nonuniform,
    "folio-nonuniform-intermediate": _intermediate,
}
