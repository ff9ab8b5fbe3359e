# SPDX-License-Identifier: GPL-2.0-or-later
"""Steps, and operations on the case's own cursor, as statements of C in the manner of a kernel's
``lib/test_xarray.c``.

What each step answers is checked on the spot: the entry, and where the cursor then stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from models.diagnosis.kernel_plain import PLAIN
from models.diagnosis.kernel_statements import (
    STATEMENTS,
    How,
    NoCode,
    answered,
    entry_text,
    index_text,
    split_alloc,
    split_alone,
    split_through,
)
from specs.stream import Answer
from xarray_model.entries import ENOMEM, NULL, mk_error
from xarray_model.operations import Code, Flag, Operation

MOST_STEPS = 24
"""Answers that are checked one by one; a longer run of alike ones is a loop."""
_LOOP = 4
_NO_MEMORY = mk_error(ENOMEM)
_THROUGH = (Code.CURSOR_SET, Code.CURSOR_SPLIT, Code.CURSOR_SPLIT_ALLOC, Code.FAIL)
"""What needs to know of the operations before."""
_CHECKED = frozenset(
    {
        *(Code.LOAD, Code.GET_ORDER, Code.GET_MARK, Code.FIND, Code.FIND_MARKED),
        *(Code.NEXT, Code.PREV, Code.TRY_SPLIT_MIN_ORDER),
        *(Code.CURSOR_LOAD, Code.CURSOR_FIND, Code.CURSOR_FIND_MARKED, Code.CURSOR_GET_MARK),
        *(Code.CURSOR_NEXT, Code.CURSOR_PREV, Code.CURSOR_PAUSE),
        *(Code.CURSOR_CREATE_RANGE, Code.CURSOR_NOMEM),
        *(Code.CURSOR_FIND_CONFLICT, *(PLAIN.keys() - {Code.RELEASE, Code.STORE_RANGE})),
    }
)


def statements(operations: Sequence[Operation], answers: Sequence[Answer], how: How) -> list[str]:
    """All operations as statements; the case's cursor, if it has one, is ``declared``."""
    lines: list[str] = []
    first = _first(operations)
    order = 0
    for one, answer in zip(operations, answers, strict=True):
        words = answer.words
        order = one.order if one.code is Code.CURSOR_SET else order
        if one.code is Code.FAIL:
            continue  # told by what fails
        if words and words[0] == _NO_MEMORY and not _first_request(one, words):
            raise NoCode("test code cannot make the kernel's memory run out")
        if one.code is Code.CURSOR_SET:
            lines += [] if one is first else [_set(one)]
            lines += ["xas_set_update(&cursor, check_update);"] if how.update else []
        elif one.code is Code.CURSOR_SPLIT:
            split = Operation(Code.SPLIT, 0, one.order, order, one.entry, flags=one.flags)
            lines += split_through("cursor", split, how)
        elif one.code is Code.CURSOR_SPLIT_ALLOC:
            split = Operation(Code.SPLIT, 0, one.order, order, one.entry, flags=one.flags)
            lines += split_alloc("cursor", split, how)
        elif one.code in (Code.FIND, Code.FIND_MARKED) and len(words) <= 1 + 2 * MOST_STEPS:
            lines += _search(one, words)
        else:
            lines += (STEPS.get(one.code) or STATEMENTS[one.code])(one, words, how)
    return _joined(lines)


def declared(operations: Sequence[Operation]) -> list[str]:
    """The declarations of the case's cursor, where it is set first, and of where its cyclic
    allocations begin; nothing where it has neither."""
    cyclic = any(one.code is Code.ALLOC_CYCLIC for one in operations)
    following = ["u32 next = 0;"] if cyclic else []
    first = _first(operations)
    if first is None:
        return following
    index = index_text(first.index)
    if first.order:
        return [f"XA_STATE_ORDER(cursor, xa, {index}, {first.order});", *following]
    return [f"XA_STATE(cursor, xa, {index});", *following]


def told(operation: Operation) -> bool:
    """Whether there is a statement for an operation."""
    return operation.code in STEPS or operation.code in STATEMENTS or operation.code in _THROUGH


