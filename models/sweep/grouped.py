# SPDX-License-Identifier: GPL-2.0-or-later
"""A group of cases as the driver reads it: its operations once, and where each case starts.

The driver makes the cases itself and tells an answer once for all cases in a row that give it.  The
cases of a group differ in which index of an entry operations are given, and in whether they may
block; which operations these are is seen by two of the cases.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import lru_cache

from models.case.extent import Start
from models.driver.shared_memory import MOST_FINDINGS
from models.driver.worker import FLAGS_OF_START, INDEX_AT_START, group
from models.sweep.cases import FIRST
from models.sweep.families import CaseGroup
from xarray_model.operations import RECORD, Flag, encode

_START = struct.Struct("<QQ")


def records(cases: CaseGroup, starts: Sequence[Start], first: bytes) -> list[tuple[bytes, int]]:
    """The cases of a group that begin at ``starts``, and with each record how many it holds;
    ``first`` is the case that begins at FIRST, encoded."""
    operations = template(cases, starts, first)
    if operations is None:
        return [(group(encode(cases.operations(start)), 1), 1) for start in starts]
    parts = [starts[at : at + MOST_FINDINGS] for at in range(0, len(starts), MOST_FINDINGS)]
    return [(group(operations, len(part), _places(tuple(part))), len(part)) for part in parts]


def template(cases: CaseGroup, starts: Sequence[Start], first: bytes) -> bytes | None:
    """The operations of a group, those marked that differ from start to start; None where they
    differ in something else than a start tells: each case is then told by itself."""
    far = Start(max(start.offset for start in starts), all(start.blocking for start in starts))
    if far == FIRST:
        return first
    last = encode(cases.operations(far))
    if len(first) != len(last):
        return None
    told: list[bytes] = []
    for at in range(0, len(first), RECORD.size):
        one, other = first[at : at + RECORD.size], last[at : at + RECORD.size]
        if one != other:
            marked = _marked(RECORD.unpack(one), RECORD.unpack(other), far.offset)
            if marked is None:
                return None
            one = marked
        told.append(one)
    return b"".join(told)


def _marked(one: tuple[int, ...], other: tuple[int, ...], offset: int) -> bytes | None:
    """A record that says what of it a start moves; None where that is something else."""
    *apart, flags, index, entry, argument = one
    *apart_there, flags_there, index_there, entry_there, argument_there = other
    moved, waits = index ^ index_there, flags ^ flags_there
    if (apart, entry, argument) != (apart_there, entry_there, argument_there):
        return None
    if moved not in (0, offset) or waits not in (0, Flag.NONBLOCKING):
        return None
    flags |= INDEX_AT_START * bool(moved) | FLAGS_OF_START * bool(waits)
    return RECORD.pack(*apart, flags, index, entry, argument)


@lru_cache(maxsize=64)
def _places(starts: tuple[Start, ...]) -> bytes:
    return b"".join(
        _START.pack(start.offset, Flag.NONE if start.blocking else Flag.NONBLOCKING)
        for start in starts
    )
