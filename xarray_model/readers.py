# SPDX-License-Identifier: GPL-2.0-or-later
"""Readers as explicit step machines: one load of memory a step.

A machine's state is immutable and can be hashed; ``request`` names the memory that the next step
loads, and ``step`` gives the state after it, for whatever value that load returned.  What a load
may return is the business of who runs the machine: ``models/interleave.py`` tries everything.

Facts: ``xas_load``, ``xas_reload``, ``xas_get_order`` and ``xas_find`` in ``lib/xarray.c``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple, TypeAlias

from xarray_model.array import XArray
from xarray_model.entries import NULL, RETRY, sibling_offset
from xarray_model.geometry import moved_index, offset_of
from xarray_model.journal import Field, Value
from xarray_model.node import Entry, Node, is_sibling


class Request(NamedTuple):
    """A place in memory: a field of the array or of a node; ``number`` is the slot, else 0."""

    owner: Node | XArray
    field: Field
    number: int = 0


class Where(Enum):
    """What a machine loads next."""

    HEAD = "head"
    SHIFT = "shift"
    SLOT = "slot"
    COUNT_SIBLINGS = "count siblings"
    RELOAD = "reload"
    STEP = "step"
    CLIMB_OFFSET = "climb: offset"
    CLIMB_PARENT = "climb: parent"
    CLIMB_SHIFT = "climb: shift"
    DONE = "done"
    GAVE_UP = "gave up"


@dataclass(frozen=True, slots=True)
class State:
    """Where a reader stands: the cursor (``index``, ``node`` with its ``shift``, ``offset``), the
    entry that it holds and what it found so far.

    ``sibling``: the walk came to the slot by a sibling; ``order``: of the entry, where that is
    asked; ``again``: what a reload returned; ``found``: an iteration's indices and entries;
    ``retries``: how often it started over.
    """

    where: Where
    index: int
    node: Node | None = None
    shift: int = 0
    offset: int = 0
    entry: Entry = NULL
    sibling: bool = False
    order: int = 0
    again: Entry | None = None
    found: tuple[tuple[int, Entry], ...] = ()
    retries: int = 0


class Goal(Enum):
    """What a reader does once the walk has found its entry."""

    LOAD = "load"
    """Nothing: ``xas_load``."""
    LOAD_RETRY = "load-retry"
    """Start over while that is a retry entry: ``xa_load``."""
    RELOAD = "reload"
    """Look again: ``xas_reload``."""
    GET_ORDER = "get-order"
    """Count its slots: ``xas_get_order``."""
    FIND = "find"
    """Go on to the next entry, up to the last index: ``xas_for_each``."""


ENDS = (Where.DONE, Where.GAVE_UP)
"""States with no next step."""

MAX_RETRIES = 3
"""After so many retry entries a machine gives up: the writer does not move, or the same again."""

_REPEATS = (Goal.LOAD_RETRY, Goal.GET_ORDER, Goal.FIND)

Loaded: TypeAlias = Value


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader of ``array`` that asks about ``index``, or iterates from it to ``last``."""

    array: XArray
    goal: Goal
    index: int
    last: int

    def start(self) -> State:
        """The state before the first load."""
        return State(Where.HEAD, self.index)

    def request(self, state: State) -> Request:
        """What the next step loads; the reader must not have come to an end."""
        node = state.node
        if state.where is Where.HEAD:
            return Request(self.array, Field.HEAD)
        if node is None:
            assert state.where is Where.RELOAD
            return Request(self.array, Field.HEAD)
        if state.where in (Where.SHIFT, Where.CLIMB_SHIFT):
            return Request(node, Field.SHIFT)
        if state.where is Where.CLIMB_OFFSET:
            return Request(node, Field.OFFSET)
        if state.where is Where.CLIMB_PARENT:
            return Request(node, Field.PARENT)
        if state.where is Where.COUNT_SIBLINGS:
            return Request(node, Field.SLOT, state.offset + (1 << state.order))
        return Request(node, Field.SLOT, state.offset)

    def step(self, state: State, value: Loaded) -> State:
        """The state after the load that ``request`` named returned ``value``."""
        if state.where is Where.CLIMB_PARENT:
            return self._climbed(state, value)
        assert isinstance(value, (int, Node))
        if state.where is Where.HEAD:
            return self._at_head(state, value)
        if state.where is Where.SLOT:
            return self._at_slot(state, value)
        if state.where is Where.COUNT_SIBLINGS:
            return self._count(state, value)
        if state.where is Where.RELOAD:
            return self._reloaded(state, value)
        if state.where is Where.STEP:
            return self._stepped(state, value)
        assert isinstance(value, int)
        if state.where is Where.SHIFT:
            return self._into(state, value)
        if state.where is Where.CLIMB_OFFSET:
            return replace(state, where=Where.CLIMB_PARENT, offset=value + 1)
        # Up or down, the index is right already.
        return self._stand(replace(state, shift=value))

    def _at_head(self, state: State, head: Entry) -> State:
        if isinstance(head, Node):
            return replace(state, where=Where.SHIFT, node=head, sibling=False)
        return self._arrived(replace(state, node=None, entry=NULL if state.index else head))

    def _into(self, state: State, shift: int) -> State:
        if not state.shift and state.index >> shift >> self.array.s:
            return self._arrived(replace(state, node=None, entry=NULL))
        offset = offset_of(state.index, shift, self.array.s)
        return replace(state, where=Where.SLOT, shift=shift, offset=offset, sibling=False)

    def _at_slot(self, state: State, entry: Entry) -> State:
        if is_sibling(entry, self.array.s):
            return replace(state, offset=sibling_offset(entry), sibling=True)
        if isinstance(entry, Node) and state.shift:
            if state.sibling:
                return self._arrived(replace(state, entry=RETRY))
            return replace(state, where=Where.SHIFT, node=entry)
        return self._arrived(replace(state, entry=entry))

    def _arrived(self, state: State) -> State:
        """The walk has ended on an entry, NULL or retry."""
        if state.entry == RETRY and self.goal in _REPEATS:
            if state.retries == MAX_RETRIES:
                return replace(state, where=Where.GAVE_UP)
            return State(Where.HEAD, state.index, found=state.found, retries=state.retries + 1)
        if self.goal is Goal.FIND:
            return self._found(state)
        if state.entry in (NULL, RETRY):
            return replace(state, where=Where.DONE)
        if self.goal is Goal.RELOAD:
            if state.node is None:
                return replace(state, where=Where.RELOAD)
            offset = offset_of(state.index, state.shift, self.array.s)
            return replace(state, where=Where.RELOAD, offset=offset, sibling=False)
        if self.goal is Goal.GET_ORDER and state.node is not None:
            return self._count_on(replace(state, order=0))
        return replace(state, where=Where.DONE)

    def _count_on(self, state: State) -> State:
        more = state.offset + (1 << state.order) < self.array.slots
        return replace(state, where=Where.COUNT_SIBLINGS if more else Where.DONE)

    def _count(self, state: State, entry: Entry) -> State:
        if is_sibling(entry, self.array.s):
            return self._count_on(replace(state, order=state.order + 1))
        return replace(state, where=Where.DONE)

    def _reloaded(self, state: State, entry: Entry) -> State:
        if is_sibling(entry, self.array.s) and not state.sibling:
            return replace(state, offset=sibling_offset(entry), sibling=True)
        return replace(state, where=Where.DONE, again=entry)

    def _found(self, state: State) -> State:
        if state.entry != NULL:
            found = (*state.found, (state.index, state.entry))
            state = replace(state, found=found)
        if state.node is None:
            return replace(state, where=Where.DONE)
        return self._advance(state, state.offset + 1)

    def _advance(self, state: State, offset: int) -> State:
        """Go to slot ``offset`` of the state's node and its first index."""
        array = self.array
        index = moved_index(state.index, offset, state.shift, array.s, array.width)
        return self._stand(replace(state, index=index, offset=offset))

    def _stand(self, state: State) -> State:
        if state.index > self.last:
            return replace(state, where=Where.DONE)
        if state.offset == self.array.slots:
            return replace(state, where=Where.CLIMB_OFFSET)
        return replace(state, where=Where.STEP)

    def _climbed(self, state: State, parent: Loaded) -> State:
        if parent is None:
            return replace(state, where=Where.DONE)
        assert isinstance(parent, Node)
        return replace(state, where=Where.CLIMB_SHIFT, node=parent)

    def _stepped(self, state: State, entry: Entry) -> State:
        if isinstance(entry, Node):
            return replace(state, where=Where.CLIMB_SHIFT, node=entry, offset=0)
        if entry == RETRY:
            return self._arrived(replace(state, entry=entry))
        if entry == NULL or is_sibling(entry, self.array.s):
            return self._advance(state, state.offset + 1)
        return self._found(replace(state, entry=entry))
