# SPDX-License-Identifier: GPL-2.0-or-later
"""The functions that take an array and no cursor, as statements of C in the manner of a kernel's
``lib/test_xarray.c``: what each answers is checked on the spot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from models.diagnosis.kernel_statements import (
    How,
    NoCode,
    answered,
    entry_text,
    index_text,
)
from xarray_model.entries import EBUSY, EINVAL, NULL, is_error, mk_error
from xarray_model.operations import EXTRACT_ORDER, Code, Flag, Operation

MOST_EXTRACTED = 24
"""Entries that are taken out and checked one by one."""


def _which(one: Operation) -> tuple[str, str]:
    """The last index, and which entries are asked for."""
    which = "XA_PRESENT" if one.filter is None else f"XA_MARK_{one.filter}"
    return index_text(one.argument), which


def _find_after(one: Operation, words: Sequence[int], how: How) -> list[str]:
    last, which = _which(one)
    checks = [answered(f"xa_find_after(xa, &at, {last}, {which})", words[1])]
    if words[1] != NULL:
        checks.append(f"XA_BUG_ON(xa, at != {index_text(words[0])});")
    return block(f"unsigned long at = {index_text(one.index)};", *checks)


def _extract(one: Operation, words: Sequence[int], how: How) -> list[str]:
    if words[0] > MOST_EXTRACTED:
        raise NoCode("test code for so many entries would be too long")
    last, which = _which(one)
    room = 1 << min(one.order, EXTRACT_ORDER)
    call = f"xa_extract(xa, taken, {index_text(one.index)}, {last}, {room},\n\t\t{which})"
    checks = [f"XA_BUG_ON(xa, {call} != {words[0]});"]
    checks += [answered(f"taken[{place}]", entry) for place, entry in enumerate(words[1:])]
    return block(f"void *taken[{room}];", *checks)


def _exchange(one: Operation, words: Sequence[int], how: How) -> list[str]:
    _untold(how)
    index, entry = index_text(one.index), entry_text(one.entry)
    if one.code is Code.RELEASE:
        return [f"xa_release(xa, {index});"]
    if one.code is Code.RESERVE:
        return [f"XA_BUG_ON(xa, xa_reserve(xa, {index}, GFP_KERNEL));"]
    if one.code is Code.INSERT:
        busy = "-EBUSY" if words[0] else "0"
        return [f"XA_BUG_ON(xa, xa_insert(xa, {index}, {entry}, GFP_KERNEL) != {busy});"]
    old = entry_text(one.argument)
    call = f"xa_cmpxchg(xa, {index}, {old},\n\t\t{entry}, GFP_KERNEL)"
    return answered(call, words[0]).split("\n")


def _store_range(one: Operation, words: Sequence[int], how: How) -> list[str]:
    _untold(how)
    ends = f"{index_text(one.index)}, {index_text(one.argument)}"
    return [f"xa_store_range(xa, {ends}, {entry_text(one.entry)}, GFP_KERNEL);"]


_UNALLOCATED = {
    mk_error(EBUSY): "-EBUSY",
    mk_error(EINVAL): "-EINVAL",
}


def _alloc(one: Operation, words: Sequence[int], how: How) -> list[str]:
    _untold(how)
    if words[0] == mk_error(EINVAL):
        raise NoCode("a kernel warns of an allocation in an array that does not track free indices")
    cyclic = one.code is Code.ALLOC_CYCLIC
    call = "__xa_alloc_cyclic" if cyclic else "__xa_alloc"
    limit = f"XA_LIMIT({index_text(one.index)}, {index_text(one.argument)})"
    following = "&next, " if cyclic else ""
    flags = "GFP_NOWAIT" if one.flags & Flag.NONBLOCKING else "GFP_KERNEL"
    found = not is_error(words[0])
    answer = words[0] if found else _UNALLOCATED[words[0]]
    checks = [
        "xa_lock(xa);",
        f"result = {call}(xa, &id, {entry_text(one.entry)},",
        f"\t\t{limit}, {following}{flags});",
        "xa_unlock(xa);",
        f"XA_BUG_ON(xa, result != {answer});",
        *([f"XA_BUG_ON(xa, id != {index_text(words[1])});"] if found else []),
        *([f"XA_BUG_ON(xa, next != {index_text(words[2])});"] if cyclic else []),
    ]
    return block("int result;\n\tu32 id = 0;", *checks)


def _untold(how: How) -> None:
    if how.update:
        raise NoCode("what stores without a cursor tells no update callback")


def block(declared: str, *lines: str) -> list[str]:
    """A block of C with a variable of its own."""
    parts = [part for line in lines for part in line.split("\n")]
    return ["{", f"\t{declared}", "", *(f"\t{part}" for part in parts), "}"]


PLAIN: Mapping[Code, Callable[[Operation, Sequence[int], How], list[str]]] = {
    Code.FIND_AFTER: _find_after,
    Code.FIND_AFTER_MARKED: _find_after,
    Code.EXTRACT: _extract,
    Code.EXTRACT_MARKED: _extract,
    Code.INSERT: _exchange,
    Code.CMPXCHG: _exchange,
    Code.RESERVE: _exchange,
    Code.RELEASE: _exchange,
    Code.STORE_RANGE: _store_range,
    Code.ALLOC: _alloc,
    Code.ALLOC_CYCLIC: _alloc,
}
"""How each is told."""
