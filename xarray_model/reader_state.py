# SPDX-License-Identifier: GPL-2.0-or-later
"""What a reader is asked for, where it stands, and which memory it looks at next."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from xarray_model.array import XArray
from xarray_model.entries import NULL
from xarray_model.folio import Folio, FolioField
from xarray_model.journal import Field, Value
from xarray_model.node import Entry, Node


class Request(NamedTuple):
    """A place in memory: a field of the array, of a node or of a folio; ``number`` is the slot or
    the mark, else 0."""

    owner: Node | XArray | Folio
    field: Field | FolioField
    number: int = 0

    def held(self) -> Value:
        """What is there now."""
        owner, field = self.owner, self.field
        if isinstance(owner, Folio):
            assert isinstance(field, FolioField)
            return owner.read(field)
        if isinstance(owner, XArray):
            return owner.head if field is Field.HEAD else owner.marks
        if field is Field.SLOT:
            return owner.slots[self.number]
        if field is Field.MARK:
            return owner.marks[self.number]
        if field is Field.PARENT:
            return owner.parent
        return owner.shift if field is Field.SHIFT else owner.offset


class Where(Enum):
    """What a machine loads next."""

    __hash__ = object.__hash__
    """Of the member itself: an exploration hashes millions of states."""

    HEAD = "head"
    SHIFT = "shift"
    SLOT = "slot"
    COUNT_SIBLINGS = "count siblings"
    RELOAD = "reload"
    STEP = "step"
    CLIMB_OFFSET = "climb: offset"
    CLIMB_PARENT = "climb: parent"
    CLIMB_SHIFT = "climb: shift"
    PAUSE = "pause: slots behind"
    FLAGS = "marked: flags"
    MARKED_SLOT = "marked: slot"
    MARKED_CANONICAL = "marked: canonical slot"
    MARKS = "marked: word"
    MARKED_ENTRY = "marked: entry"
    NEXT_PARENT = "next: parent"
    NEXT_SHIFT = "next: shift"
    NEXT_DOWN = "next: shift below"
    NEXT_SLOT = "next: slot"
    REFS = "lookup: references"
    FOLIO_INDEX = "lookup: index"
    FOLIO_ORDER = "lookup: order"
    DONE = "done"
    GAVE_UP = "gave up"


_HEADS = {
    Where.HEAD: Field.HEAD,
    Where.RELOAD: Field.HEAD,
    Where.FLAGS: Field.FLAGS,
}
_FIELDS = {
    Where.SHIFT: Field.SHIFT,
    Where.CLIMB_SHIFT: Field.SHIFT,
    Where.NEXT_SHIFT: Field.SHIFT,
    Where.NEXT_DOWN: Field.SHIFT,
    Where.CLIMB_OFFSET: Field.OFFSET,
    Where.CLIMB_PARENT: Field.PARENT,
    Where.NEXT_PARENT: Field.PARENT,
}
_FOLIOS = {
    Where.REFS: FolioField.REFS,
    Where.FOLIO_INDEX: FolioField.INDEX,
    Where.FOLIO_ORDER: FolioField.ORDER,
}


class State(NamedTuple):
    """Where a reader stands: the cursor (``index``, ``node`` with its ``shift``, ``offset``), the
    entry that it holds and what it found so far.

    ``sibling``: the walk came to the slot by a sibling; ``order``: of the entry, where that is
    asked; ``again``: what a reload returned; ``found``: an iteration's indices and entries;
    ``retries``: how often it started over; ``advance``: the slot is dealt with, for a marked
    search; ``fence``: the step that led here ended with a full barrier; ``covers``: the first index
    and the order that the folio which was accepted tells.
    """

    where: Where
    index: int  # type: ignore[assignment]  # a tuple has a method of that name
    node: Node | None = None
    shift: int = 0
    offset: int = 0
    entry: Entry = NULL
    sibling: bool = False
    order: int = 0
    again: Entry | None = None
    found: tuple[tuple[int, Entry], ...] = ()
    retries: int = 0
    advance: bool = False
    fence: bool = False
    covers: tuple[int, int] | None = None

    def request(self, array: XArray, folios: Mapping[Entry, Folio]) -> Request:
        """What the next step loads; the reader must not have come to an end."""
        where, node = self.where, self.node
        if where in _FOLIOS:
            return Request(folios[self.entry], _FOLIOS[where])
        if node is None:
            return Request(array, _HEADS[where])
        if where in _HEADS and where is not Where.RELOAD:
            return Request(array, _HEADS[where])
        if where in _FIELDS:
            return Request(node, _FIELDS[where])
        if where is Where.MARKS:
            return Request(node, Field.MARK, MARK)
        if where is Where.COUNT_SIBLINGS:
            return Request(node, Field.SLOT, self.offset + (1 << self.order))
        if where is Where.MARKED_CANONICAL:
            return Request(node, Field.SLOT, self.order)
        return Request(node, Field.SLOT, self.offset)


class Goal(Enum):
    """What a reader does once the walk has found its entry."""

    LOAD = "load"
    """Nothing: ``xas_load``."""
    LOAD_RETRY = "load-retry"
    """Start over while that is a retry entry: ``xa_load``."""
    RELOAD = "reload"
    """Look again, after a barrier: ``xas_reload``."""
    GET_ORDER = "get-order"
    """Count its slots: ``xas_get_order``."""
    FIND = "find"
    """Go on to the next entry, up to the last index: ``xas_for_each``."""
    FIND_PAUSE = "find-pause"
    """The same with ``xas_pause`` after each entry."""
    FIND_ORDERED = "find-ordered"
    """The same with a barrier after each entry."""
    MARKED = "marked"
    """Go on to the next marked entry: ``xas_for_each_marked``."""
    MARKED_PAUSE = "marked-pause"
    """The same with ``xas_pause`` after each entry."""
    MARKED_ORDERED = "marked-ordered"
    """The same with a barrier after each entry."""
    NEXT = "next"
    """Go on from index to index: ``xas_next``."""
    LOOKUP = "lookup"
    """Take hold of the folio: a reference, then see whether it is in the array still."""


FINDING = (Goal.FIND, Goal.FIND_PAUSE, Goal.FIND_ORDERED)
MARKING = (Goal.MARKED, Goal.MARKED_PAUSE, Goal.MARKED_ORDERED)
PAUSING = (Goal.FIND_PAUSE, Goal.MARKED_PAUSE)
ORDERED = (Goal.FIND_ORDERED, Goal.MARKED_ORDERED, Goal.RELOAD, Goal.LOOKUP)
"""Readers that have barriers."""

ENDS = (Where.DONE, Where.GAVE_UP)
"""States with no next step."""

MAX_RETRIES = 3
"""After so many retry entries a machine gives up: the writer does not move, or the same again."""

MARK = 0
"""The mark that marked readers look for."""


def again(state: State) -> State:
    """The reader starts over at its index, or gives up."""
    if state.retries == MAX_RETRIES:
        return state._replace(where=Where.GAVE_UP)
    return State(Where.HEAD, state.index, found=state.found, retries=state.retries + 1)
