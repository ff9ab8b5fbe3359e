# SPDX-License-Identifier: GPL-2.0-or-later
"""Run alone, a reader's machine gives what the function does that it stands for."""

import pytest

from xarray_model import api, iterate, marks, walk
from xarray_model.array import XArray
from xarray_model.cursor import Cursor
from xarray_model.entries import NULL, RETRY, mk_sibling
from xarray_model.folio import Folio
from xarray_model.journal import Field
from xarray_model.node import Node, is_sibling
from xarray_model.reader_state import ENDS, MARK, Goal, Request, State, Where
from xarray_model.readers import Reader


def alone(reader: Reader) -> State:
    state = reader.start()
    for _ in range(10_000):
        if state.where in ENDS:
            return state
        state = reader.step(state, reader.request(state).held())
    raise AssertionError("no end")


@pytest.fixture(params=[1, 2, 3])
def array(request: pytest.FixtureRequest) -> XArray:
    made = XArray(request.param)
    for index, order in ((0, 0), (4, 2), (9, 0), (16, 4), (40, 3)):
        api.store_order(made, index, order, (index + 1) * 4)
    return made


def test_loads_and_orders(array: XArray) -> None:
    for index in range(70):
        expected = api.load(array, index)
        for goal in (Goal.LOAD, Goal.LOAD_RETRY, Goal.RELOAD, Goal.GET_ORDER):
            state = alone(Reader(array, goal, index, index))
            assert state.entry == expected
            if goal is Goal.RELOAD and expected != NULL:
                assert state.again == expected
            if goal is Goal.GET_ORDER and expected != NULL:
                assert state.order + state.shift == api.get_order(array, index)


def test_iterations_from_everywhere(array: XArray) -> None:
    for start in range(60):
        cursor, expected = Cursor(array, start), []
        while (entry := iterate.find(cursor, 60)) != NULL:
            expected.append((cursor.index, entry))
        assert list(alone(Reader(array, Goal.FIND, start, 60)).found) == expected


def test_iterations_with_pauses_and_of_marked_entries_alone(array: XArray) -> None:
    for index in (0, 6, 40):
        array_cursor = Cursor(array, index)
        walk.load(array_cursor)
        marks.set_mark(array_cursor, MARK)
    for start in range(60):
        plain = alone(Reader(array, Goal.FIND, start, 60)).found
        paused = alone(Reader(array, Goal.FIND_PAUSE, start, 60)).found
        assert paused == plain == alone(Reader(array, Goal.FIND_ORDERED, start, 60)).found
        cursor, expected = Cursor(array, start), []
        while (entry := iterate.find_marked(cursor, 60, MARK)) != NULL:
            expected.append((cursor.index, entry))
        for goal in (Goal.MARKED, Goal.MARKED_PAUSE, Goal.MARKED_ORDERED):
            assert list(alone(Reader(array, goal, start, 60)).found) == expected


def test_steps_show_every_index_but_those_of_siblings(array: XArray) -> None:
    for start in range(60):
        told = dict(alone(Reader(array, Goal.NEXT, start, 60)).found)
        assert told[start] == api.load(array, start)
        cursor = Cursor(array, start)
        walk.load(cursor)
        for index in range(start + 1, 61):
            entry = iterate.next(cursor)
            assert told.get(index) == (None if is_sibling(entry, array.s) else entry)


def test_a_lookup_takes_a_folio_that_is_in_use(array: XArray) -> None:
    folio = Folio(4, 2, refs=1)
    reader = Reader(array, Goal.LOOKUP, 6, 6, {20: folio})
    state = alone(reader)
    assert state.where is Where.DONE and state.covers == (4, 2)
    folio.refs = 0
    assert alone(reader).where is Where.GAVE_UP
    assert alone(Reader(array, Goal.LOOKUP, 3, 3)).covers is None


def test_an_empty_array_and_one_with_a_single_entry() -> None:
    array = XArray(2)
    assert alone(Reader(array, Goal.LOAD, 0, 0)).entry == NULL
    api.store_order(array, 0, 0, 4)
    assert alone(Reader(array, Goal.RELOAD, 0, 0)).again == 4
    assert alone(Reader(array, Goal.LOAD, 1, 1)).entry == NULL
    assert alone(Reader(array, Goal.FIND, 0, 9)).found == ((0, 4),)


def test_a_sibling_that_leads_to_a_node_is_a_retry() -> None:
    array = XArray(2)
    reader = Reader(array, Goal.LOAD, 12, 12)
    node = Node(2, 0)
    state = State(Where.SLOT, 12, node, shift=2, offset=3)
    state = reader.step(state, mk_sibling(2))
    assert reader.request(state) == Request(node, Field.SLOT, 2)
    state = reader.step(state, Node(2, 1))
    assert state.where is Where.DONE and state.entry == RETRY


def test_endless_retries_are_given_up() -> None:
    array = XArray(2)
    array.head = RETRY
    assert alone(Reader(array, Goal.LOAD_RETRY, 0, 0)).where is Where.GAVE_UP
    assert alone(Reader(array, Goal.LOAD, 0, 0)).entry == RETRY
