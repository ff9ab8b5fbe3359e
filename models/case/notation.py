# SPDX-License-Identifier: GPL-2.0-or-later
"""Entries and operations as short text, readable and exact: every word has one text and back.

``NULL``, ``ptr5`` (the pointer word 4 * 5), ``v:17`` (a value entry), ``sib->3``, ``retry``,
``zero``, ``node:2`` (pre-order ordinal), ``node?`` (leads nowhere), ``-ENOMEM``, ``error:-5``,
``internal:300``, and the plain word in hexadecimal for pointers too large to be a short name.

An operation is written with every field, ``split(index=0, order=2, new_order=0, entry=ptr1)``, and
read with fewer: ``split(0, 2 to 0)``.
"""

from __future__ import annotations

import re
from difflib import get_close_matches

from xarray_model import entries
from xarray_model.operations import (
    EXTRACT_ORDER,
    FIELDS,
    FLAGS,
    LAST_ID,
    LIMITS,
    WORD,
    Code,
    Flag,
    Operation,
)
from xarray_model.snapshot import MALFORMED_NODE

_ERRORS = {entries.ENOMEM: "ENOMEM", entries.EINVAL: "EINVAL", entries.EBUSY: "EBUSY"}
_NAMES = {
    entries.NULL: "NULL",
    entries.RETRY: "retry",
    entries.ZERO: "zero",
    MALFORMED_NODE: "node?",
    **{entries.mk_error(number): f"-{name}" for number, name in _ERRORS.items()},
}
_WORDS = {text: word for word, text in _NAMES.items()}
CODES = {code.name.lower(): code for code in Code}
FLAG_NAMES = {flag.name.lower(): flag for flag in Flag if flag.name and flag}

_LAST_SHORT_POINTER = 999_999
_LAST_SIBLING = 62  # no chunk shift has a sibling of a higher canonical slot
_NUMBERED = re.compile(r"(ptr|v:|sib->|node:|error:-|internal:|0x)([0-9a-f]{1,20})")


def entry_text(word: int) -> str:
    """The text of one entry or result word (unsigned, 64 bits)."""
    if word in _NAMES:
        return _NAMES[word]
    if entries.is_value(word):
        return f"v:{word >> 1}"
    if not entries.is_internal(word):
        number = word >> 2
        return f"ptr{number}" if number <= _LAST_SHORT_POINTER else f"{word:#x}"
    if entries.is_error(word):
        return f"error:-{(1 << 62) - (word >> 2)}"
    if word >> 2 <= _LAST_SIBLING:
        return f"sib->{word >> 2}"
    if entries.is_node(word) and entries.mk_node(entries.node_ordinal(word)) == word:
        return f"node:{entries.node_ordinal(word)}"
    return f"internal:{word >> 2}"


def parse_entry(text: str) -> int:
    """The word that ``entry_text`` writes as ``text``; ValueError for any other text."""
    word = _WORDS.get(text)
    if word is not None:
        return word
    match = _NUMBERED.fullmatch(text)
    if match is not None:
        prefix, digits = match.groups()
        try:
            word = _numbered(prefix, int(digits, 16 if prefix == "0x" else 10))
        except ValueError:
            word = None
        if word is not None and 0 <= word < 1 << 64 and entry_text(word) == text:
            return word
    raise ValueError(f"{text[:40]!r} is not an entry such as NULL, ptr1 or v:17")


def _numbered(prefix: str, number: int) -> int:
    if prefix == "ptr":
        return number << 2
    if prefix == "v:":
        return entries.mk_value(number)
    if prefix == "node:":
        return entries.mk_node(number)
    if prefix == "error:-":
        return entries.mk_error(number)
    return number if prefix == "0x" else entries.mk_internal(number)


def flag_names(flags: Flag) -> list[str]:
    """The names of the flags that are set, in lower case."""
    return [flag.name.lower() for flag in Flag if flag & flags and flag.name]


def _is_entry(code: Code, field: str) -> bool:
    return field == "entry" or (code is Code.CMPXCHG and field == "argument")


def operation_text(operation: Operation) -> str:
    """One line for one operation, such as ``store(index=8, order=3, entry=ptr1)``."""
    parts = []
    for field in FIELDS[operation.code]:
        value = getattr(operation, field)
        text = entry_text(value) if _is_entry(operation.code, field) else value
        parts.append(f"{field}={text}")
    parts += flag_names(operation.flags)
    return f"{operation.code.name.lower()}({', '.join(parts)})"


