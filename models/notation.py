# SPDX-License-Identifier: GPL-2.0-or-later
"""Entries and operations as short text, readable and exact: every word has one text and back.

``NULL``, ``ptr5`` (the pointer word 4 * 5), ``v:17`` (a value entry), ``sib->3``, ``retry``,
``zero``, ``node:2`` (pre-order ordinal), ``node?`` (leads nowhere), ``-ENOMEM``, ``error:-5``,
``internal:300``, and the plain word in hexadecimal for pointers too large to be a short name.
"""

from __future__ import annotations

import re

from xarray_model import entries
from xarray_model.operations import FIELDS, Flag, Operation
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


def operation_text(operation: Operation) -> str:
    """One line for one operation, such as ``store(index=8, order=3, entry=ptr1)``."""
    parts = []
    for field in FIELDS[operation.code]:
        value = getattr(operation, field)
        parts.append(f"{field}={entry_text(value) if field == 'entry' else value}")
    parts += flag_names(operation.flags)
    return f"{operation.code.name.lower()}({', '.join(parts)})"