def checked(operation: Operation) -> bool:
    """Whether the statement of an operation checks what it answers."""
    return operation.code in _CHECKED


def _first_request(one: Operation, words: Sequence[int]) -> bool:
    """Whether it failed before it did anything, and the cursor alone tells of it."""
    return one.code is Code.CURSOR_CREATE_RANGE and words[1] == 1


def _first(operations: Sequence[Operation]) -> Operation | None:
    return next((one for one in operations if one.code is Code.CURSOR_SET), None)


def _stands(cursor: str, index: int) -> str:
    return f"XA_BUG_ON(xa, {cursor}.xa_index != {index_text(index)});"


def _read(*lines: str) -> list[str]:
    """Lines under the lock of a reader, which others that follow may share."""
    parts = [part for line in lines for part in line.split("\n")]
    return ["rcu_read_lock();", *parts, "rcu_read_unlock();"]


def _joined(lines: Sequence[str]) -> list[str]:
    """The lines without a lock that is dropped only to be taken again."""
    left: list[str] = []
    for line in lines:
        if line == "rcu_read_lock();" and left and left[-1] == "rcu_read_unlock();":
            left.pop()
        else:
            left.append(line)
    return left


def _steps(one: Operation, words: Sequence[int], how: How) -> list[str]:
    """A load, and steps to the next indices or the previous ones."""
    call = "xas_next(&xas)" if one.code is Code.NEXT else "xas_prev(&xas)"
    way = 1 if one.code is Code.NEXT else -1
    places = list(zip(words[1::2], words[2::2], strict=True))
    lines = [answered("xas_load(&xas)", words[0])]
    loops = False
    at = 0
    while at < len(places):
        index, entry = places[at]
        alike = 1
        while at + alike < len(places) and places[at + alike] == (index + way * alike, entry):
            alike += 1
        if alike >= _LOOP:
            loops = True
            lines += [f"for (steps = 0; steps < {alike}; steps++)", f"\t{answered(call, entry)}"]
            lines.append(_stands("xas", index + way * (alike - 1)))
        else:
            alike = 1
            lines += [answered(call, entry), _stands("xas", index)]
        at += alike
        if len(lines) > 3 * MOST_STEPS:
            raise NoCode("test code for so many steps would be too long")
    counter = ["\tunsigned long steps;"] if loops else []
    body = [f"\t{line}" for line in _read(*lines)]
    return ["{", f"\tXA_STATE(xas, xa, {index_text(one.index)});", *counter, "", *body, "}"]


def _search(one: Operation, words: Sequence[int]) -> list[str]:
    """A search for one entry after another, each of which is checked."""
    call = _search_call(one, "xas")
    pause = ["xas_pause(&xas);"] if one.flags & Flag.PAUSE else []
    lines: list[str] = []
    for index, entry in zip(words[1::2], words[2::2], strict=True):
        lines += [answered(call, entry), _stands("xas", index), *pause]
    lines.append(answered(call, NULL))
    body = [f"\t{line}" for line in _read(*lines)]
    return ["{", f"\tXA_STATE(xas, xa, {index_text(one.index)});", "", *body, "}"]


def _search_call(one: Operation, cursor: str) -> str:
    last = index_text(one.argument)
    if one.code in (Code.FIND_MARKED, Code.CURSOR_FIND_MARKED):
        return f"xas_find_marked(&{cursor}, {last}, XA_MARK_{one.mark})"
    return f"xas_find(&{cursor}, {last})"


def _set(one: Operation) -> str:
    return f"xas_set_order(&cursor, {index_text(one.index)}, {one.order});"


def _find_conflict(one: Operation, words: Sequence[int], how: How) -> list[str]:
    found = [answered("xas_find_conflict(&cursor)", entry) for entry in (*words[1:], NULL)]
    return ["xas_lock(&cursor);", *found, "xas_unlock(&cursor);"]


def _reset(one: Operation, words: Sequence[int], how: How) -> list[str]:
    return ["xas_reset(&cursor);"]


