# SPDX-License-Identifier: GPL-2.0-or-later
"""Which implementation of one review stands for which of another."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from review.bundle.format import Tested
from review.run.evidence import PORT, RECURSIVE


class Pairing:
    """What was tested, in pairs.

    The port belongs to the port.  A kernel belongs to the one of the same name and source, else to
    one with the same files, name or version; what is left is paired in order if both reviews have
    the same number left, as two versions of a series on one kernel do.
    """

    def __init__(self, first: Sequence[Tested], second: Sequence[Tested]) -> None:
        self.pairs: list[tuple[Tested, Tested]] = []
        left, right = list(first), list(second)
        for key in _KEYS:
            for one in list(left):
                other = next((x for x in right if _fits(one, x) and key(one) == key(x)), None)
                if other is not None:
                    self._pair(one, other, left, right)
        if len(left) == len(right):
            for one, other in zip(list(left), list(right), strict=True):
                if _fits(one, other):
                    self._pair(one, other, left, right)
        self.only_first = [one.name for one in left]
        self.only_second = [one.name for one in right]

    def _pair(self, one: Tested, other: Tested, left: list[Tested], right: list[Tested]) -> None:
        self.pairs.append((one, other))
        left.remove(one)
        right.remove(other)

    def second(self, name: str) -> str | None:
        """The name in the second review of what the first calls so."""
        return next((other.name for one, other in self.pairs if one.name == name), None)

    def first(self, name: str) -> str | None:
        """The name in the first review of what the second calls so."""
        return next((one.name for one, other in self.pairs if other.name == name), None)


def _fits(one: Tested, other: Tested) -> bool:
    ports = {PORT, RECURSIVE}
    if one.configuration != other.configuration:
        return False
    return one.name == other.name or not ports & {one.name, other.name}


_KEYS: tuple[Callable[[Tested], object], ...] = (
    lambda one: (one.name, one.source),
    lambda one: one.files,
    lambda one: one.name,
    lambda one: re.sub(r" \(.*| \+ .*", "", one.name),
)
