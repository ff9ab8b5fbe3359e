# SPDX-License-Identifier: GPL-2.0-or-later
"""The page cache's loops come to what the specs say, and each mistake in them to something else."""

from collections.abc import Callable, Sequence

import pytest

from models.case.reference import Runner, SplitKind
from models.histories.loops import (
    Loop,
    Mistake,
    add_folio,
    collapse,
    split_folio,
    split_folio_around,
    split_swap,
)
from specs import loops
from specs.abstract import AbstractArray
from specs.stream import cut
from specs.view import View
from xarray_model.array import XArray
from xarray_model.entries import mk_value
from xarray_model.operations import Code, Operation

S, INDEX, ORDER, NEW = 2, 13, 3, 1
FOLIO, SHADOW, OTHER = 4, mk_value(3), mk_value(9)
SNAPSHOT = Operation(Code.SNAPSHOT)
CHANGE = (Operation(Code.STORE, INDEX, ORDER, entry=OTHER),)
GONE = (Operation(Code.STORE, INDEX, ORDER),)


def folio(index: int) -> int:
    return 0x1000 + 4 * index


class Array:
    """The model, and what it stands for after each operation."""

    def __init__(self, *operations: Operation) -> None:
        self.runner = Runner(XArray(S), SplitKind.ITERATIVE)
        for one in operations:
            self.runner.run(one)

    @property
    def abstract(self) -> AbstractArray:
        array = View.of_bytes(self.runner.run(SNAPSHOT)).abstract
        assert array is not None
        return array

    def follow(self, loop: Loop) -> bool:
        """Whether the loop says that it did what it was to do."""
        try:
            one = next(loop)
            while True:
                one = loop.send(cut([one], self.runner.run(one))[0].words)
        except StopIteration as end:
            return bool(end.value)


def held(entry: int, *, order: int = ORDER) -> Array:
    store = Operation(Code.STORE, INDEX, order, entry=entry)
    return Array(store, Operation(Code.SET_MARK, INDEX, mark=1), Operation(Code.STORE, 0, entry=8))


def added(between: Sequence[Operation], mistake: Mistake) -> tuple[AbstractArray, AbstractArray]:
    """What is made of the array, and what is to be made of it."""
    array = held(SHADOW)
    array.follow(add_folio(INDEX, NEW, FOLIO, between, mistake))
    changed = held(SHADOW)
    for one in between:
        changed.runner.run(one)
    wanted = loops.folio_added(changed.abstract, INDEX, NEW, FOLIO)
    assert wanted is not None
    return array.abstract, wanted


@pytest.mark.parametrize("between", [(), CHANGE, GONE])
def test_a_folio_is_added_whatever_happens_in_between(between: Sequence[Operation]) -> None:
    made, wanted = added(between, Mistake.NONE)
    assert made == wanted
    assert made.load(INDEX) == FOLIO and made.get_order(INDEX) == NEW


@pytest.mark.parametrize(
    ("between", "mistake"), [(CHANGE, Mistake.NO_SECOND_LOOK), ((), Mistake.NO_SPLIT)]
)
def test_a_caller_that_errs_is_told(between: Sequence[Operation], mistake: Mistake) -> None:
    made, wanted = added(between, mistake)
    assert made != wanted


def test_a_folio_is_not_added_over_another() -> None:
    array = held(0x2000)
    before = array.abstract
    assert loops.folio_added(before, INDEX, NEW, FOLIO) is None
    assert not array.follow(add_folio(INDEX, NEW, FOLIO))
    assert array.abstract == before


Make = Callable[[Mistake], Loop]
Want = Callable[[AbstractArray], AbstractArray]
LOOPS: list[tuple[int, int, Make, Want, Mistake]] = [
    (SHADOW, ORDER, lambda mistake: split_swap(INDEX, 0, mistake),
     lambda array: loops.swap_split(array, INDEX, 0), Mistake.FROM_INDEX),
    (FOLIO, ORDER, lambda mistake: split_folio(INDEX, NEW, folio, mistake),
     lambda array: loops.folio_split(array, INDEX, NEW, folio), Mistake.ALL_ALIKE),
    (FOLIO, ORDER, lambda mistake: split_folio_around(INDEX, 0, folio, mistake),
     lambda array: loops.folio_split_around(array, INDEX, 0, folio), Mistake.SHORT),
    (FOLIO, 0, lambda mistake: collapse(INDEX, ORDER, 0x3000, mistake),
     lambda array: loops.collapsed(array, INDEX, ORDER, 0x3000), Mistake.SHORT),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "order", "make", "want", "mistake"), LOOPS)
def test_a_loop_comes_to_what_it_is_to_and_a_mistake_in_it_does_not(
    entry: int, order: int, make: Make, want: Want, mistake: Mistake
) -> None:
    array, wrong = held(entry, order=order), held(entry, order=order)
    wanted = want(array.abstract)
    assert array.follow(make(Mistake.NONE)) and array.abstract == wanted
    wrong.follow(make(mistake))
    assert wrong.abstract != wanted
