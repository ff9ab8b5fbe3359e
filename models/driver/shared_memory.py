# SPDX-License-Identifier: GPL-2.0-or-later
"""The memory that the worker and the driver share: ``models/driver/PROTOCOL.md`` describes it."""

from __future__ import annotations

import mmap
import os
import struct
from enum import IntEnum
from itertools import accumulate

FINDING = struct.Struct("<QII240s")
"""How the driver notes a case that did not end well: case, status, operation, text."""
MOST_CASES = 1 << 16
"""Cases, and so answers and groups, that one round can have."""
MOST_FINDINGS = 256
"""Cases of a round that may end early; a group has no more starts than that."""
LARGEST = {64: 4 << 30, 32: 256 << 20}
"""Bytes that the results of one case may take, by the bits of the driver's machine word."""


class Word(IntEnum):
    """The words of ``struct control`` in the driver's driver.h, in their order."""

    SIZE = 0
    FIRST = 1
    GROUPS = 2
    GROUP_ENDS = 3
    RESULT_ENDS = 4
    LOG_ENDS = 5
    TIMES = 6
    INPUT = 7
    RESULTS = 8
    RESULT_CAPACITY = 9
    LOG = 10
    LOG_CAPACITY = 11
    FINDINGS = 12
    FINDING_CAPACITY = 13
    LOGGING = 14
    HANG_MICROSECONDS = 15
    DONE = 16
    ANSWERS = 17
    RUNNING = 18
    OPERATION = 19
    RESULT_USED = 20
    LOG_USED = 21
    FINDINGS_USED = 22
    FULL = 23
    CHUNK_SHIFT = 24
    HUNG = 25
    WORD_BITS = 26


class SharedMemory:
    """The control page, then one area for each thing that is passed.

    Indexing reads and writes the words of the control page.
    """

    def __init__(self) -> None:
        self.descriptor = os.memfd_create("xasplit")
        self.results = 16 << 20
        self.log = 16 << 20
        self.input = 4 << 20
        self._map()

    def _map(self) -> None:
        """Lays the areas out and maps them; only what is used takes memory."""
        sizes = {
            Word.FINDINGS: MOST_FINDINGS * FINDING.size,
            Word.GROUP_ENDS: 8 * MOST_CASES,
            Word.RESULT_ENDS: 8 * MOST_CASES,
            Word.LOG_ENDS: 8 * MOST_CASES,
            Word.TIMES: 8 * MOST_CASES,
            Word.INPUT: self.input,
            Word.RESULTS: self.results,
            Word.LOG: self.log,
        }
        starts = dict(zip(sizes, accumulate(sizes.values(), initial=mmap.PAGESIZE), strict=False))
        size = mmap.PAGESIZE + sum(sizes.values())
        os.ftruncate(self.descriptor, size)
        self.bytes = mmap.mmap(self.descriptor, size)
        self.start = starts
        for word, start in starts.items():
            self[word] = start
        self[Word.SIZE] = size
        self[Word.RESULT_CAPACITY] = self.results
        self[Word.LOG_CAPACITY] = self.log
        self[Word.FINDING_CAPACITY] = MOST_FINDINGS

    def grow_input(self, needed: int) -> None:
        """Room for ``needed`` bytes of operations.  The contents of all areas are lost."""
        while self.input < needed:
            self.input *= 2
        self._remap()

    @property
    def largest(self) -> int:
        """Bytes that the results of one case may take; known once the driver was started."""
        return LARGEST[self[Word.WORD_BITS]]

    def grow_output(self) -> bool:
        """Four times the room for results and log; False when they have all that they may have.

        The contents of all areas are lost.
        """
        if self.results >= self.largest:
            return False
        self.results *= 4
        self.log *= 4
        self._remap()
        return True

    def _remap(self) -> None:
        self.bytes.close()
        self._map()

    def __getitem__(self, word: Word) -> int:
        return int.from_bytes(self.bytes[8 * word : 8 * word + 8], "little")

    def __setitem__(self, word: Word, value: int) -> None:
        self.bytes[8 * word : 8 * word + 8] = value.to_bytes(8, "little")

    def read(self, word: Word, length: int) -> bytes:
        """The first bytes of an area."""
        return self.bytes[self.start[word] : self.start[word] + length]

    def write(self, word: Word, data: bytes, position: int = 0) -> None:
        """Puts ``data`` into an area, from ``position`` on."""
        start = self.start[word] + position
        self.bytes[start : start + len(data)] = data

    def close(self) -> None:
        """Gives the memory back."""
        self.bytes.close()
        os.close(self.descriptor)