_EXAMPLE = "store(index=0, order=2, entry=ptr1)"
_CALL = re.compile(r"(\w+)\s*\((.*)\)")
_NUMBER = re.compile(r"[0-9]{1,20}|0x[0-9a-fA-F]{1,16}")
_ORDERS = re.compile(r"(\S+)\s+to\s+(\S+)")
_LEFT_OUT = {
    Code.STORE: {"order": 0, "entry": 4},
    Code.SPLIT: {"entry": 4},
    Code.TRY_SPLIT: {"entry": 4},
    Code.FIND: {"argument": WORD},
    Code.FIND_MARKED: {"argument": WORD},
    Code.NEXT: {"argument": 1},
    Code.PREV: {"argument": 1},
    Code.FIND_AFTER: {"argument": WORD},
    Code.FIND_AFTER_MARKED: {"argument": WORD},
    Code.EXTRACT: {"order": EXTRACT_ORDER, "argument": WORD},
    Code.EXTRACT_MARKED: {"order": EXTRACT_ORDER, "argument": WORD},
    Code.INSERT: {"entry": 4},
    Code.CMPXCHG: {"entry": 4},
    Code.STORE_RANGE: {"entry": 4},
    Code.ALLOC: {"index": 0, "argument": LAST_ID, "entry": 4},
    Code.ALLOC_CYCLIC: {"index": 0, "argument": LAST_ID, "entry": 4},
    Code.CURSOR_SET: {"order": 0},
    Code.CURSOR_FIND: {"argument": WORD},
    Code.CURSOR_FIND_MARKED: {"argument": WORD},
    Code.CURSOR_STORE: {"entry": 4},
    Code.CURSOR_SPLIT: {"entry": 4},
    Code.CURSOR_SPLIT_ALLOC: {"entry": 4},
    Code.CURSOR_SPLIT_ALONE: {"entry": 4},
}
"""What a field is that is left out; the others must be given."""


def parse_operation(text: str) -> Operation:
    """The operation that ``operation_text`` writes as ``text``, or that a person would.

    Fields may be given by name, or in their order without it; ``2 to 0`` gives order and new order;
    an entry that is left out is ``ptr1``, the order of a store 0, the last index of a search the
    last there is, the number of steps 1.  ValueError, with one line that says what is wrong and
    what is expected, for any other text.
    """
    match = _CALL.fullmatch(text.strip())
    if match is None:
        raise ValueError(
            f"{text.strip()[:40]!r} is no operation; expected is one such as {_EXAMPLE}"
        )
    name, inside = match.groups()
    code = CODES.get(name)
    if code is None:
        near = get_close_matches(name, CODES, 1)
        hint = f"did you mean {near[0]}?" if near else f"expected is one such as {_EXAMPLE}"
        raise ValueError(f"there is no operation {name[:40]!r}; {hint}")
    numbers = dict(_LEFT_OUT.get(code, {}))
    given, flags = _arguments(code, inside)
    for field, word in given.items():
        numbers[field] = _field(code, field, word)
    missing = [field for field in FIELDS[code] if field not in numbers]
    if missing:
        raise ValueError(f"{', '.join(missing)} is missing; expected is {_form(code)}")
    return Operation(code, flags=flags, **numbers)


def _arguments(code: Code, inside: str) -> tuple[dict[str, str], Flag]:
    """What is given for each field, and the flags."""
    name, fields = code.name.lower(), FIELDS[code]
    given: dict[str, str] = {}
    flags = Flag.NONE
    place = 0
    for part in (one.strip() for one in inside.split(",")) if inside.strip() else ():
        flag = FLAG_NAMES.get(part, Flag.NONE)
        field, named, word = (one.strip() for one in part.partition("="))
        orders = _ORDERS.fullmatch(part)
        if flag & FLAGS.get(code, Flag.NONE):
            flags |= flag
            continue
        if flag:
            raise ValueError(f"{name} has no flag {part}; expected is {_form(code)}")
        if named:
            found = {field: word}
        elif orders and fields[place : place + 2] == ("order", "new_order"):
            found = dict(zip(("order", "new_order"), orders.groups(), strict=True))
        elif place < len(fields):
            found = {fields[place]: part}
        else:
            raise ValueError(f"{part[:40]!r} is too much; expected is {_form(code)}")
        for one in found:
            if one not in fields:
                raise ValueError(f"{name} has no {one[:40]!r}; expected is {_form(code)}")
            if one in given:
                raise ValueError(f"{one} is given twice; expected is {_form(code)}")
        given |= found
        place += 0 if named else len(found)
    return given, flags


def _field(code: Code, field: str, word: str) -> int:
    if _is_entry(code, field):
        return parse_entry(word)
    if _NUMBER.fullmatch(word) is None:
        raise ValueError(f"{field} {word[:40]!r} is no number; expected is {_form(code)}")
    number = int(word, 16 if word.startswith("0x") else 10)
    if number > LIMITS[field]:
        raise ValueError(f"{field} {word} is not in 0..{LIMITS[field]}")
    return number


def _form(code: Code) -> str:
    """How an operation is written."""
    flags = [f"[{name}]" for name in flag_names(FLAGS.get(code, Flag.NONE))]
    return f"{code.name.lower()}({', '.join([*FIELDS[code], *flags])})"
