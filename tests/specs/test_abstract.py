# SPDX-License-Identifier: GPL-2.0-or-later
"""The abstract array against an array of one cell for each index."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.abstract import EMPTY, AbstractArray, Item, range_items
from specs.survey import Survey
from tests.specs.builder import Tree, run, snapshot
from xarray_model.entries import NULL, RETRY, ZERO, mk_sibling, mk_value

BITS = 5
SIZE = 1 << BITS
ENTRIES = [0x1000, 0x2000, mk_value(3), mk_value(4)]

Cell = tuple[int, int, int, frozenset[int]]
"""First index, order, entry, marks: what each index of an entry carries."""


class Cells:
    """The naive array: every index has a cell of its own, and nothing is shared."""

    def __init__(self) -> None:
        self.cells: dict[int, Cell] = {}

    def put(self, first: int, order: int, entry: int, marks: frozenset[int]) -> None:
        for index in range(first, first + 2**order):
            self.cells[index] = (first, order, entry, marks)

    def store(self, index: int, order: int, entry: int) -> None:
        first = index - index % 2**order
        over = self.cells.get(first)
        if over and over[1] >= order:
            first, order = over[:2]
        covered = range(first, first + 2**order)
        marks = frozenset[int]().union(*(self.cells[i][3] for i in covered if i in self.cells))
        for i in covered:
            self.cells.pop(i, None)
        if entry:
            self.put(first, order, entry, marks)

    def mark(self, index: int, mark: int, on: bool) -> None:
        if index in self.cells:
            first, order, entry, marks = self.cells[index]
            self.put(first, order, entry, marks | {mark} if on else marks - {mark})

    def split(self, index: int, new_order: int, entry: int) -> None:
        first, order, _, marks = self.cells[index]
        for start in range(first, first + 2**order, 2**new_order):
            self.put(start, new_order, entry, marks)


indices = st.integers(0, SIZE - 1)
orders = st.integers(0, BITS - 1)
marks = st.integers(0, 2)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("store"), indices, orders, st.sampled_from([NULL, *ENTRIES])),
        st.tuples(st.just("mark"), indices, marks, st.booleans()),
        st.tuples(st.just("split"), indices, orders, st.sampled_from(ENTRIES)),
    ),
    max_size=20,
)


@given(steps)
def test_agrees_with_cells(done: list[tuple[str, int, int, int]]) -> None:
    array, cells = EMPTY, Cells()
    for kind, index, number, what in done:
        if kind == "store":
            array = array.store(index, number, what)
            cells.store(index, number, what)
        elif kind == "mark":
            array = array.set_mark(index, number) if what else array.clear_mark(index, number)
            cells.mark(index, number, bool(what))
        else:
            order = array.get_order(index)
            if array.splittable(index, order, number, what):
                array = array.split(index, order, number, what)
                cells.split(index, number, what)
        for at in range(SIZE):
            first, order, entry, borne = cells.cells.get(at, (at, 0, NULL, frozenset()))
            assert array.load(at) == entry
            assert array.get_order(at) == order
            assert {mark for mark in range(3) if array.get_mark(at, mark)} == borne
            assert array.at(at) is None or array.at(at) == (
                first,
                Item(order, entry, sum(1 << mark for mark in borne)),
            )


@given(steps, indices, indices, marks)
def test_find_agrees_with_cells(
    done: list[tuple[str, int, int, int]], index: int, last: int, mark: int
) -> None:
    array, cells = EMPTY, Cells()
    for kind, at, number, what in done:
        if kind == "store":
            array = array.store(at, number, what)
            cells.store(at, number, what)
        elif kind == "mark":
            array = array.set_mark(at, number)
            cells.mark(at, number, True)
    met = list(dict.fromkeys(cells.cells[i] for i in range(index, last + 1) if i in cells.cells))
    assert array.find(index, last) == [(max(cell[0], index), cell[2]) for cell in met]
    assert array.find_marked(index, last, mark) == [
        (first, first + 2**order - 1, entry) for first, order, entry, borne in met if mark in borne
    ]


def test_what_is_free_and_what_begins_in_a_range() -> None:
    array = AbstractArray().store(4, 2, 8).store(9, 0, ZERO)
    assert [array.lowest_free(first, 9) for first in (0, 4, 6, 8, 9)] == [0, 8, 8, 8, None]
    assert array.lowest_free(5, 4) is None
    assert {item.order for item in array.within(0, 4)} == {0, 2}
    assert [item.entry for item in array.within(8, 3)] == [ZERO]


def test_operations_leave_the_old_array() -> None:
    array = EMPTY.store(0, 2, 0x1000)
    array.set_mark(1, 0)
    array.split(3, 2, 0, 0x2000)
    array.store(2, 0, NULL)
    assert array == AbstractArray({0: Item(2, 0x1000, 0)})
    assert hash(array) == hash(AbstractArray({0: Item(2, 0x1000, 0)}))
    assert array.destroy() == EMPTY
    assert len(EMPTY) == 0


def test_top_of_the_index_space() -> None:
    last = (1 << 64) - 1
    array = EMPTY.store(last, 3, 0x1000).set_mark(last, 1)
    assert array.at(last - 7) == (last - 7, Item(3, 0x1000, 2))
    assert array.load(last - 8) == NULL
    assert array.find(last - 1, last) == [(last - 1, 0x1000)]


@pytest.mark.parametrize(
    ("index", "order", "new_order", "entry"),
    [(0, 2, 0, 0x2000), (8, 2, 0, 0x2000), (8, 3, 4, 0x2000), (8, 3, 0, NULL), (8, 3, 0, RETRY)],
)
def test_split_outside_its_precondition(index: int, order: int, new_order: int, entry: int) -> None:
    array = EMPTY.store(8, 3, 0x1000)
    with pytest.raises(ValueError, match="no entry of order"):
        array.split(index, order, new_order, entry)


def test_order_0_at_index_0_cannot_be_split() -> None:
    assert not EMPTY.store(0, 0, 0x1000).splittable(0, 0, 0, 0x2000)
    assert EMPTY.store(1, 0, 0x1000).splittable(1, 0, 0, 0x2000)


def test_abstraction_of_a_tree() -> None:
    low = Tree(0, {**run(2, 2, 0x1000), 1: mk_value(5)}, {2: 5})
    picture = snapshot(2, Tree(2, {1: low, **run(2, 2, 0x2000)}, {2: 2}))
    assert dict(AbstractArray.of(Survey(picture)).entries()) == {
        5: Item(0, mk_value(5), 0),
        6: Item(1, 0x1000, 5),
        8: Item(3, 0x2000, 2),
    }


def test_abstraction_of_a_head() -> None:
    assert AbstractArray.of(Survey(snapshot(2))) == EMPTY
    assert AbstractArray.of(Survey(snapshot(2, 0x1000, marks=4))) == AbstractArray(
        {0: Item(0, 0x1000, 4)}
    )


@pytest.mark.parametrize(
    "root",
    [
        Tree(0, {0: 0x1000, 2: mk_sibling(0)}),
        Tree(0, {0: 0x1000, 1: 0x2000, 2: mk_sibling(0)}),
        Tree(0, {0: 0x1000}, {}, {"slots": (0x1000, 0, 0, (1 << 62) | 2)}),
    ],
)
def test_some_trees_stand_for_no_array(root: Tree) -> None:
    with pytest.raises(ValueError, match=r"run of|one tree"):
        AbstractArray.of(Survey(snapshot(2, root)))


def test_runs_of_slots_that_are_entries_of_no_order() -> None:
    picture = snapshot(2, Tree(2, {0: Tree(0, run(1, 2, 0x1000)), **run(1, 3, 0x2000)}))
    array = AbstractArray.of(Survey(picture))
    assert dict(array.entries()) == {1: Item(1, 0x1000, 0, 2), 4: Item(3, 0x2000, 0, 12)}
    assert [array.load(index) for index in (0, 1, 2, 3, 4, 15, 16)] == [
        *(NULL, 0x1000, 0x1000, NULL, 0x2000, 0x2000, NULL)
    ]
    assert not array.splittable(4, 3, 0, 0x3000)
    assert array.find(2, 9) == [(2, 0x1000), (4, 0x2000)]
    assert array.find_after(4, 99) == (0, NULL) and array.find_after(1, 99) == (4, 0x2000)


@given(indices, indices, indices, indices)
def test_a_range_is_stored_to_and_nothing_else(a: int, b: int, c: int, d: int) -> None:
    (first, last), (low, high) = sorted((a, b)), sorted((c, d))
    array = EMPTY.store_range(low, high, 0x1000, 2)
    assert {at for at in range(SIZE) if array.load(at)} == {*range(low, high + 1)}
    pieces = range_items(first, last, 2)
    ends = [at + item.size for at, item in pieces]
    assert [at for at, _ in pieces] == [first, *ends[:-1]] and ends[-1] == last + 1
    for at, item in pieces:
        covered = {index for index in range(at, at + item.size) if array.load(index)}
        entries = {array.at(index) for index in covered}
        whole = all(
            one is not None and at <= one[0] and one[0] + one[1].size <= at + item.size
            for one in entries
        )
        inside = len(covered) == item.size and len(entries) == 1
        assert array.cuts(at, item.size) == (not whole and not inside)
    if not any(array.cuts(at, item.size) for at, item in pieces):
        done = array.store_range(first, last, 0x2000, 2)
        assert all(done.load(at) == 0x2000 for at in range(first, last + 1))
        gone = array.store_range(first, last, NULL, 2)
        assert not any(gone.load(at) for at in range(first, last + 1))


def test_stray_sibling_is_no_entry() -> None:
    picture = snapshot(2, Tree(0, {1: mk_sibling(0), 2: 0x1000}))
    assert AbstractArray.of(Survey(picture)) == AbstractArray({2: Item(0, 0x1000, 0)})