def _looks(call: str) -> Callable[[Operation, Sequence[int], How], list[str]]:
    def lines(one: Operation, words: Sequence[int], how: How) -> list[str]:
        return _read(answered(f"{call}(&cursor)", words[1]), _stands("cursor", words[0]))

    return lines


def _find(one: Operation, words: Sequence[int], how: How) -> list[str]:
    # One that finds nothing is at no certain index.
    stands = [_stands("cursor", words[0])] if words[1] != NULL else []
    return _read(answered(_search_call(one, "cursor"), words[1]), *stands)


def _pause(one: Operation, words: Sequence[int], how: How) -> list[str]:
    return _read("xas_pause(&cursor);", _stands("cursor", words[0]))


def _mark(one: Operation, words: Sequence[int], how: How) -> list[str]:
    what = "set" if one.code is Code.CURSOR_SET_MARK else "clear"
    return _locked(f"xas_{what}_mark(&cursor, XA_MARK_{one.mark});")


def _get_mark(one: Operation, words: Sequence[int], how: How) -> list[str]:
    has = "!" if words[0] else ""
    return _read(f"XA_BUG_ON(xa, {has}xas_get_mark(&cursor, XA_MARK_{one.mark}));")


def _locked(line: str) -> list[str]:
    return ["xas_lock(&cursor);", line, "xas_unlock(&cursor);"]


def _store(one: Operation, words: Sequence[int], how: How) -> list[str]:
    stored = [f"\t{line}" for line in _locked(f"xas_store(&cursor, {entry_text(one.entry)});")]
    return ["do {", *stored, "} while (xas_nomem(&cursor, GFP_KERNEL));"]


def _split_alone(one: Operation, words: Sequence[int], how: How) -> list[str]:
    left = "" if words[2] == 0 else "!"
    return [*split_alone("cursor", one), f"XA_BUG_ON(xa, {left}cursor.xa_alloc);"]


def _create_range(one: Operation, words: Sequence[int], how: How) -> list[str]:
    if words[0]:
        return ["/* As if memory were short. */", "xas_set_err(&cursor, -ENOMEM);"]
    checks = ["XA_BUG_ON(xa, xas_error(&cursor));", "XA_BUG_ON(xa, cursor.xa_alloc);"]
    return [*_locked("xas_create_range(&cursor);"), *checks]


def _nomem(one: Operation, words: Sequence[int], how: How) -> list[str]:
    again = "!" if words[0] else ""
    return [f"XA_BUG_ON(xa, {again}xas_nomem(&cursor, GFP_KERNEL));"]


def _destroy(one: Operation, words: Sequence[int], how: How) -> list[str]:
    return ["xas_destroy(&cursor);"]


def _min_order(one: Operation, words: Sequence[int], how: How) -> list[str]:
    return [f"XA_BUG_ON(xa, xas_try_split_min_order({one.order}) != {words[0]});"]


STEPS: Mapping[Code, Callable[[Operation, Sequence[int], How], list[str]]] = {
    **PLAIN,
    Code.NEXT: _steps,
    Code.PREV: _steps,
    Code.TRY_SPLIT_MIN_ORDER: _min_order,
    Code.CURSOR_RESET: _reset,
    Code.CURSOR_LOAD: _looks("xas_load"),
    Code.CURSOR_FIND: _find,
    Code.CURSOR_FIND_MARKED: _find,
    Code.CURSOR_NEXT: _looks("xas_next"),
    Code.CURSOR_PREV: _looks("xas_prev"),
    Code.CURSOR_PAUSE: _pause,
    Code.CURSOR_SET_MARK: _mark,
    Code.CURSOR_CLEAR_MARK: _mark,
    Code.CURSOR_GET_MARK: _get_mark,
    Code.CURSOR_STORE: _store,
    Code.CURSOR_SPLIT_ALONE: _split_alone,
    Code.CURSOR_CREATE_RANGE: _create_range,
    Code.CURSOR_NOMEM: _nomem,
    Code.CURSOR_DESTROY: _destroy,
    Code.CURSOR_FIND_CONFLICT: _find_conflict,
}
