# SPDX-License-Identifier: GPL-2.0-or-later
"""One execution of a reader against a writer, as a file to send.

A file is JSON.  It names the code that was explored by the hashes of its sources, and has the
schedule that replays the execution; whoever replays it learns whether it still breaks the promise.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from models.case.strict_json import Files, FormatError, Record, Shift, convert, parse
from models.kernel.printable import clean
from models.kernel.source import Source
from models.readers import explorer
from models.readers.build import build
from models.readers.columns import lines
from models.readers.explore import Found, Report
from models.readers.explorer import Case, ExplorerError
from specs.readers import PROMISES, Memory

FORMAT: Literal["xasplit schedule"] = "xasplit schedule"
VERSION: Literal[1] = 1
MOST_BYTES = 4 << 20
"""Size of the largest file that is read."""

_LARGEST_INDEX = 1 << 20

Name: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^[a-z][a-z-]{0,39}(?![\s\S])",
        extra={"must": "be a name of small letters and dashes"},
    ),
]
Choices: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^(-|before|after|\d{1,6}:\d{1,6}(,\d{1,6}:\d{1,6})*)(?![\s\S])",
        max_length=500,
        extra={"is": "no schedule"},
    ),
]
Order: TypeAlias = Annotated[int, Meta(ge=0, le=10)]
Base: TypeAlias = Annotated[int, Meta(ge=0, le=_LARGEST_INDEX)]
Index: TypeAlias = Annotated[int, Meta(ge=0, le=2 * _LARGEST_INDEX)]


class _Source(Record):
    """The code that was explored."""

    name: str
    version: str
    files: Files


class _Writer(Record):
    """A writer and the entry that it works on."""

    name: Name
    order: Order
    new_order: Order
    base: Base
    at: Index

    def __post_init__(self) -> None:
        if self.new_order > self.order:
            raise ValueError("new_order must not be larger than the order")
        if self.base % (1 << self.order) or not 0 <= self.at - self.base < 1 << self.order:
            raise ValueError("at must lie in an entry that is aligned to its order")


class _Promise(Record):
    """The promise that the reader broke, and how."""

    name: str
    statement: str
    text: str

    def __post_init__(self) -> None:
        if self.name not in PROMISES:
            raise ValueError(f"unknown promise {self.name[:40]!r}")


class _File(Record):
    """What a file says."""

    format: Literal["xasplit schedule"]
    version: Literal[1]
    replay: str
    source: _Source
    chunk_shift: Shift
    writer: _Writer
    memory: Memory
    reader: Name
    start: Index
    schedule: Choices
    promise: _Promise
    shown: Annotated[tuple[str, ...], Meta(max_length=10_000)]

    def __post_init__(self) -> None:
        if self.replay != _replay(self.read):
            raise ValueError("replay is not the command that replays this schedule")

    @property
    def read(self) -> Schedule:
        """The schedule that it says."""
        return Schedule(
            self.source.name,
            self.source.version,
            self.source.files,
            self.chunk_shift,
            Case(*msgspec.structs.astuple(self.writer)),
            self.memory,
            self.reader,
            self.start,
            self.schedule,
            self.promise.name,
            self.promise.text,
            self.shown,
        )


@dataclass(frozen=True, slots=True)
class Schedule:
    """One execution, and the promise that it broke when it was found.

    ``start`` is the index that the reader asks about or starts from; ``schedule`` its choices in
    the notation of ``PROTOCOL.md``.  ``name``, ``version`` and ``sources`` (sha256 of each file, by
    its path) say which code was explored; ``text`` and ``shown`` (its two columns) are for people.
    """

    name: str
    version: str
    sources: Mapping[str, str]
    chunk_shift: int
    case: Case
    memory: Memory
    reader: str
    start: int
    schedule: str
    promise: str
    text: str
    shown: tuple[str, ...]

    @property
    def command(self) -> str:
        """The argument of ``xasplit rcu --replay`` that shows this execution."""
        return (
            f"{self.chunk_shift} {self.case} {self.memory.value} {self.reader} {self.start}"
            f" {self.schedule}"
        )


@dataclass(frozen=True, slots=True)
class Replayed:
    """What replaying a schedule came to.

    ``broken`` are the promises that the execution breaks now.  ``problem`` says in one line
    why there is no such execution of this code, or is "".  ``same_source``: the code is the one
    that the schedule was found in, file by file.
    """

    reproduced: bool
    broken: tuple[str, ...]
    problem: str
    same_source: bool


def of(report: Report, chunk_shift: int, found: Found) -> Schedule:
    """The schedule of a finding of a report, which has it at this chunk shift.

    Raises ExplorerError when replaying it does not break the same promise.
    """
    result, breach = found.result, found.breach
    events, broken = explorer.replay(
        report.executables[chunk_shift],
        result.case,
        result.memory,
        result.reader,
        breach.start,
        breach.schedule,
    )
    if breach.promise not in broken:
        promises = ", ".join(broken) or "nothing"
        raise ExplorerError(f"{result.case}: {breach.schedule} breaks {promises} only")
    return Schedule(
        clean(report.source.name),
        clean(report.source.version),
        dict(_compiled(report.source)),
        chunk_shift,
        result.case,
        result.memory,
        result.reader,
        breach.start,
        breach.schedule,
        breach.promise,
        clean(breach.text),
        tuple(clean(line) for line in lines(events, result.reader)),
    )


def dumps(report: Report, chunk_shift: int, found: Found) -> str:
    """The text of a file with the schedule of a finding of a report at this chunk shift.

    Raises ExplorerError when the finding does not replay.
    """
    one = of(report, chunk_shift, found)
    file = _File(
        FORMAT,
        VERSION,
        _replay(one),
        _Source(one.name, one.version, dict(sorted(one.sources.items()))),
        one.chunk_shift,
        _Writer(one.case.writer, one.case.order, one.case.new_order, one.case.base, one.case.at),
        one.memory,
        one.reader,
        one.start,
        one.schedule,
        _Promise(one.promise, PROMISES[one.promise].statement, one.text),
        one.shown,
    )
    return json.dumps(msgspec.to_builtins(file), indent=2) + "\n"


def _replay(one: Schedule) -> str:
    return f"xasplit rcu --replay '{one.command}'"


def loads(text: str | bytes) -> Schedule:
    """The schedule in a file's text; ValueError with one line when it is none."""
    if len(text) > MOST_BYTES:
        raise FormatError(f"the file is larger than {MOST_BYTES >> 20} MiB")
    return convert(parse(text, "a schedule", FORMAT, VERSION), _File).read


def replay(schedule: Schedule, source: Source) -> Replayed:
    """Run the execution on ``source``, which need not be the code that it was found in.

    Raises BuildError when the source does not compile for the explorer.
    """
    same = dict(schedule.sources) == _compiled(source)
    executable = build(source, schedule.chunk_shift)
    try:
        _, broken = explorer.replay(
            executable,
            schedule.case,
            schedule.memory,
            schedule.reader,
            schedule.start,
            schedule.schedule,
        )
    except ExplorerError as error:
        return Replayed(False, (), clean(str(error)), same)
    return Replayed(schedule.promise in broken, broken, "", same)


def _compiled(source: Source) -> dict[str, str]:
    """The hashes of the files that make the explorer of a source."""
    return {
        path: digest
        for path, digest in source.sha256.items()
        if path.endswith((".c", ".h")) and not path.startswith("lib/test_")
    }
