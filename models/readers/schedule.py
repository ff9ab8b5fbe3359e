# SPDX-License-Identifier: GPL-2.0-or-later
"""One execution of a reader against a writer, as a file to send.

A file is JSON.  It names the code that was explored by the hashes of its sources, and has the
schedule that replays the execution; whoever replays it learns whether it still breaks the promise.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from models.case.strict_json import FormatError, Reader, parse
from models.kernel.printable import clean
from models.kernel.source import Source
from models.readers import explorer
from models.readers.build import build
from models.readers.columns import lines
from models.readers.explore import Found, Report
from models.readers.explorer import Case, ExplorerError
from specs.readers import PROMISES, Memory
from xarray_model.geometry import CHUNK_SHIFTS

FORMAT = "xasplit schedule"
VERSION = 1
MOST_BYTES = 4 << 20
"""Size of the largest file that is read."""
MOST_LINES = 10_000

_NAME = re.compile("[a-z][a-z-]{0,39}")
_SCHEDULE = re.compile(r"-|before|after|\d{1,6}:\d{1,6}(,\d{1,6}:\d{1,6})*")
_LONGEST_SCHEDULE = 500
_LARGEST_ORDER = 10
_LARGEST_INDEX = 1 << 20


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
        told = ", ".join(broken) or "nothing"
        raise ExplorerError(f"{result.case}: {breach.schedule} breaks {told} only")
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
    record = {
        "format": FORMAT,
        "version": VERSION,
        "replay": f"xasplit rcu --replay '{one.command}'",
        "source": {
            "name": one.name,
            "version": one.version,
            "files": dict(sorted(one.sources.items())),
        },
        "chunk_shift": one.chunk_shift,
        "writer": {
            "name": one.case.writer,
            "order": one.case.order,
            "new_order": one.case.new_order,
            "base": one.case.base,
            "at": one.case.at,
        },
        "memory": one.memory.value,
        "reader": one.reader,
        "start": one.start,
        "schedule": one.schedule,
        "promise": {
            "name": one.promise,
            "statement": PROMISES[one.promise].statement,
            "text": one.text,
        },
        "shown": list(one.shown),
    }
    return json.dumps(record, indent=2) + "\n"


def loads(text: str | bytes) -> Schedule:
    """The schedule in a file's text; ValueError with one line when it is none."""
    if len(text) > MOST_BYTES:
        raise FormatError(f"the file is larger than {MOST_BYTES >> 20} MiB")
    file = parse(text)
    file.require("a schedule", FORMAT, VERSION)
    (_, _, replayed, source, shift, writer, memory, reader, start, schedule, promise, shown) = (
        file.fields(
            "format",
            "version",
            "replay",
            "source",
            "chunk_shift",
            "writer",
            "memory",
            "reader",
            "start",
            "schedule",
            "promise",
            "shown",
        )
    )
    name, named_version, files = source.fields("name", "version", "files")
    broken, _, told = promise.fields("name", "statement", "text")
    one = Schedule(
        name.text(),
        named_version.text(),
        files.digests(),
        shift.number(max(CHUNK_SHIFTS), min(CHUNK_SHIFTS)),
        _case(writer),
        memory.parsed(_memory),
        reader.parsed(_named),
        start.number(2 * _LARGEST_INDEX),
        schedule.parsed(_choices),
        broken.parsed(_promise),
        told.text(),
        tuple(line.text() for line in shown.items(MOST_LINES)),
    )
    if replayed.text() != f"xasplit rcu --replay '{one.command}'":
        replayed.fail("is not the command that replays this schedule")
    return one


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


def _case(record: Reader) -> Case:
    name, order, new_order, base, at = record.fields("name", "order", "new_order", "base", "at")
    case = Case(
        name.parsed(_named),
        order.number(_LARGEST_ORDER),
        new_order.number(_LARGEST_ORDER),
        base.number(_LARGEST_INDEX),
        at.number(2 * _LARGEST_INDEX),
    )
    if case.new_order > case.order:
        new_order.fail("must not be larger than the order")
    if case.base % (1 << case.order) or not 0 <= case.at - case.base < 1 << case.order:
        at.fail("must lie in an entry that is aligned to its order")
    return case


def _named(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError("must be a name of small letters and dashes")
    return text


def _choices(text: str) -> str:
    if len(text) > _LONGEST_SCHEDULE or not _SCHEDULE.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no schedule")
    return text


def _memory(text: str) -> Memory:
    known = [memory.value for memory in Memory]
    if text not in known:
        raise ValueError(f"must be one of {', '.join(known)}")
    return Memory(text)


def _promise(text: str) -> str:
    if text not in PROMISES:
        raise ValueError(f"unknown promise {text[:40]!r}")
    return text
