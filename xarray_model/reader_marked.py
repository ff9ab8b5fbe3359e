# SPDX-License-Identifier: GPL-2.0-or-later
"""The steps of a marked search: ``xas_find_marked`` in ``lib/xarray.c``.

Unlike the one of Linux 6.12, it starts over where a sibling leads to a node, and passes by siblings
that bear a mark in the word that it saw.
"""

from __future__ import annotations

from xarray_model.array import XArray
from xarray_model.entries import NULL, RETRY, sibling_offset
from xarray_model.geometry import moved_index
from xarray_model.node import Entry, Node, is_sibling
from xarray_model.reader_state import State, Where, again


def moved(array: XArray, state: State, offset: int) -> State:
    """On slot ``offset`` of the state's node, at its first index."""
    index = moved_index(state.index, offset, state.shift, array.s, array.width)
    return state._replace(index=index, offset=offset)


def slot(array: XArray, state: State, entry: Entry) -> State:
    """The slot that the search stands on was loaded, to find its canonical slot."""
    if is_sibling(entry, array.s):
        return state._replace(where=Where.MARKED_CANONICAL, order=sibling_offset(entry))
    return state._replace(where=Where.MARKS, order=0)


def canonical(array: XArray, state: State, entry: Entry) -> State:
    """The slot ``order`` that a sibling refers to was loaded."""
    if isinstance(entry, Node) and state.shift:
        return again(state)
    return slot(array, moved(array, state, state.order), entry)


def marks(array: XArray, state: State, word: int, last: int) -> State:
    """The mark word of the node was loaded: go to the next slot that has its bit set."""
    first = state.offset + state.advance
    offset = next((o for o in range(first, array.slots) if word >> o & 1), array.slots)
    if offset != state.offset:
        state = moved(array, state, offset)
        if state.index == 0 or state.index > last:
            return state._replace(where=Where.DONE)
        if offset == array.slots:
            return state._replace(where=Where.CLIMB_OFFSET)
    return state._replace(where=Where.MARKED_ENTRY)


def entry(array: XArray, state: State, entry: Entry) -> State | None:
    """The slot of a mark was loaded; None: that is an entry that is found."""
    if isinstance(entry, Node):
        return state._replace(where=Where.SHIFT, node=entry, advance=False)
    if entry == RETRY:
        return again(state)
    if entry == NULL or is_sibling(entry, array.s):
        return state._replace(where=Where.MARKS, advance=True)
    return None
