# SPDX-License-Identifier: GPL-2.0-or-later
"""Data races that the explorer saw: addresses in the code as places in its source, and which of
them are known (``specs/races.py``)."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from specs import races
from specs.races import KnownRace

_UNDER_TEST = re.compile(r"(?:^|/)((?:lib|include/linux)/[\w.-]*(?:xarray|radix)[\w.-]*)$")
_LINE = re.compile(r"(.*):(\d+|\?)(?: .*)?")


@dataclass(frozen=True, slots=True, order=True)
class CodePlace:
    """A line of a function of the code under test, or of ours where an access is in neither."""

    function: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.function}() ({self.file}:{self.line})"


@dataclass(frozen=True, slots=True, order=True)
class Race:
    """A reader's load and a writer's store of a ``field`` that nothing orders."""

    field: str
    load: CodePlace
    load_plain: bool
    store: CodePlace
    store_plain: bool

    @property
    def known(self) -> KnownRace | None:
        """What is known of it, if it is."""
        return races.known(self.field, self.load.function, self.store.function)

    @property
    def pair(self) -> str:
        """What it is known by in another version of the code, where lines differ."""
        return f"{self.field}: {self.load.function}, {self.store.function}"

    def __str__(self) -> str:
        load, store = (
            "plain" if plain else "marked" for plain in (self.load_plain, self.store_plain)
        )
        return f"{load} load of {self.field} in {self.load}, {store} store in {self.store}"


@dataclass(frozen=True, slots=True)
class SeenRace:
    """A race as an execution shows it: the reader's ``start`` and its schedule."""

    race: Race
    start: int
    schedule: str
    switches: int


_PLACES: dict[Path, dict[int, CodePlace]] = {}
_LOCK = Lock()


def seen(executable: Path, rows: Iterable[list[str]]) -> tuple[SeenRace, ...]:
    """The races of the explorer's rows, each pair of places once."""
    listed = list(rows)
    found = _places(executable, {int(row[at], 16) for row in listed for at in (1, 3)})
    kept: dict[Race, SeenRace] = {}
    for load, load_at, store, store_at, location, start, schedule, switches in listed:
        race = Race(
            _field(location),
            found[int(load_at, 16)],
            load == "plain",
            found[int(store_at, 16)],
            store == "plain",
        )
        one = SeenRace(race, int(start), schedule, int(switches))
        if race not in kept or one.switches < kept[race].switches:
            kept[race] = one
    return tuple(kept.values())


def _field(location: str) -> str:
    """``N0.marks[1]`` is the field ``marks``."""
    return location.rpartition(".")[2].partition("[")[0]


def _places(executable: Path, addresses: set[int]) -> dict[int, CodePlace]:
    with _LOCK:
        known = _PLACES.setdefault(executable, {})
        asked = sorted(addresses - known.keys())
        if asked:
            # An address is that of the instruction after the call.
            given = [hex(address - 1) for address in asked]
            command = ["addr2line", "-a", "-f", "-i", "-e", str(executable), *given]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            known.update(zip(asked, _read(done.stdout), strict=True))
        return known


def _read(text: str) -> list[CodePlace]:
    """The innermost function under test of each address: stand-ins of ours may be inlined in it."""
    frames: list[list[CodePlace]] = []
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("0x"):
            frames.append([])
            continue
        file, number = _LINE.fullmatch(next(lines)).groups()  # type: ignore[union-attr]
        named = _UNDER_TEST.search(file)
        name = named[1] if named else Path(file).name
        frames[-1].append(CodePlace(line, name, int(number) if number != "?" else 0))
    return [
        next((one for one in some if _UNDER_TEST.search(one.file)), some[-1]) for some in frames
    ]
