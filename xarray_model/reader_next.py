# SPDX-License-Identifier: GPL-2.0-or-later
"""The steps of a reader from index to index: ``xas_next`` in ``lib/xarray.c``.

Unlike the one of Linux 6.12, a step goes from index to index.
"""

from __future__ import annotations

from xarray_model.array import XArray
from xarray_model.entries import NULL, RETRY
from xarray_model.geometry import offset_of
from xarray_model.journal import Value
from xarray_model.node import Entry, Node, is_sibling
from xarray_model.reader_state import State, Where, again


def on(array: XArray, state: State, last: int) -> State:
    """What the index holds is in ``entry``; go to the next one."""
    found = state.found
    if not is_sibling(state.entry, array.s):
        found = (*found, (state.index, state.entry))
    state = state._replace(found=found, index=state.index + 1)
    if state.index > last:
        return state._replace(where=Where.DONE)
    if state.node is None:
        return State(Where.HEAD, state.index, found=found, retries=state.retries)
    return shift(array, state, state.shift)


def shift(array: XArray, state: State, shift: int) -> State:
    """The shift of the state's node is known: go down to the index, or up if that lies outside."""
    if (state.index - 1 ^ state.index) >> shift >> array.s:
        return state._replace(where=Where.NEXT_PARENT, shift=shift)
    return down(array, state, shift)


def up(array: XArray, state: State, parent: Value, last: int) -> State:
    """The parent of the state's node was loaded."""
    if parent is None:
        return on(array, state._replace(node=None, shift=0, entry=NULL), last)
    assert isinstance(parent, Node)
    return state._replace(where=Where.NEXT_SHIFT, node=parent)


def down(array: XArray, state: State, shift: int) -> State:
    """The shift of a node that the index lies in was loaded."""
    offset = offset_of(state.index, shift, array.s)
    return state._replace(where=Where.NEXT_SLOT, shift=shift, offset=offset)


def slot(array: XArray, state: State, entry: Entry, last: int) -> State:
    """The slot of the index was loaded."""
    if isinstance(entry, Node) and state.shift:
        return state._replace(where=Where.NEXT_DOWN, node=entry)
    if entry == RETRY:
        return again(state)
    return on(array, state._replace(entry=entry), last)
