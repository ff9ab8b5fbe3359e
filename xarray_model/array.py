# SPDX-License-Identifier: GPL-2.0-or-later
"""The array itself (``struct xarray``): head and flags, and what it draws on."""

from __future__ import annotations

from collections import Counter

from xarray_model.allocator import Allocator
from xarray_model.entries import NULL
from xarray_model.flags import FREE_MARK, ArrayFlag
from xarray_model.geometry import CHUNK_SHIFTS
from xarray_model.gfp import Gfp
from xarray_model.journal import Journal
from xarray_model.node import Entry


class XArray:
    """An array with chunk shift ``s`` (1..6) over indices of ``width`` bits (64, or 32).

    ``flags`` is what it was made with; ``head`` and ``marks`` (bits 0..2) are its memory,
    written by ``journal`` alone.  ``locked`` is what callers say of its lock; ``warnings`` counts
    ``WARN_ON`` conditions met.
    ``asked`` counts requests for nodes, unless it is None: by flags, whether they name a
    ``list_lru``, and whether the lock is held.
    Raises ValueError for a chunk shift or width that no build has.
    """

    __slots__ = (
        "allocator",
        "asked",
        "flags",
        "head",
        "journal",
        "last_index",
        "locked",
        "marks",
        "s",
        "slots",
        "warnings",
        "width",
    )

    def __init__(self, s: int, width: int = 64) -> None:
        if s not in CHUNK_SHIFTS:
            raise ValueError(f"chunk shift {s} is not in 1..6")
        if width not in (32, 64):
            raise ValueError(f"index width {width} is neither 32 nor 64")
        self.s = s
        self.width = width
        self.slots = 1 << s
        self.last_index = (1 << width) - 1
        self.allocator = Allocator(s)
        self.journal = Journal()
        self.head: Entry = NULL
        self.marks = 0
        self.flags = ArrayFlag.NONE
        self.locked = False
        self.asked: Counter[tuple[Gfp, bool, bool]] | None = None
        self.warnings = 0

    def init(self, flags: ArrayFlag) -> None:
        """Make the array, which is empty, with ``flags`` (``xa_init_flags``): in one that tracks
        free indices all are free, index 0 excepted if it is busy."""
        self.flags = flags
        if self.tracks_free and not self.zero_busy:
            self.journal.set_flags(self, 1 << FREE_MARK)

    @property
    def tracks_free(self) -> bool:
        """Whether mark 0 tells which indices are free (``xa_track_free``)."""
        return bool(int.__and__(self.flags, ArrayFlag.TRACK_FREE))

    @property
    def zero_busy(self) -> bool:
        """Whether index 0 is never free (``xa_zero_busy``)."""
        return bool(int.__and__(self.flags, ArrayFlag.ZERO_BUSY))

    def __repr__(self) -> str:
        return f"<array s={self.s} head {self.head!r}>"
