# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs cases on an executable that tells what it does, and with something changed in it.

The plan is a file beside the executable that both map: ``struct plan`` of ``trace.c``.
"""

from __future__ import annotations

import mmap
import shutil
import struct
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

from models.case.finding import Finding
from models.case.trial import Trial
from models.diagnosis.where.assembly import Site
from models.diagnosis.where.build import build
from models.driver.closing import Closing
from models.driver.worker import TIMED, Status, Worker
from models.subject.implementation import Implementation
from xarray_model.operations import Operation, encode

_PLAN = struct.Struct("<14Q10Q")
_CHANGE = struct.Struct("<IIQQ")
_EVENT = struct.Struct("<IIQQQ")
MOST_CHANGES = 128
"""Cases in one go, each with a change of its own."""
_HANG_SECONDS, _CHANGED_SECONDS = 0.25, 0.1
"""CPU time that a case may take, as it is and with a change; its lines are limited besides."""
_MOST_SLOW = 8
"""Cases with a change that may take longer; no further ones are run then."""
_MOST_EVENTS = 1 << 18
MOST_STEPS = 1 << 20
"""Lines and branches that a case may run; one that was shrunk runs some thousands."""
MOST_OPERATIONS = 64
"""Operations of a case that are told apart."""
MOST_SITES = 1 << 16
"""What is noted with a greater number is no site."""
_OPERATION, _NODE, CALLBACK, PUBLICATION, REQUEST = range(MOST_SITES, MOST_SITES + 5)


class Do(IntEnum):
    """What a change does; the numbers are those of ``trace.c``."""

    FLIP = 1
    """A branch goes the other way."""
    SET = 2
    """Another value is stored."""
    ADD = 3
    """A value is stored that is larger by so much, modulo its size."""
    SKIP = 4
    """A store is not made, a function not called."""
    TAKE = 5
    """A branch is taken."""
    PASS = 6
    """A branch is not taken."""
    AGAIN = 7
    """A branch that goes as ``value`` says, 1 if taken, goes the other way once: a loop that it
    ends goes one round more."""


INSIDE = (1 << 32) - 1
"""Every time in the operation that shows a finding."""


class Change(NamedTuple):
    """What is done otherwise at a site: the ``instance``-th time (from 1) that a case comes by,
    each time (0), or each time in one operation (``INSIDE``)."""

    site: int
    instance: int
    do: Do
    value: int = 0


class Event(NamedTuple):
    """The code came by a site: a branch with ``taken``; a store of ``value`` over ``before`` at
    ``address``."""

    site: int
    taken: bool
    address: int
    before: int
    value: int


@dataclass(frozen=True, slots=True)
class Fields:
    """Where the fields of a node are, in bytes from its start."""

    shift: int
    offset: int
    count: int
    nr_values: int
    parent: int
    array: int
    slots: int
    marks: int
    mark_bytes: int
    node: int


@dataclass(frozen=True, slots=True)
class Trace:
    """What a case did: the events of each operation that began, in order.

    ``nodes``: for each operation that ended the addresses of nodes, by their number in the snapshot
    after it.  ``found``: what broke.  ``whole``: all events were noted.
    """

    operations: list[list[Event]]
    nodes: list[dict[int, int]]
    found: list[Finding]
    whole: bool


class Counted(NamedTuple):
    """What breaks in a case, and for each operation a byte for each site, which is not 0 if it came
    by with its branch not taken, or none, and one more if with it taken."""

    found: list[Finding]
    operations: list[bytes]


class Tracer(Closing):
    """Runs cases on one implementation at one chunk shift; a context manager.

    Raises BuildError when its source cannot be built so.
    """

    def __init__(self, implementation: Implementation, s: int) -> None:
        told = build(implementation.source, s)
        self.sites: tuple[Site, ...] = told.sites
        self._folder = tempfile.TemporaryDirectory(prefix="xasplit-where-")
        place = Path(self._folder.name)
        shutil.copy(told.executable, place / "driver")
        self._changes_at = _PLAN.size
        self._counts_at = self._changes_at + MOST_CHANGES * _CHANGE.size
        self._events_at = self._counts_at + 2 * MOST_OPERATIONS * len(self.sites)
        self._events_at += -self._events_at % _EVENT.size
        with (place / "plan").open("wb+") as file:
            file.truncate(self._events_at + _MOST_EVENTS * _EVENT.size)
            self._plan = mmap.mmap(file.fileno(), 0)
        self._arm([], MOST_STEPS)
        # What there was before would only be run along with each case.
        source = replace(implementation.source, lineage=None)
        changed = replace(implementation, source=source, executables={s: place / "driver"})
        self.trial = Trial(changed, s, _HANG_SECONDS)
        self._worker = Worker(place / "driver", hang_seconds=_CHANGED_SECONDS)
        self._slow = 0

    def close(self) -> None:
        """End the processes."""
        self._worker.close()
        self.trial.close()
        self._plan.close()
        self._folder.cleanup()

    def _arm(
        self,
        changes: Sequence[Change],
        limit: int,
        noting: bool = False,
        capacity: int = 0,
        shown: int = 0,
    ) -> None:
        data = b"".join(_CHANGE.pack(c.site, c.instance, c.do, c.value) for c in changes)
        self._plan[self._changes_at : self._changes_at + len(data)] = data
        head = (0, len(changes), self._changes_at, self._events_at, limit, noting, 0, capacity)
        self._plan[: 11 * 8] = struct.pack("<11Q", *head, self._counts_at, MOST_OPERATIONS, shown)

    @property
    def _words(self) -> tuple[int, ...]:
        return _PLAN.unpack(self._plan[: _PLAN.size])

    @property
    def flags(self) -> int:
        """The address of the array's flags; known once a case was run."""
        return self._words[12]

    @property
    def head(self) -> int:
        """The address of the array's head."""
        return self._words[13]

    @property
    def fields(self) -> Fields:
        """Where the fields of a node are; known once a case was run."""
        return Fields(*self._words[14:])

    def trace(self, operations: Sequence[Operation], expected: bytes, limit: int) -> Trace:
        """What a case does, as it is; it may run ``limit`` lines and branches."""
        self._arm([], limit, True, _MOST_EVENTS)
        self.trial.forget()
        found = self.trial.everything(operations, expected)
        used = self._words[6]
        data = self._plan[self._events_at : self._events_at + used * _EVENT.size]
        done: list[list[Event]] = [[]]
        nodes: list[dict[int, int]] = [{}]
        for site, taken, address, before, value in _EVENT.iter_unpack(data):
            if site == _OPERATION:
                done.append([])
                nodes.append({})
            elif site == _NODE:
                nodes[-1][value] = address
            else:
                done[-1].append(Event(site, bool(taken), address, before, value))
        return Trace(done, nodes, found, used < _MOST_EVENTS)

    def counted(self, operations: Sequence[Operation], expected: bytes, limit: int) -> Counted:
        """What breaks in a case that may run ``limit`` lines and branches, and what each operation
        that began comes by; of those from number ``MOST_OPERATIONS`` - 1 on together."""
        self._arm([], limit, True, 0)
        self.trial.forget()
        found = self.trial.everything(operations, expected)
        size = 2 * len(self.sites)
        began = min(self._words[11] + 1, len(operations), MOST_OPERATIONS)
        starts = range(self._counts_at, self._counts_at + began * size, size)
        return Counted(found, [self._plan[start : start + size] for start in starts])

    def answers(
        self, operations: Sequence[Operation], changes: Sequence[Change], shown: int, limit: int
    ) -> Iterator[tuple[bytes, bytes]]:
        """Result bytes and log of the case with each of the changes, which may run ``limit`` lines
        and branches; cut short where it did not come to its end.  ``shown`` is the operation that
        shows the finding.  Once too many have taken too long nothing more is run, nor told."""
        case = encode(list(operations))
        for start in range(0, len(changes), MOST_CHANGES):
            if self._slow >= _MOST_SLOW:
                return
            some = changes[start : start + MOST_CHANGES]
            yield from self._answers(case, some, shown, limit)

    def _answers(
        self, case: bytes, changes: Sequence[Change], shown: int, limit: int
    ) -> Iterator[tuple[bytes, bytes]]:
        self._arm(changes, limit, shown=shown)
        try:
            result = self._worker.run([case] * len(changes), log=True)
        except (ValueError, struct.error, MemoryError):
            # One of them made the code write where the driver tells how far it is.
            if len(changes) == 1:
                yield b"", b""
                return
            half = len(changes) // 2
            yield from self._answers(case, changes[:half], shown, limit)
            yield from self._answers(case, changes[half:], shown, limit)
            return
        self._slow += sum(
            one.status is Status.HANG and one.text.startswith(TIMED) for one in result.abnormal
        )
        for number in range(len(changes)):
            yield bytes(result.case(number)), bytes(result.case_log(number))

    def judged(
        self,
        operations: Sequence[Operation],
        expected: bytes,
        change: Change,
        shown: int,
        limit: int,
    ) -> list[Finding]:
        """What breaks in the case with a change, as in ``answers``."""
        self._arm([change], limit, shown=shown)
        self.trial.forget()
        return self.trial.everything(operations, expected)
