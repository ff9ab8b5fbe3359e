# SPDX-License-Identifier: GPL-2.0-or-later
"""The log of an operation: update callbacks and publications, in the order in which they came.

Model and driver write the same records.  Their order is an implementation's own choice, so logs are
judged by the specs and never compared byte for byte.  A record names a node by its pre-order
ordinal in the array as it is after the operation.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

RECORD = struct.Struct("<BBHIBBBBIQ")
"""One record of 24 bytes; the fields of ``LogRecord`` in their order."""

UNREACHABLE = 0xFFFFFFFF
"""Node number of a node that is not reachable after the operation."""
HEAD = 0xFFFFFFFE
"""Node number that stands for the array's head."""
ARRAY_RIGHT = 1
"""Callback flag: the node's array field was right when it was reported."""
LOCK_HELD = 2
"""Callback flag: the array's lock was held when the node was reported."""


class Kind(IntEnum):
    """What a record tells."""

    CALLBACK = 1
    PUBLICATION = 2
    REQUEST = 3


class Names(IntEnum):
    """Which ``list_lru`` a request names."""

    NONE = 0
    CURSORS = 1
    OTHER = 2


_KINDS = {int(kind): kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One record.

    ``operation`` is its number within the case (from 0), ``node`` a pre-order ordinal, ``HEAD`` or
    ``UNREACHABLE``.  A callback carries the node's ``count``, ``nr_values``, ``shift`` and
    ``offset`` as they were when it was made.  A publication (a release store) carries the ``slot``
    and the ``value`` written there, a node pointer as ``entries.mk_node(ordinal)``.  A request for
    nodes, or so many of them that are alike (``node``), carries flags: those in ``slot`` are more
    than the caller gave, or under the lock, where none are given, all; those in ``value`` were
    given and are not there; ``count`` is one of ``Names``.
    """

    kind: Kind
    flags: int
    operation: int
    node: int
    count: int = 0
    nr_values: int = 0
    shift: int = 0
    offset: int = 0
    slot: int = 0
    value: int = 0

    def encode(self) -> bytes:
        """The record's 24 bytes."""
        return RECORD.pack(
            self.kind,
            self.flags,
            self.operation,
            self.node,
            self.count,
            self.nr_values,
            self.shift,
            self.offset,
            self.slot,
            self.value,
        )


def decode(data: bytes | memoryview) -> Iterator[LogRecord]:
    """The records of ``data``; ValueError when it is cut short or a kind is unknown."""
    try:
        for kind, *fields in RECORD.iter_unpack(data):
            yield LogRecord(_KINDS[kind], *fields)
    except struct.error as error:
        raise ValueError(f"log cut short: {error}") from None
    except KeyError as error:
        raise ValueError(f"{error} is no kind of a log's record") from None
