# SPDX-License-Identifier: GPL-2.0-or-later
"""Results of earlier runs, taken over where all that they depend on is the same to the byte.

A result depends on our own code, which the store knows, on what was compiled (the driver is, from
the code under test after preprocessing, by one compiler) and on what was asked.  One in so many is
worked out again all the same, and must come out as it was.
"""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeVar, cast

from models.kernel.source import Source
from models.subject.build import compiler
from models.subject.implementation import Implementation
from review.run.store import NOWHERE, ResultStore

AGAIN = 200
"""One in so many results that could be taken over is worked out again."""
_TOOLS = ("gcc", "clang", "valgrind")
"""What is used beside the compiler, if it is there."""
_T = TypeVar("_T")


class Earlier(NamedTuple):
    """What is kept, and when and where it was made."""

    value: object
    made: str


class Results:
    """What earlier runs came to, by kind and by what it depends on; ``draw`` chooses what is worked
    out again.

    ``store`` has them, and whatever else is kept.  ``taken`` counts what was taken over, by kind,
    ``made`` says when and where that was made.
    """

    def __init__(self, store: ResultStore = NOWHERE, draw: random.Random | None = None) -> None:
        self.store = store
        self._draw = draw or random.Random()
        self.taken: dict[str, int] = {}
        self.asked: dict[str, int] = {}
        self.made: set[str] = set()

    def known(self, kind: str, parts: object) -> Earlier | None:
        """What is kept of this kind for these ``parts``, which say all that it depends on but for
        our own code."""
        kept = self.store.read(kind, _key(parts))
        return None if kept is None else Earlier(*kept)

    def again(self) -> bool:
        """Whether the next that could be taken over is to be worked out again."""
        return not self._draw.randrange(AGAIN)

    def count(self, kind: str, taken: Earlier | None) -> None:
        """Count one as asked for, and as taken over unless None is."""
        self.asked[kind] = self.asked.get(kind, 0) + 1
        if taken is not None:
            self.taken[kind] = self.taken.get(kind, 0) + 1
            self.made.add(taken.made)

    def keep(self, kind: str, parts: object, value: object) -> None:
        """Keep a result."""
        self.store.write(kind, _key(parts), value)

    def of(
        self,
        kind: str,
        parts: object,
        make: Callable[[], _T],
        whole: Callable[[_T], bool] = lambda _: True,
    ) -> _T:
        """What an earlier run made, or what is made now, which is kept; only what is ``whole``."""
        known = self.known(kind, parts)
        if known is not None and not whole(cast(_T, known.value)):
            known = None
        self.count(kind, known)
        if known is not None:
            return cast(_T, known.value)
        made = make()
        if whole(made):
            self.keep(kind, parts, made)
        return made


def source_key(source: Source, *, steps: bool = False) -> object:
    """All that a result about a source depends on; with the base that it is held against and, where
    origins are told, the ``steps`` from there."""
    mine = (source.name, source.title, source.version, source.defines, source.configuration,
            _files(source.sha256))  # fmt: skip
    lineage = source.lineage
    if lineage is None:
        return mine
    on_way = [(one.label, one.subject, one.source and source_key(one.source)) for one in
              lineage.steps] if steps else ()  # fmt: skip
    return (*mine, source_key(lineage.base), on_way)


def implementation_key(one: Implementation, *shifts: int, steps: bool = False) -> object:
    """All that a result about an implementation depends on, at these chunk shifts or at all."""
    programs = [(s, _content(one.executables[s])) for s in shifts or sorted(one.executables)]
    source = source_key(one.source, steps=steps)
    return one.name, one.one_level, one.deviations, source, programs


def program_key(one: Implementation, s: int) -> object:
    """All that what an implementation answers at a chunk shift depends on: the program that is run,
    however its source says the same, and what it is held against."""
    source, lineage = one.source, one.source.lineage
    told = (source.name, source.title, source.version, source.defines, source.configuration)
    base = None if lineage is None else source_key(lineage.base)
    return one.name, one.one_level, one.deviations, told, base, _content(one.executables[s])


def tools() -> object:
    """What compiles and measures: where it is, and when it came there."""
    found = [(name, shutil.which(name)) for name in (*compiler()[:1], *_TOOLS)]
    arguments = compiler()[1:]
    return arguments, [
        (name, path, path and Path(path).resolve().stat().st_mtime_ns) for name, path in found
    ]


def _files(sha256: Mapping[str, str]) -> object:
    return sorted(sha256.items())


def _key(parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


@cache
def _content(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
