# SPDX-License-Identifier: GPL-2.0-or-later
"""Readers as explicit step machines: one load of memory a step.

A machine's state is immutable and can be hashed; ``request`` names the memory that the next step
loads, and ``step`` gives the state after it, for whatever value that load returned.  What a load
may return is the business of who runs the machine: ``models/readers/interleave.py`` tries
everything.

Facts: ``xas_load``, ``xas_reload``, ``xas_get_order``, ``xas_find``, ``xas_find_marked``,
``xas_next`` and ``xas_pause`` in ``lib/xarray.c``, ``filemap_get_entry`` in ``mm/filemap.c``.
Unlike those of Linux 6.12, an iteration goes on from its index and not from the canonical slot of
an entry that it started inside of, a step goes from index to index, and a marked search starts over
where a sibling leads to a node, and passes by siblings that bear a mark in the word that it saw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xarray_model.array import XArray
from xarray_model.entries import NULL, RETRY, sibling_offset
from xarray_model.folio import Folio
from xarray_model.geometry import moved_index, offset_of
from xarray_model.journal import Value
from xarray_model.node import Entry, Node, is_sibling
from xarray_model.reader_state import (
    FINDING,
    MARK,
    MARKING,
    ORDERED,
    PAUSING,
    Goal,
    Request,
    State,
    Where,
    again,
)

_NO_REPEAT = (Goal.LOAD, Goal.RELOAD)
"""Readers that leave a retry entry to their caller."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader of ``array`` that asks about ``index``, or iterates from it to ``last``.

    ``folios`` are those that entries stand for, which a lookup needs.
    """

    array: XArray
    goal: Goal
    index: int
    last: int
    folios: Mapping[Entry, Folio] = field(default_factory=dict)

    def start(self) -> State:
        """The state before the first load."""
        return State(Where.HEAD, self.index)

    def request(self, state: State) -> Request:
        """What the next step loads; the reader must not have come to an end."""
        return state.request(self.array, self.folios)

    def step(self, state: State, value: Value) -> State:
        """The state after the load that ``request`` named returned ``value``."""
        if state.fence:
            state = state._replace(fence=False)
        if state.where is Where.CLIMB_PARENT:
            return self._climbed(state, value)
        if state.where is Where.NEXT_PARENT:
            return self._next_up(state, value)
        assert isinstance(value, (int, Node))
        if state.where in _ENTRIES:
            return _ENTRIES[state.where](self, state, value)
        assert isinstance(value, int)
        return _NUMBERS[state.where](self, state, value)

    # The walk down.

    def _at_head(self, state: State, head: Entry) -> State:
        if isinstance(head, Node):
            return state._replace(where=Where.SHIFT, node=head, sibling=False)
        state = state._replace(node=None, entry=NULL if state.index else head)
        if self.goal in MARKING:
            found = state.entry != NULL
            return state._replace(where=Where.FLAGS if found else Where.DONE)
        return self._arrived(state)

    def _into(self, state: State, shift: int) -> State:
        if not state.shift and state.index >> shift >> self.array.s:
            if self.goal in MARKING:
                return state._replace(node=None, where=Where.DONE)
            return self._arrived(state._replace(node=None, entry=NULL))
        offset = offset_of(state.index, shift, self.array.s)
        where = Where.MARKED_SLOT if self.goal in MARKING else Where.SLOT
        return state._replace(where=where, shift=shift, offset=offset, sibling=False)

    def _at_slot(self, state: State, entry: Entry) -> State:
        if is_sibling(entry, self.array.s):
            return state._replace(offset=sibling_offset(entry), sibling=True)
        if isinstance(entry, Node) and state.shift:
            if state.sibling:
                return self._arrived(state._replace(entry=RETRY))
            return state._replace(where=Where.SHIFT, node=entry)
        return self._arrived(state._replace(entry=entry))

    def _arrived(self, state: State) -> State:
        """The walk has ended on an entry, NULL or retry."""
        if state.entry == RETRY and self.goal not in _NO_REPEAT:
            return again(state)
        if self.goal in FINDING:
            return self._found(state)
        if self.goal is Goal.NEXT:
            return self._next(state)
        if state.entry in (NULL, RETRY):
            return state._replace(where=Where.DONE)
        if self.goal is Goal.RELOAD:
            return self._reload(state)._replace(fence=True)
        if self.goal is Goal.LOOKUP:
            return state._replace(where=Where.REFS)
        if self.goal is Goal.GET_ORDER and state.node is not None:
            return self._count_on(state._replace(order=0))
        return state._replace(where=Where.DONE)

    # Order, reload, lookup.

    def _count_on(self, state: State) -> State:
        more = state.offset + (1 << state.order) < self.array.slots
        return state._replace(where=Where.COUNT_SIBLINGS if more else Where.DONE)

    def _count(self, state: State, entry: Entry) -> State:
        if is_sibling(entry, self.array.s):
            return self._count_on(state._replace(order=state.order + 1))
        return state._replace(where=Where.DONE)

    def _reload(self, state: State) -> State:
        if state.node is None:
            return state._replace(where=Where.RELOAD)
        offset = offset_of(state.index, state.shift, self.array.s)
        return state._replace(where=Where.RELOAD, offset=offset, sibling=False)

    def _reloaded(self, state: State, entry: Entry) -> State:
        if is_sibling(entry, self.array.s):
            return state._replace(offset=sibling_offset(entry), sibling=True)
        if isinstance(entry, Node) and state.shift and state.sibling:
            entry = RETRY
        if self.goal is Goal.LOOKUP:
            if entry is not state.entry and entry != state.entry:
                return again(state)
            return state._replace(where=Where.FOLIO_INDEX)
        return state._replace(where=Where.DONE, again=entry)

    def _referenced(self, state: State, refs: int) -> State:
        if not refs:
            return again(state)
        return self._reload(state)._replace(fence=True)

    def _covers_from(self, state: State, index: int) -> State:
        return state._replace(where=Where.FOLIO_ORDER, covers=(index, 0))

    def _covers(self, state: State, order: int) -> State:
        assert state.covers is not None
        return state._replace(where=Where.DONE, covers=(state.covers[0], order))

    # Iterations.

    def _found(self, state: State) -> State:
        if state.entry != NULL:
            found = (*state.found, (state.index, state.entry))
            state = state._replace(found=found, fence=self.goal in ORDERED)
        if state.node is None:
            return state._replace(where=Where.DONE)
        offset = offset_of(state.index, state.shift, self.array.s) + 1
        if self.goal in PAUSING and state.entry != NULL:
            return self._pause(state._replace(offset=offset))
        if self.goal in MARKING:
            return state._replace(where=Where.MARKS, advance=True)
        return self._advance(state, offset)

    def _pause(self, state: State) -> State:
        if state.offset < self.array.slots:
            return state._replace(where=Where.PAUSE)
        state = self._moved(state, state.offset)
        if state.index == 0 or state.index > self.last:
            return state._replace(where=Where.DONE)
        return State(Where.HEAD, state.index, found=state.found, retries=state.retries)

    def _paused(self, state: State, entry: Entry) -> State:
        if is_sibling(entry, self.array.s):
            return self._pause(state._replace(offset=state.offset + 1))
        state = self._moved(state, state.offset)
        where = Where.DONE if state.index > self.last else Where.HEAD
        return State(where, state.index, found=state.found, retries=state.retries)

    def _moved(self, state: State, offset: int) -> State:
        """On slot ``offset`` of the state's node, at its first index."""
        array = self.array
        index = moved_index(state.index, offset, state.shift, array.s, array.width)
        return state._replace(index=index, offset=offset)

    def _advance(self, state: State, offset: int) -> State:
        """Go to slot ``offset`` of the state's node and its first index."""
        return self._stand(self._moved(state, offset))

    def _stand(self, state: State) -> State:
        if state.index > self.last or (self.goal in FINDING and state.index == 0):
            return state._replace(where=Where.DONE)
        if state.offset == self.array.slots:
            return state._replace(where=Where.CLIMB_OFFSET)
        if self.goal in MARKING:
            return state._replace(where=Where.MARKED_SLOT, advance=False)
        return state._replace(where=Where.STEP)

    def _climb(self, state: State, offset: int) -> State:
        return state._replace(where=Where.CLIMB_PARENT, offset=offset + 1)

    def _climbed(self, state: State, parent: Value) -> State:
        if parent is None:
            return state._replace(where=Where.DONE)
        assert isinstance(parent, Node)
        return state._replace(where=Where.CLIMB_SHIFT, node=parent)

    def _at_shift(self, state: State, shift: int) -> State:
        # Up or down, the index is right already.
        return self._stand(state._replace(shift=shift))

    def _stepped(self, state: State, entry: Entry) -> State:
        if isinstance(entry, Node):
            return state._replace(where=Where.CLIMB_SHIFT, node=entry, offset=0)
        if entry == RETRY:
            return self._arrived(state._replace(entry=entry))
        if entry == NULL or is_sibling(entry, self.array.s):
            return self._advance(state, state.offset + 1)
        return self._found(state._replace(entry=entry))

    # Marked iterations.

    def _flags(self, state: State, flags: int) -> State:
        found = ((state.index, state.entry),) if flags >> MARK & 1 else ()
        return state._replace(where=Where.DONE, found=(*state.found, *found))

    def _marked_slot(self, state: State, entry: Entry) -> State:
        """The slot that the search stands on was loaded, to find its canonical slot."""
        if is_sibling(entry, self.array.s):
            return state._replace(where=Where.MARKED_CANONICAL, order=sibling_offset(entry))
        return state._replace(where=Where.MARKS, order=0)

    def _marked_canonical(self, state: State, entry: Entry) -> State:
        """The slot ``order`` that a sibling refers to was loaded."""
        if isinstance(entry, Node) and state.shift:
            return again(state)
        return self._marked_slot(self._moved(state, state.order), entry)

    def _marks(self, state: State, word: int) -> State:
        """The mark word of the node was loaded: go to the next slot that has its bit set."""
        slots = self.array.slots
        first = state.offset + state.advance
        offset = next((o for o in range(first, slots) if word >> o & 1), slots)
        if offset != state.offset:
            state = self._moved(state, offset)
            if state.index == 0 or state.index > self.last:
                return state._replace(where=Where.DONE)
            if offset == slots:
                return state._replace(where=Where.CLIMB_OFFSET)
        return state._replace(where=Where.MARKED_ENTRY)

    def _marked_entry(self, state: State, entry: Entry) -> State:
        """The slot of a mark was loaded."""
        if isinstance(entry, Node):
            return state._replace(where=Where.SHIFT, node=entry, advance=False)
        if entry == RETRY:
            return again(state)
        if entry == NULL or is_sibling(entry, self.array.s):
            return state._replace(where=Where.MARKS, advance=True)
        return self._found(state._replace(entry=entry))

    # From index to index.

    def _next(self, state: State) -> State:
        """What the index holds is in ``entry``; go to the next one."""
        found = state.found
        if not is_sibling(state.entry, self.array.s):
            found = (*found, (state.index, state.entry))
        state = state._replace(found=found, index=state.index + 1)
        if state.index > self.last:
            return state._replace(where=Where.DONE)
        if state.node is None:
            return State(Where.HEAD, state.index, found=found, retries=state.retries)
        return self._next_shift(state, state.shift)

    def _next_shift(self, state: State, shift: int) -> State:
        """The shift of the state's node is known: down to the index, or up if that is outside."""
        if (state.index - 1 ^ state.index) >> shift >> self.array.s:
            return state._replace(where=Where.NEXT_PARENT, shift=shift)
        return self._next_down(state, shift)

    def _next_up(self, state: State, parent: Value) -> State:
        """The parent of the state's node was loaded."""
        if parent is None:
            return self._next(state._replace(node=None, shift=0, entry=NULL))
        assert isinstance(parent, Node)
        return state._replace(where=Where.NEXT_SHIFT, node=parent)

    def _next_down(self, state: State, shift: int) -> State:
        """The shift of a node that the index lies in was loaded."""
        offset = offset_of(state.index, shift, self.array.s)
        return state._replace(where=Where.NEXT_SLOT, shift=shift, offset=offset)

    def _next_slot(self, state: State, entry: Entry) -> State:
        """The slot of the index was loaded."""
        if isinstance(entry, Node) and state.shift:
            return state._replace(where=Where.NEXT_DOWN, node=entry)
        if entry == RETRY:
            return again(state)
        return self._next(state._replace(entry=entry))


_ENTRIES = {
    Where.HEAD: Reader._at_head,
    Where.SLOT: Reader._at_slot,
    Where.COUNT_SIBLINGS: Reader._count,
    Where.RELOAD: Reader._reloaded,
    Where.STEP: Reader._stepped,
    Where.PAUSE: Reader._paused,
    Where.MARKED_SLOT: Reader._marked_slot,
    Where.MARKED_CANONICAL: Reader._marked_canonical,
    Where.MARKED_ENTRY: Reader._marked_entry,
    Where.NEXT_SLOT: Reader._next_slot,
}
_NUMBERS = {
    Where.SHIFT: Reader._into,
    Where.CLIMB_OFFSET: Reader._climb,
    Where.CLIMB_SHIFT: Reader._at_shift,
    Where.FLAGS: Reader._flags,
    Where.MARKS: Reader._marks,
    Where.NEXT_SHIFT: Reader._next_shift,
    Where.NEXT_DOWN: Reader._next_down,
    Where.REFS: Reader._referenced,
    Where.FOLIO_INDEX: Reader._covers_from,
    Where.FOLIO_ORDER: Reader._covers,
}
"""What the loads of entries, and those of numbers, are followed by."""
