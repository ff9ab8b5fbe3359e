# SPDX-License-Identifier: GPL-2.0-or-later
"""Operations as statements of C in the manner of a kernel's ``lib/test_xarray.c``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from xarray_model import geometry
from xarray_model.entries import ZERO, is_internal, is_node, is_sibling, is_value
from xarray_model.flags import ArrayFlag
from xarray_model.geometry import CHUNK_SHIFTS
from xarray_model.operations import WORD, Code, Flag, Operation

_WIDTH = 72


class NoCode(Exception):
    """The case cannot be told in test code; the message says why."""


@dataclass(frozen=True, slots=True)
class How:
    """How operations are told: at a chunk shift, with the page cache's update callback or without,
    and on an array that is made with ``flags``."""

    s: int
    update: bool = False
    flags: ArrayFlag = ArrayFlag.NONE


def entry_text(word: int) -> str:
    """An entry in C: values as the API makes them, pointers to things that are there anyway."""
    if not word:
        return "NULL"
    if is_value(word):
        return f"xa_mk_value({word >> 1})"
    if is_internal(word):
        raise NoCode("test code stores no internal entries")
    return "xa" if word == 4 else f"&xa->xa_head + {word // 4}" if word != 8 else "&xa->xa_head"


def index_text(index: int) -> str:
    """An index in C."""
    if index == WORD:
        return "ULONG_MAX"
    return str(index) if index < 10 else f"{index:#x}" if index < 1 << 31 else f"{index:#x}UL"


def answered(call: str, entry: int) -> str:
    """The check that a call answers an entry as a slot has it."""
    if is_node(entry):
        return f"XA_BUG_ON(xa, !xa_is_node({call}));"
    if entry == ZERO:
        text = "XA_ZERO_ENTRY"
    elif is_sibling(entry, max(CHUNK_SHIFTS)):
        text = f"xa_mk_sibling({entry >> 2})"
    elif is_internal(entry):
        raise NoCode("test code has no name for an entry that is answered")
    else:
        text = entry_text(entry)
    line = f"XA_BUG_ON(xa, {call} != {text});"
    return line if len(line) <= _WIDTH else f"XA_BUG_ON(xa, {call} !=\n\t\t{text});"


def _store(one: Operation, words: Sequence[int], how: How) -> list[str]:
    index, entry = index_text(one.index), entry_text(one.entry)
    # What the shorter calls do depends on how they lock, and on whether free indices are tracked.
    if how.update or how.flags & ~ArrayFlag.ACCOUNT:
        tracked = bool(one.entry) and how.flags & ArrayFlag.TRACK_FREE
        return [
            "{",
            f"\tXA_STATE_ORDER(xas, xa, {index}, {one.order});",
            "",
            *(["\txas_set_update(&xas, check_update);"] if how.update else []),
            "\tdo {",
            "\t\txas_lock(&xas);",
            f"\t\txas_store(&xas, {entry});",
            *(["\t\txas_clear_mark(&xas, XA_FREE_MARK);"] if tracked else []),
            "\t\txas_unlock(&xas);",
            "\t} while (xas_nomem(&xas, GFP_KERNEL));",
            "}",
        ]
    if one.order:
        return [f"xa_store_order(xa, {index}, {one.order}, {entry}, GFP_KERNEL);"]
    if not one.entry:
        return [f"xa_erase(xa, {index});"]
    return [f"xa_store(xa, {index}, {entry}, GFP_KERNEL);"]


def _split(one: Operation, words: Sequence[int], how: How) -> list[str]:
    update = ["\txas_set_update(&xas, check_update);"] if how.update else []
    return [
        "{",
        f"\tXA_STATE_ORDER(xas, xa, {index_text(one.index)}, {one.new_order});",
        "",
        *update,
        *(f"\t{line}" for line in split_through("xas", one, how)),
        "}",
    ]


def split_through(cursor: str, one: Operation, how: How) -> list[str]:
    """A split through a cursor of the new order."""
    return [
        *split_alloc(cursor, one, how),
        *split_alone(cursor, one),
        "/* No node was allocated in vain. */",
        f"XA_BUG_ON(xa, {cursor}.xa_alloc);",
        f"xas_destroy(&{cursor});",
    ]


def split_alone(cursor: str, one: Operation) -> list[str]:
    """The split itself, with nodes that are there."""
    return [
        f"xas_lock(&{cursor});",
        f"xas_split(&{cursor}, {entry_text(one.entry)}, {one.order});",
        f"xas_unlock(&{cursor});",
    ]


def split_alloc(cursor: str, one: Operation, how: How) -> list[str]:
    """The nodes for a split, on a cursor of the new order."""
    entry = entry_text(one.entry)
    flags = "GFP_NOWAIT" if one.flags & Flag.NONBLOCKING else "GFP_KERNEL"
    error = [f"XA_BUG_ON(xa, xas_error(&{cursor}));"]
    if geometry.one_level_limit_exceeded(one.order, one.new_order, how.s):
        error = [
            f"if (xas_error(&{cursor})) {{",
            "\t/* It may be refused where it is not supported. */",
            f"\txas_destroy(&{cursor});",
            "\txa_destroy(xa);",
            "\treturn;",
            "}",
        ]
    return [
        f"xas_split_alloc(&{cursor}, {entry}, {one.order}, {flags});",
        *error,
    ]


def _try_split(one: Operation, words: Sequence[int], how: How) -> list[str]:
    update = ["\txas_set_update(&xas, check_update);"] if how.update else []
    check = "!xas_error(&xas)" if words[0] else "xas_error(&xas)"
    step = [
        "\txas_lock(&xas);",
        f"\txas_try_split(&xas, {entry_text(one.entry)}, {one.order});",
        "\txas_unlock(&xas);",
    ]
    if one.flags & Flag.RETRY:
        again = "\t} while (xas_nomem(&xas, GFP_KERNEL));"
        step = ["\tdo {", *(f"\t{line}" for line in step), again]
    return [
        "{",
        f"\tXA_STATE_ORDER(xas, xa, {index_text(one.index)}, {one.new_order});",
        "",
        *update,
        *step,
        f"\tXA_BUG_ON(xa, {check});",
        "\txas_destroy(&xas);",
        "}",
    ]


def _mark(one: Operation, words: Sequence[int], how: How) -> list[str]:
    what = "set" if one.code is Code.SET_MARK else "clear"
    return [f"xa_{what}_mark(xa, {index_text(one.index)}, XA_MARK_{one.mark});"]


def _get_mark(one: Operation, words: Sequence[int], how: How) -> list[str]:
    return [has_mark(index_text(one.index), one.mark, bool(words[0]))]


def has_mark(index: str, mark: int, has: bool) -> str:
    """The check that an index has a mark, or has it not."""
    return f"XA_BUG_ON(xa, {'!' if has else ''}xa_get_mark(xa, {index}, XA_MARK_{mark}));"


def _load(one: Operation, words: Sequence[int], how: How) -> list[str]:
    return [f"XA_BUG_ON(xa, xa_load(xa, {index_text(one.index)}) != {entry_text(words[0])});"]


def _get_order(one: Operation, words: Sequence[int], how: How) -> list[str]:
    return [f"XA_BUG_ON(xa, xa_get_order(xa, {index_text(one.index)}) != {words[0]});"]


def find(one: Operation, words: Sequence[int], how: How) -> list[str]:
    """An iteration, and the check of how many entries it finds."""
    marked = one.code is Code.FIND_MARKED
    each = "xas_for_each_marked" if marked else "xas_for_each"
    mark = f", XA_MARK_{one.mark}" if marked else ""
    pause = ["\t\txas_pause(&xas);"] if one.flags & Flag.PAUSE else []
    return [
        "{",
        f"\tXA_STATE(xas, xa, {index_text(one.index)});",
        "\tunsigned int found = 0;",
        "\tvoid *entry;",
        "",
        "\trcu_read_lock();",
        f"\t{each}(&xas, entry, {index_text(one.argument)}{mark}) {{",
        "\t\tXA_BUG_ON(xa, xa_is_internal(entry));",
        f"\t\tif (++found > {words[0]})",
        "\t\t\tbreak;",
        *pause,
        "\t}",
        "\trcu_read_unlock();",
        f"\tXA_BUG_ON(xa, found != {words[0]});",
        "}",
    ]


def _destroy(one: Operation, words: Sequence[int], how: How) -> list[str]:
    return (["check_forget();"] if how.update else []) + ["xa_destroy(xa);"]


_ARRAY_FLAGS = {
    Flag.LOCK_IRQ: "XA_FLAGS_LOCK_IRQ",
    Flag.LOCK_BH: "XA_FLAGS_LOCK_BH",
    Flag.ALLOC: "XA_FLAGS_ALLOC",
    Flag.ZERO_BUSY: "XA_FLAGS_ZERO_BUSY",
    Flag.ACCOUNT: "XA_FLAGS_ACCOUNT",
}


def _init(one: Operation, words: Sequence[int], how: How) -> list[str]:
    names = [name for flag, name in _ARRAY_FLAGS.items() if one.flags & flag]
    if one.flags & Flag.ZERO_BUSY:
        names = [name for name in names if name not in ("XA_FLAGS_ALLOC", "XA_FLAGS_ZERO_BUSY")]
        names.append("XA_FLAGS_ALLOC1")
    return [f"xa_init_flags(xa, {' | '.join(names) or '0'});"]


def as_locked(line: str, flags: ArrayFlag) -> str:
    """A line of C that takes or drops the lock as users of an array with ``flags`` do."""
    kind = "_irq" if flags & ArrayFlag.LOCK_IRQ else "_bh" if flags & ArrayFlag.LOCK_BH else ""
    return re.sub(r"\b(xas?_(?:un)?lock)\(", rf"\1{kind}(", line)


STATEMENTS = {
    Code.INIT: _init,
    Code.STORE: _store,
    Code.SPLIT: _split,
    Code.TRY_SPLIT: _try_split,
    Code.SET_MARK: _mark,
    Code.CLEAR_MARK: _mark,
    Code.GET_MARK: _get_mark,
    Code.LOAD: _load,
    Code.GET_ORDER: _get_order,
    Code.FIND: find,
    Code.FIND_MARKED: find,
    Code.DESTROY: _destroy,
}
