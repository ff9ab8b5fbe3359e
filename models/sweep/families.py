# SPDX-License-Identifier: GPL-2.0-or-later
"""The families of cases that the sweep runs, and what they have in common."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Protocol

from models.case.extent import Split, Start, Trait
from models.sweep import (
    array_cases,
    between_cases,
    cases,
    count_cases,
    far_counts,
    high_cases,
    range_cases,
    refusal_cases,
    single_cases,
    walk_cases,
)
from xarray_model.operations import Operation


class CaseGroup(Protocol):
    """Cases that must all give the same answer to the byte; hashable."""

    @property
    def chunk_shift(self) -> int:
        """The chunk shift."""

    @property
    def failing(self) -> int:
        """The allocation request that fails, 0 for none."""

    @property
    def limited(self) -> bool:
        """Whether an implementation of one level refuses the split."""

    @property
    def split(self) -> Split:
        """Chunk shift, order and new order."""

    def traits(self) -> tuple[Trait, ...]:
        """What an extent tells the group's cases apart by."""

    def start_traits(self, start: Start, /) -> tuple[Trait, ...]:
        """The same, of the one case that begins at ``start``."""

    def starts(self) -> list[Start]:
        """Every start."""

    def some_starts(self, draw: random.Random) -> list[Start]:
        """A few of the starts, the same ones for the same state of ``draw``."""

    def operations(self, start: Start = ..., /) -> list[Operation]:
        """The case that begins at ``start``."""

    def encoded(self, starts: Sequence[Start], /) -> list[bytes]:
        """The cases that begin at ``starts``, as the driver reads them."""


class Cases(Protocol):
    """What a family offers, for one chunk shift and a pair of orders."""

    def groups(self, s: int, order: int, new_order: int) -> Iterator[CaseGroup]:
        """Every group."""

    def group_at(self, s: int, order: int, new_order: int, number: int) -> CaseGroup:
        """The group with this number in the order of ``groups``."""

    def total_groups(self, s: int, order: int, new_order: int) -> int:
        """Number of groups."""

    def total(self, s: int, order: int, new_order: int) -> int:
        """Number of cases."""


class Family(Enum):
    """A family of cases."""

    SPLITS = "splits"
    WALKS = "walks"
    REFUSALS = "refusals"
    COUNTS = "counts"
    FAR_COUNTS = "counts beyond memory"
    HIGH = "high orders"
    ARRAYS = "splits in arrays with flags"
    ARRAY_STEPS = "try_split in arrays with flags"
    BETWEEN = "splits prepared before"
    RANGES = "create_range"
    SINGLES = "entries of one index"

    @property
    def cases(self) -> Cases:
        """The family's module, or object, for 64-bit indices."""
        return self.of(64)

    def of(self, bits: int) -> Cases:
        """The same for indices of ``bits`` bits, which only high orders tell."""
        return high_cases.CASES[bits] if self is Family.HIGH else _CASES[self]


_CASES: dict[Family, Cases] = {
    Family.SPLITS: cases,
    Family.WALKS: walk_cases,
    Family.REFUSALS: refusal_cases,
    Family.COUNTS: count_cases.CASES,
    Family.FAR_COUNTS: far_counts.CASES,
    Family.ARRAYS: array_cases.SPLITS,
    Family.ARRAY_STEPS: array_cases.STEPS,
    Family.BETWEEN: between_cases.CASES,
    Family.RANGES: range_cases.CASES,
    Family.SINGLES: single_cases.CASES,
}
