# SPDX-License-Identifier: GPL-2.0-or-later
"""One change that a machine makes to a function."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from models.mutants.machine_made.functions import Function


@dataclass(frozen=True, slots=True)
class Change:
    """Bytes ``start`` to ``end`` of ``file``, within ``function``, become ``text``.

    ``line`` is the one that changes first, counted from 1 in the file, ``offset`` the same from the
    function's first; ``rule`` says what kind of change it is.  ``name`` depends on the function's
    own text and on nothing else, and stays while that does.
    """

    name: str
    file: str
    function: str
    line: int
    offset: int
    rule: str
    start: int
    end: int
    text: bytes

    def applied(self, contents: bytes) -> bytes:
        """The contents of the file with the change."""
        return contents[: self.start] + self.text + contents[self.end :]


def changed(
    function: Function, contents: bytes, start: int, end: int, text: bytes, rule: str
) -> Change:
    """The change of ``contents``, the file's, that puts ``text`` in the place of these bytes.

    It has as many lines as what it replaces where that is possible: assertions tell lines, and
    objects that differ in these only are alike.
    """
    lines = contents[start:end].count(b"\n")
    if text.count(b"\n") < lines:
        text += b"\n" * (lines - text.count(b"\n"))
    elif text.count(b"\n") > lines:
        text = b" ".join(text.split(b"\n")) + b"\n" * lines
    first = start
    while first < end and contents[first : first + 1] == text[first - start : first - start + 1]:
        first += 1
    line = contents.count(b"\n", 0, first) + 1
    before = contents[function.start : function.end]
    after = contents[function.start : start] + text + contents[end : function.end]
    digest = hashlib.sha256(b"\0".join(b" ".join(one.split()) for one in (before, after)))
    offset = line - function.line
    name = f"{function.name}+{offset}.{digest.hexdigest()[:10]}"
    return Change(name, function.file, function.name, line, offset, rule, start, end, text)
