# SPDX-License-Identifier: GPL-2.0-or-later
"""The model's answers to random histories are judged, and nothing is found."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.case.reference import SplitKind, run_case
from specs.abstract import EMPTY, AbstractArray
from specs.contract import nodes_needed
from specs.judge import Judge
from xarray_model.entries import NULL, mk_value
from xarray_model.geometry import try_split_min_order
from xarray_model.operations import Code, Flag, Operation

TOP = (1 << 64) - 1
SNAPSHOT = Operation(Code.SNAPSHOT)
ENTRIES = [0x10000, 0x20000, mk_value(3), mk_value(4)]
BOTH = Flag.FAIL_BLOCKING | Flag.FAIL_NONBLOCKING


@st.composite
def histories(draw: st.DrawFn) -> tuple[int, list[Operation]]:
    """A chunk shift and a history that keeps to every precondition."""
    s = draw(st.sampled_from([1, 2, 3]))
    array, operations = EMPTY, []
    for _ in range(draw(st.integers(1, 12))):
        change, array = draw(st.sampled_from([_store, _store, _split, _mark, _look]))(
            draw, s, array
        )
        operations += change
        if change:
            operations.append(SNAPSHOT)
    return s, operations


def _index(draw: st.DrawFn, s: int, array: AbstractArray) -> int:
    held = [first + (1 << item.order) - 1 for first, item in array.entries()]
    near = st.integers(0, (1 << 3 * s + 1) - 1)
    return draw(st.one_of(near, near.map(lambda index: TOP - index), st.sampled_from([0, *held])))


Change = tuple[list[Operation], AbstractArray]


def _store(draw: st.DrawFn, s: int, array: AbstractArray) -> Change:
    index, order = _index(draw, s, array), draw(st.integers(0, 3 * s))
    entry = draw(st.sampled_from([NULL, *ENTRIES]))
    fail = Operation(Code.FAIL, argument=draw(st.integers(0, 3)), flags=BOTH)
    store = Operation(Code.STORE, index, order, entry=entry)
    return [fail, store, Operation(Code.FAIL)], array.store(index, order, entry)


def _split(draw: st.DrawFn, s: int, array: AbstractArray) -> Change:
    large = [(first, item) for first, item in array.entries() if item.order]
    if not large:
        return [], array
    first, item = draw(st.sampled_from(large))
    new_order, entry = draw(st.integers(0, item.order)), draw(st.sampled_from(ENTRIES))
    need = nodes_needed(item.order, new_order, s)
    if need > 100:
        return [], array
    index = first + draw(st.integers(0, (1 << item.order) - 1))
    code = draw(st.sampled_from([Code.SPLIT, Code.TRY_SPLIT]))
    flags = (
        draw(st.sampled_from([Flag.NONE, Flag.NONBLOCKING])) if code == Code.SPLIT else Flag.NONE
    )
    failing = draw(st.integers(0, need))
    operations = [
        Operation(Code.FAIL, argument=failing, flags=BOTH),
        Operation(code, index, item.order, new_order, entry, flags=flags),
        SNAPSHOT,
        Operation(Code.FAIL),
    ]
    refused = code == Code.TRY_SPLIT and new_order < try_split_min_order(item.order, s)
    if failing or refused:
        return operations, array
    if draw(st.booleans()):
        operations.append(Operation(Code.STORE, index, item.order, entry=item.entry))
        return operations, array
    return operations, array.split(index, item.order, new_order, entry)


def _mark(draw: st.DrawFn, s: int, array: AbstractArray) -> Change:
    index, mark = _index(draw, s, array), draw(st.integers(0, 2))
    if draw(st.booleans()):
        return [Operation(Code.SET_MARK, index, mark=mark)], array.set_mark(index, mark)
    return [Operation(Code.CLEAR_MARK, index, mark=mark)], array.clear_mark(index, mark)


def _look(draw: st.DrawFn, s: int, array: AbstractArray) -> Change:
    index, mark, last = _index(draw, s, array), draw(st.integers(0, 2)), _index(draw, s, array)
    pause, order = draw(st.sampled_from([Flag.NONE, Flag.PAUSE])), draw(st.integers(1, 3 * s))
    new_order = draw(st.integers(0, order))
    granted = draw(st.integers(0, nodes_needed(order, new_order, s) + 1))
    return [
        Operation(Code.LOAD, index),
        Operation(Code.GET_ORDER, index),
        Operation(Code.GET_MARK, index, mark=mark),
        Operation(Code.FIND, index, argument=last, flags=pause),
        Operation(Code.FIND_MARKED, index, mark=mark, argument=last, flags=pause),
        Operation(Code.NEXT, index, argument=9),
        Operation(Code.PREV, index, argument=9),
        Operation(Code.TRY_SPLIT_MIN_ORDER, order=order),
        Operation(Code.COUNT_ALLOC, order=order, new_order=new_order, argument=granted),
    ], array


@pytest.mark.parametrize("kind", [SplitKind.ITERATIVE, SplitKind.RECURSIVE])
@settings(deadline=None, max_examples=80)
@given(histories())
def test_nothing_is_found(kind: SplitKind, history: tuple[int, list[Operation]]) -> None:
    s, operations = history
    outcome = run_case(operations, s, split=kind, log=True)
    log = b"".join(record.encode() for records in outcome.log for record in records)
    assert Judge(s).case(operations, outcome.results, log) == []
