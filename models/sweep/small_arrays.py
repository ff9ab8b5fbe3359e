# SPDX-License-Identifier: GPL-2.0-or-later
"""Every array of up to four quarters: what families are whole over that try all small arrays.

Each half of a range is empty, one entry, an entry in either quarter, or one in both; or the whole
range is one entry.  Whether an entry is a pointer or a value alternates.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

from xarray_model.entries import mk_value

POINTERS, VALUES = (4, 8, 12, 16), tuple(mk_value(number) for number in (17, 34, 51, 68))


class Piece(NamedTuple):
    """An entry of ``1 << size`` quarters, ``quarter`` quarters from the range's first index."""

    quarter: int
    size: int


Half = tuple[Piece, ...]
ENTRY: Half = (Piece(0, 1),)
"""One entry over the half."""
HALVES: tuple[Half, ...] = (
    ENTRY,
    (),
    (Piece(0, 0),),
    (Piece(1, 0),),
    (Piece(0, 0), Piece(1, 0)),
)
"""What a half may hold: one entry, nothing, an entry in a quarter, or in both."""
WHOLE: Half = (Piece(0, 2),)
"""One entry over the range."""


def beside(half: Half, quarters: int) -> Half:
    """The same half, so many quarters further on."""
    return tuple(Piece(quarter + quarters, size) for quarter, size in half)


ARRAYS: tuple[Half, ...] = (
    *(first + beside(second, 2) for first, second in product(HALVES, HALVES)),
    WHOLE,
)
"""All of them, 26."""


def entries(array: Half, order: int, first: int = 0, values: int = 0) -> list[tuple[int, int, int]]:
    """(index, order, entry) of what a range of ``order``, 2 at least, from index ``first`` on
    holds; the first of them is a value if ``values`` is 1."""
    made = []
    for number, (quarter, size) in enumerate(array):
        of_kind = VALUES if (number + values) % 2 else POINTERS
        made.append((first + (quarter << order - 2), order - 2 + size, of_kind[number]))
    return made
