# SPDX-License-Identifier: GPL-2.0-or-later
"""Which cases are still run where some of them end the process of the code under test.

Ending it costs time, above all a hang.  Cases are told apart by a few of their traits; once some of
a kind have ended the process, the rest of that kind is left out, and all other kinds are still run.
Hangs cost so much that after a few of them a whole value of a trait is left out if nothing that has
it ever came to its end.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from typing import TypeAlias

from models import extent
from models.cases import Start
from models.extent import Trait
from models.families import CaseGroup
from models.worker import Status

FATAL = frozenset({Status.CRASH, Status.SANITIZER, Status.HANG})
"""How a case ends that ends the process too, or takes long."""
MOST_CRASHES = 3
"""Cases of a kind that may crash."""
MOST_HANGS = 8
"""Hangs from which on every value of a trait is left out that hung ENOUGH times and never ended."""
ENOUGH = 4
_TOLD_APART = frozenset({extent.ENTRIES, extent.INDEX, extent.FAILING, extent.AROUND})

Kind: TypeAlias = tuple[Trait, ...]
"""The traits that tell a case apart here."""
Item: TypeAlias = tuple[CaseGroup, Start, Kind]


class Patience:
    """What is known about the kinds of cases of one unit."""

    def __init__(self) -> None:
        self._crashes: Counter[Kind] = Counter()
        self._hung: Counter[Kind] = Counter()
        self._hung_traits: Counter[Trait] = Counter()
        self._ended: set[Trait] = set()

    def order(self, groups: Sequence[tuple[CaseGroup, Sequence[Start]]]) -> list[Item]:
        """The cases in the order in which they are run: one of each kind, one more of each, ..."""
        by_kind: dict[Kind, list[Item]] = {}
        for group, starts in groups:
            for start in starts:
                like = kind(group, start)
                by_kind.setdefault(like, []).append((group, start, like))
        kinds = list(by_kind.values())
        random.Random(0).shuffle(kinds)
        longest = max(map(len, kinds), default=0)
        return [items[turn] for turn in range(longest) for items in kinds if turn < len(items)]

    def permits(self, like: Kind) -> bool:
        """Whether more cases of this kind are to be run."""
        if self._hung[like] or self._crashes[like] >= MOST_CRASHES:
            return False
        if self._hung.total() < MOST_HANGS:
            return True
        return not any(
            self._hung_traits[trait] >= ENOUGH and trait not in self._ended for trait in like
        )

    def note(self, like: Kind, status: Status) -> None:
        """A case of this kind was run and ended so."""
        if status is Status.HANG:
            self._hung[like] += 1
            self._hung_traits.update(like)
        elif status in FATAL:
            self._crashes[like] += 1
            self._ended.update(like)
        else:
            self._ended.update(like)


def kind(group: CaseGroup, start: Start) -> Kind:
    """What a case is told apart by."""
    traits = (*group.traits(), *group.start_traits(start))
    told = [trait for trait in traits if trait.dimension in _TOLD_APART]
    marks = [trait for trait in traits if trait.dimension == extent.MARKS]
    told += [Trait(extent.MARKS, "some") if one.value != "none" else one for one in marks]
    if not told:  # an allocation: by its split
        told.append(Trait("split", str(group.split)))
    return tuple(told)
