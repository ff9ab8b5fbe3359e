# SPDX-License-Identifier: GPL-2.0-or-later
"""What each operation must answer, judged by the abstract array alone.

Facts: ``lib/xarray.c`` (``xa_load``, ``xa_get_order``, ``xa_get_mark``, ``xas_find``,
``xas_find_marked``, ``__xas_next``, ``__xas_prev``, ``xas_store``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from specs.abstract import AbstractArray
from specs.contract import Allowance
from specs.property import Judgement, Property, Register
from xarray_model.entries import EBUSY, ENOMEM, NULL, ZERO, is_error, is_sibling, mk_error
from xarray_model.operations import EXTRACT_ORDER, Code, Flag, Operation

ANSWERS = Register()
"""Every property of an answer by name."""

LOAD = ANSWERS.state("answer-load", "a load answers the entry that covers the index, or NULL")
ORDER = ANSWERS.state("answer-order", "get_order answers the order of the entry at the index, or 0")
MARK = ANSWERS.state("answer-mark", "get_mark tells whether the entry at the index bears the mark")
FIND = ANSWERS.state("answer-find", "an iteration finds every entry in its range once, in order")
FIND_MARKED = ANSWERS.state(
    "answer-find-marked", "a marked iteration finds every marked entry in its range once, in order"
)
PAUSE = ANSWERS.state("answer-pause", "pausing an iteration after each entry changes nothing in it")
FIND_AFTER = ANSWERS.state(
    "answer-find-after",
    "find_after answers the first entry that begins after the index, and bears the mark asked for",
)
EXTRACT = ANSWERS.state(
    "answer-extract",
    "an extract answers the first entries of an iteration, as many as there is room for",
)
STEP = ANSWERS.state(
    "answer-step", "next and prev move by one index and answer what its slot holds"
)
STORE = ANSWERS.state(
    "answer-store", "an order-0 store answers the entry that it replaced, a larger one nothing"
)
INSERT = ANSWERS.state(
    "answer-insert", "an insert succeeds where nothing is, and answers -EBUSY where something is"
)
CMPXCHG = ANSWERS.state(
    "answer-cmpxchg", "a compare and exchange answers what was there, NULL where it was reserved"
)
RESERVE = ANSWERS.state("answer-reserve", "a reserve answers no error, whatever is there")
STORE_ERROR = ANSWERS.state(
    "answer-store-error", "a store fails only when a request for memory did"
)


def judge_answer(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int, allowance: Allowance
) -> Iterator[Judgement]:
    """Judge the result words of a lookup, a mark query or a store against the array as it was.

    Other operations have their own judges or no answer.
    """
    judge = _JUDGES.get(operation.code)
    if judge is not None:
        return judge(operation, array, words, s)
    if operation.code in _EXPECTED:
        return _stored(operation, array, words, allowance)
    return iter(())


def _stored(
    operation: Operation, array: AbstractArray, words: Sequence[int], allowance: Allowance
) -> Iterator[Judgement]:
    (answer,) = words
    stated, expected = _EXPECTED[operation.code](operation, array)
    if is_error(answer) and answer != mk_error(EBUSY):
        yield STORE_ERROR
        may_fail = not allowance.known or allowance.granted is not None
        if answer != mk_error(ENOMEM) or not may_fail:
            yield STORE_ERROR.broken(f"got the error word {answer:#x}")
        return
    yield stated
    if answer != expected:
        yield stated.broken(f"index {operation.index}: expected {expected:#x}, got {answer:#x}")


def _store(operation: Operation, array: AbstractArray) -> tuple[Property, int]:
    return STORE, NULL if operation.order else array.load(operation.index)


def _store_range(operation: Operation, array: AbstractArray) -> tuple[Property, int]:
    return STORE, NULL


def _insert(operation: Operation, array: AbstractArray) -> tuple[Property, int]:
    return INSERT, mk_error(EBUSY) if array.load(operation.index) else 0


def _reserve(operation: Operation, array: AbstractArray) -> tuple[Property, int]:
    return RESERVE, 0


def _cmpxchg(operation: Operation, array: AbstractArray) -> tuple[Property, int]:
    was = array.load(operation.index)
    return CMPXCHG, NULL if was == ZERO else was


_EXPECTED: dict[Code, Callable[[Operation, AbstractArray], tuple[Property, int]]] = {
    Code.STORE: _store,
    Code.STORE_RANGE: _store_range,
    Code.INSERT: _insert,
    Code.RESERVE: _reserve,
    Code.CMPXCHG: _cmpxchg,
}
"""What is judged of what stores, and the word that it answers if memory suffices."""


def _load(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[Judgement]:
    yield LOAD
    expected = array.load(operation.index)
    if expected == ZERO:
        expected = NULL
    if words[0] != expected:
        yield LOAD.broken(f"index {operation.index}: expected {expected:#x}, got {words[0]:#x}")


def _order(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[Judgement]:
    yield ORDER
    expected = array.get_order(operation.index)
    if words[0] != expected:
        yield ORDER.broken(f"index {operation.index}: expected {expected}, got {words[0]}")


def _mark(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[Judgement]:
    yield MARK
    expected = array.get_mark(operation.index, operation.mark)
    if words[0] != expected:
        yield MARK.broken(
            f"index {operation.index}, mark {operation.mark}: expected {int(expected)},"
            f" got {words[0]}"
        )


def _find(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[Judgement]:
    which = PAUSE if operation.flags & Flag.PAUSE else FIND
    yield which
    expected = array.find(operation.index, operation.argument)
    if _pairs(words) != expected:
        yield which.broken(
            f"from {operation.index} to {operation.argument}: expected {_tell(expected)},"
            f" got {_tell(_pairs(words))}"
        )


def _find_marked(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[Judgement]:
    which = PAUSE if operation.flags & Flag.PAUSE else FIND_MARKED
    yield which
    expected = array.find_marked(operation.index, operation.argument, operation.mark)
    found = _pairs(words)
    # A cursor that starts inside an entry may find it at any of its indices.
    right = len(found) == len(expected) and all(
        first <= index <= (last if first < operation.index else first) and got == entry
        for (first, last, entry), (index, got) in zip(expected, found, strict=True)
    )
    if not right:
        wanted = [(first, entry) for first, _, entry in expected]
        yield which.broken(
            f"mark {operation.mark} from {operation.index} to {operation.argument}:"
            f" expected {_tell(wanted)}, got {_tell(found)}"
        )


def _find_after(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[Judgement]:
    yield FIND_AFTER
    index, entry = array.find_after(operation.index, operation.argument, operation.filter)
    if (index, entry) != tuple(words):
        yield FIND_AFTER.broken(
            f"after {operation.index}: expected {entry:#x} at {index},"
            f" got {words[1]:#x} at {words[0]}"
        )


def _extract(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[Judgement]:
    yield EXTRACT
    room = 1 << min(operation.order, EXTRACT_ORDER)
    expected = array.extract(operation.index, operation.argument, room, operation.filter)
    if expected != list(words[1:]):
        want, have = (", ".join(f"{one:#x}" for one in some) for some in (expected, words[1:]))
        yield EXTRACT.broken(
            f"from {operation.index} to {operation.argument}, room for {room}:"
            f" expected [{want}], got [{have}]"
        )


def _step(
    operation: Operation, array: AbstractArray, words: Sequence[int], s: int
) -> Iterator[Judgement]:
    yield STEP
    way = 1 if operation.code == Code.NEXT else -1
    pairs = [(operation.index, words[0]), *_pairs(words)]
    for number, (at, got) in enumerate(pairs):
        index = operation.index + way * number
        if not 0 <= index <= array.top:
            return  # beyond either end the cursor leaves the array
        if at != index:
            yield STEP.broken(f"step {number}: expected index {index}, the cursor is at {at}")
            return
        found = array.at(index)
        expected = found[1].entry if found else NULL
        sibling = found is not None and (index - found[0]) >> found[1].order // s * s > 0
        if sibling and is_sibling(got, s):
            continue
        if got != expected:
            yield STEP.broken(f"index {index}: expected {expected:#x}, got {got:#x}")


def _pairs(words: Sequence[int]) -> list[tuple[int, int]]:
    return list(zip(words[1::2], words[2::2], strict=True))


def _tell(pairs: list[tuple[int, int]]) -> str:
    return "[" + ", ".join(f"{index}: {entry:#x}" for index, entry in pairs) + "]"


_JUDGES: dict[
    Code, Callable[[Operation, AbstractArray, Sequence[int], int], Iterator[Judgement]]
] = {
    Code.LOAD: _load,
    Code.GET_ORDER: _order,
    Code.GET_MARK: _mark,
    Code.FIND: _find,
    Code.FIND_MARKED: _find_marked,
    Code.FIND_AFTER: _find_after,
    Code.FIND_AFTER_MARKED: _find_after,
    Code.EXTRACT: _extract,
    Code.EXTRACT_MARKED: _extract,
    Code.NEXT: _step,
    Code.PREV: _step,
}
