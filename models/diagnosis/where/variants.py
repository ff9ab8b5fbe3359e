# SPDX-License-Identifier: GPL-2.0-or-later
"""Cases like the one of a finding, one thing changed: some fail as it does, its neighbours pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from models.case.tree_size import split_nodes
from xarray_model.operations import Code, Flag, Operation

_FIELDS = ("entry", "new_order", "order", "index", "mark", "argument")
_MOST_NODES = 600


def variants(operations: Sequence[Operation], s: int) -> Iterator[tuple[Operation, ...]]:
    """The cases, each once, those that are most like it first; some may be no cases at all."""
    seen = {tuple(operations)}
    for one in _changed(list(operations), s):
        case = tuple(one)
        if case and case not in seen and _small(case, s):
            seen.add(case)
            yield case


def _with(one: Operation, name: str, value: int) -> Operation:
    fields: dict[str, Any] = {name: value}
    return replace(one, **fields)


def _small(case: Sequence[Operation], s: int) -> bool:
    return sum(split_nodes(case, s)) <= _MOST_NODES


def _changed(whole: list[Operation], s: int) -> Iterator[list[Operation]]:
    # One value of a field, wherever it stands.
    for name in _FIELDS:
        for value in sorted({getattr(one, name) for one in whole}):
            for other in _others(name, value, s):
                yield [_with(one, name, other) if _has(one, name, value) else one for one in whole]
    # One field of one operation.
    for place, one in enumerate(whole):
        for name in _FIELDS:
            for other in _others(name, getattr(one, name), s):
                if _has(one, name, getattr(one, name)):
                    yield [*whole[:place], _with(one, name, other), *whole[place + 1 :]]
        if one.flags and one.code is not Code.FAIL:
            yield [*whole[:place], replace(one, flags=Flag.NONE), *whole[place + 1 :]]
    # One operation less, or fewer from the end.
    for place in range(len(whole)):
        yield [*whole[:place], *whole[place + 1 :]]
    for end in range(len(whole) - 1, 0, -1):
        yield whole[:end]


_OF = {
    "entry": {
        Code.STORE,
        Code.SPLIT,
        Code.TRY_SPLIT,
        Code.CURSOR_STORE,
        Code.INSERT,
        Code.CMPXCHG,
        Code.STORE_RANGE,
        Code.ALLOC,
        Code.ALLOC_CYCLIC,
        Code.CURSOR_SPLIT,
        Code.CURSOR_SPLIT_ALLOC,
        Code.CURSOR_SPLIT_ALONE,
    },
    "mark": {
        Code.SET_MARK,
        Code.CLEAR_MARK,
        Code.GET_MARK,
        Code.FIND_MARKED,
        Code.FIND_AFTER_MARKED,
        Code.EXTRACT_MARKED,
        Code.CURSOR_FIND_MARKED,
        Code.CURSOR_SET_MARK,
        Code.CURSOR_CLEAR_MARK,
        Code.CURSOR_GET_MARK,
    },
    "new_order": {Code.SPLIT, Code.TRY_SPLIT, Code.COUNT_ALLOC},
}
"""The operations that have a field; the others are told by their value."""


def _has(one: Operation, name: str, value: int) -> bool:
    if getattr(one, name) != value or one.code is Code.SNAPSHOT:
        return False
    return one.code in _OF[name] if name in _OF else True


def _others(name: str, value: int, s: int) -> list[int]:
    """Other values of a field, the likest first."""
    if name == "entry":
        return [value ^ 1 if value & 1 else value | 1, 0] if value else [4]
    if name == "mark":
        return [mark for mark in range(3) if mark != value]
    if name in ("order", "new_order"):
        orders = (value - 1, value + 1, value - s, value + s, 0)
        return [one for one in dict.fromkeys(orders) if 0 <= one < 64 and one != value]
    steps = (1, 1 << s, 1 << 2 * s)
    near = (0, *(value + sign * step for step in steps for sign in (1, -1)), value ^ 1)
    return [one for one in dict.fromkeys(near) if 0 <= one < 1 << 64 and one != value]
