# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes a compiler's assembly tell what it does: every line, store, branch and call of the source.

Each becomes a *site*, with a number; the code calls ``trace.c`` with it, which notes it down and
may let it do something else.  x86-64 in AT&T syntax only, compiled without optimisation.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from enum import Enum


class Kind(Enum):
    """What a site is."""

    LINE = "line"
    STORE = "store"
    ARGUMENT = "argument"
    """A store of what the function was called with, in its first instructions."""
    BRANCH = "branch"
    CALL = "call"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Site:
    """A place of the source: ``line`` (from 1) of ``file`` in ``function``.

    In code that is not the source's own, such as a stand-in header, ``file`` is "".  ``size``:
    bytes that are stored; ``local``: to the stack; ``callee``: what is called, "" by a pointer.
    """

    kind: Kind
    file: str
    line: int
    function: str
    size: int = 0
    local: bool = False
    callee: str = ""


_FILE = re.compile(r'\.file\s+(\d+)\s+(?:"([^"]*)"\s+)?"([^"]*)"')
_LOC = re.compile(r"\.loc\s+(\d+)\s+(\d+)")
_FUNCTION = re.compile(r"\.type\s+(\S+),\s*@function")
_LABEL = re.compile(r"([A-Za-z_]\w*):")
_BRANCH = re.compile(r"j(?!mp)([a-z]+)\s+(\S+)$")
_WRITES_LAST = r"(?:mov(?:abs)?|add|sub|and|or|xor|sal|shl|shr|sar|adc|sbb|xchg)([bwlq])\s+.*,\s*"
_WRITES_ONE = r"(?:inc|dec|neg|not|sal|shl|shr|sar)([bwlq])\s+"
_PLACE = r"([-\w.+@]*\(%\w+(?:,%\w+)?(?:,\d)?\)|[-\w.+@]*\(,%\w+,\d\))$"
_STORE = re.compile(f"(?:{_WRITES_LAST}|{_WRITES_ONE}|set[a-z]+()\\s+){_PLACE}")
_SIZES = {"b": 1, "w": 2, "l": 4, "q": 8}


@dataclass
class Rewriter:
    """Rewrites one file after another; ``sites`` are those of all, by number.

    ``own``: the paths of the source's files, as the compiler was given them.
    """

    own: Collection[str]
    sites: list[Site] = field(default_factory=list)
    _files: dict[str, str] = field(default_factory=dict)
    _place: tuple[str, int] = ("", 0)
    _function: str = ""
    _locations: int = 0
    """How many it has had so far: the first is its own, before its arguments are stored."""

    def rewrite(self, text: str) -> str:
        """The assembly with the calls."""
        self._files, self._place, self._function = {}, ("", 0), ""
        return "\n".join(line for one in text.splitlines() for line in self._line(one)) + "\n"

    def _line(self, line: str) -> Iterator[str]:
        code = line.partition("#")[0].strip() if '"' not in line else line.strip()
        if code.startswith("."):
            self._directive(code)
            yield line
            if _LOC.match(code):
                yield from self._step()
        elif found := _LABEL.match(code):
            if found[1] in self._functions:
                self._function, self._locations, self._place = found[1], 0, ("", 0)
            yield line
        elif not self._function:
            yield line
        elif found := _BRANCH.match(code):
            yield from self._branch(found[1], found[2])
        elif code.startswith("call"):
            yield from self._call(line)
        elif code == "ret":
            yield from (*_told("return", self._site(Kind.RETURN, 8)), line)
        elif (found := _STORE.match(code)) and "%rsp" not in found[4]:
            yield from self._store(line, _SIZES.get(found[1] or found[2], 1), found[4])
        else:
            yield line

    _functions: set[str] = field(default_factory=set)

    def _directive(self, code: str) -> None:
        if found := _FILE.match(code):
            number, folder, name = found.groups()
            path = f"{folder}/{name}" if folder and not name.startswith("/") else name
            known = [one for one in self.own if path == one or path.endswith("/" + one)]
            # The unit itself is also told with the folder that it was compiled in.
            self._files[number] = (
                known[0]
                if (known and not folder) or number == "0"
                else (name if name in self.own else "")
            )
        elif found := _LOC.match(code):
            self._place = (self._files.get(found[1], ""), int(found[2]))
            self._locations += 1
        elif found := _FUNCTION.match(code):
            self._functions.add(found[1])

    def _site(self, kind: Kind, size: int = 0, local: bool = False, callee: str = "") -> str:
        file, line = self._place
        self.sites.append(Site(kind, file, line, self._function, size, local, callee))
        return str(len(self.sites) - 1)

    def _step(self) -> Iterator[str]:
        if self._place[0] and self._function:
            yield from _told("step", self._site(Kind.LINE))

    def _branch(self, condition: str, target: str) -> Iterator[str]:
        number = self._site(Kind.BRANCH)
        yield f"\tset{condition} where_taken(%rip)"
        yield from _told("branch", number)
        # No flag may change on either way.
        yield from ("\tpushfq", "\tcmpb $0, where_taken(%rip)", f"\tjne .Lwhere_taken{number}")
        yield from ("\tpopfq", f"\tjmp .Lwhere_not{number}", f".Lwhere_taken{number}:", "\tpopfq")
        yield from (f"\tjmp {target}", f".Lwhere_not{number}:")

    def _call(self, line: str) -> Iterator[str]:
        named = re.match(r"\s*callq?\s+([A-Za-z_]\w*)", line)
        number = self._site(Kind.CALL, callee=named[1] if named else "")
        yield from _told("call", number)
        yield from ("\tcmpb $0, where_skipped(%rip)", f"\tjne .Lwhere_skipped{number}")
        yield from (line, f".Lwhere_skipped{number}:")

    def _store(self, line: str, size: int, place: str) -> Iterator[str]:
        local = "(%rbp" in place
        kind = Kind.ARGUMENT if local and self._locations == 1 else Kind.STORE
        number = self._site(kind, size, local)
        yield from ("\tpushq %rax", f"\tleaq {place}, %rax", "\tpushq %rax")
        yield from _told("before", number)
        yield from ("\tleaq 8(%rsp), %rsp", "\tpopq %rax", line)
        yield from _told("after", number)


def _told(what: str, number: str) -> Iterator[str]:
    yield from (f"\tpushq ${number}", f"\tcall where_{what}_stub", "\tleaq 8(%rsp), %rsp")
