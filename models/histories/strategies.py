# SPDX-License-Identifier: GPL-2.0-or-later
"""Where and what the machine stores: boundaries first, and what the array holds.

Hypothesis draws one plain number for each choice; here it is taken apart, digit by digit, so that a
step costs few draws and a smaller number means a simpler choice.
"""

from __future__ import annotations

from collections.abc import Callable

from specs.abstract import AbstractArray, Item
from specs.contract import lowest_try, nodes_needed
from xarray_model.entries import ZERO, is_value, mk_value
from xarray_model.operations import Flag

DIGITS = (1 << 24) - 1
"""The largest number that is drawn: up to here Hypothesis draws evenly."""
WHOLE = (64, 32)
"""Bits that an index can have; an index of fewer lies in a part of the space that is used."""
LARGEST_VALUE = {bits: mk_value((1 << bits - 1) - 1) for bits in WHOLE}
EDGES = (1 << 31, 1 << 32, 1 << 63)
"""The first indices that numbers of 31, 32 and 63 bits cannot tell."""
HIGH = 31
"""The lowest order of an entry whose size, or last index, an ``int`` does not hold."""


ARRAYS = (
    Flag.ACCOUNT,
    Flag.ALLOC,
    Flag.LOCK_IRQ,
    Flag.LOCK_BH | Flag.ACCOUNT,
    Flag.ALLOC | Flag.ZERO_BUSY,
    Flag.ALLOC | Flag.LOCK_IRQ,
)
"""What arrays are made with, where they are made with anything."""


def edges(bits: int) -> tuple[int, ...]:
    """Those of ``EDGES`` that an index of so many bits has."""
    return tuple(edge for edge in EDGES if edge < 1 << bits)


class Choice:
    """A number, taken apart from its lowest digit on."""

    __slots__ = ("rest",)

    def __init__(self, number: int) -> None:
        # Hypothesis likes the ends of a range, and constants that it finds in the source: stirred,
        # so that these do not always make the same choices.  0 stays 0, the simplest.
        number = number * 0x9E3779B1 & DIGITS
        number = (number ^ number >> 11) * 0x85EBCA6B & DIGITS
        self.rest = number ^ number >> 13

    def below(self, limit: int) -> int:
        """The next digit, 0..limit-1."""
        self.rest, digit = divmod(self.rest, limit)
        return digit

    def within(self, limit: int) -> int:
        """A number in 0..limit-1 of which ``limit`` may be too large for one digit."""
        return self.rest * 0x9E3779B97F4A7C15 % limit


def array_flags(choice: Choice) -> Flag:
    """What an array is made with: nothing, in three cases of four."""
    kind = choice.below(4 * len(ARRAYS)) - 3 * len(ARRAYS)
    return ARRAYS[kind] if kind >= 0 else Flag.NONE


def existing(array: AbstractArray, choice: Choice) -> tuple[int, Item] | None:
    """One of the entries that the array holds, with its first index; None if it is empty."""
    if not len(array):
        return None
    first = list(array.items())[choice.below(len(array))]
    return first, array.items()[first]


def inside(first: int, order: int, choice: Choice) -> int:
    """An index of an entry: its first, its last, or any."""
    where = choice.below(3)
    if where == 0 or order == 0:
        return first
    size = 1 << order
    return first + (size - 1 if where == 1 else choice.within(size))


def index(array: AbstractArray, s: int, bits: int, choice: Choice) -> int:
    """An index of ``bits`` bits: in or next to what the array holds, or at a boundary of nodes or,
    of all bits that there are, of what numbers of fewer bits can tell."""
    kind = choice.below(8)
    top = (1 << bits) - 1
    if not len(array) and kind < 2:
        return 0  # where an entry needs no node
    found = existing(array, choice) if kind < 4 else None
    if found is not None:
        first, item = found
        if choice.below(4) < 3:
            return inside(first, item.order, choice)
        size = 1 << item.order
        return (first + size if choice.below(2) else first - size) & top
    if bits in WHOLE and kind == 5 and choice.below(4):
        there = edges(bits)
        return there[choice.below(len(there))] - choice.below(2)
    if kind == 7:
        return top - choice.below(1 << s)
    if kind == 6 and bits in WHOLE and choice.below(2):
        return top - choice.below(1 << s)
    if kind == 6:
        return choice.within(top + 1)
    if kind == 5:
        return choice.below(2 << s) & top
    # The first or last index of a node, or of a slot, of any level.
    boundary = (1 + choice.below(1 << s)) << s * choice.below(bits // s + 1)
    return (boundary - choice.below(2)) & top


def order(s: int, bits: int, choice: Choice) -> int:
    """An order below ``bits``: 0, within the lowest level, next to a level's boundary, or any; of
    all bits that there are as often a high one."""
    if bits in WHOLE and choice.below(2):
        return high_order(s, bits, choice)
    kind = choice.below(4)
    if kind == 0:
        return 0
    if kind == 1:
        return choice.below(s + 1)
    if kind == 2:
        level = s * (1 + choice.below(max(1, min(bits - 1, 4 * s) // s)))
        return min(level + choice.below(3) - 1, bits - 1)
    return choice.below(bits)


def high_order(s: int, bits: int, choice: Choice) -> int:
    """An order of 31 and more: next to 32, next to a level's boundary, or next to the highest, of
    all that indices of ``bits`` bits have."""
    highest = bits - 1
    kind = choice.below(4)
    if kind < 2:
        return min(HIGH + choice.below(4), highest)
    if kind == 2:
        level = s * (32 // s + 1 + choice.below(3))
        return min(level + choice.below(2), highest)
    return highest - choice.below(s + 1)


def lower_order(
    n: int, s: int, most_nodes: int, refused: Callable[[int, int], bool], choice: Choice
) -> int:
    """An order to split one of order ``n`` to, such that it takes at most ``most_nodes`` nodes or
    is ``refused``: often a level's boundary or the lowest."""
    kind = choice.below(4)
    if kind == 0:
        new = max(0, n - 1 - choice.below(s))
    elif kind == 1:
        new = choice.below(n + 1)
    elif kind == 2:
        new = max(0, n // s - choice.below(3)) * s
    else:
        new = max(0, n - 3 * s)
    while (nodes_needed(n, new, s) > most_nodes or n - new > 10) and not refused(n, new):
        new += 1
    return new


def try_order(n: int, s: int, choice: Choice) -> int:
    """An order for a try_split of order ``n``: as low as it accepts, or lower, or in between."""
    lowest = lowest_try(n, s)
    kind = choice.below(4)
    if kind == 0:
        return lowest
    if kind == 1:
        return max(lowest, n - 1)
    if kind == 2:
        return max(0, lowest - 1 - choice.below(s))
    return max(n // s * s, n - choice.below(s + 1))


def entry(choice: Choice, like: int | None = None) -> int:
    """A new entry: pointer, value, or rarely the largest value or a zero entry.

    With ``like``, half of the time it is of the other kind.
    """
    kind = choice.below(16)
    number = choice.below(32)
    if kind == 15:
        return LARGEST_VALUE[64] if number % 4 else ZERO
    value = bool(kind & 1)
    if like is not None and kind & 2:
        value = not is_value(like)
    return mk_value(number) if value else (number + 1) << 2


def plain(word: int) -> int:
    """The entry, with a pointer instead of a zero entry, which a split must not write."""
    return 4 if word == ZERO else word
