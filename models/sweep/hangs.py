# SPDX-License-Identifier: GPL-2.0-or-later
"""What a campaign knows about cases that never end.

A hang costs as much time as thousands of cases, so what one unit of the sweep learns about them is
told to those that follow, and to the machines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from models.case import extent
from models.case.extent import Trait
from models.case.finding import SITES

MOST_HANGS = 8
"""Hangs of one implementation from which on every value of a trait is left out that hung ENOUGH
times and never ended."""
ENOUGH = 4
PROBED = 3
"""Units of an area in which what it knows must have shown before others go by it unseen."""
MOST_IN_ALL = 150
"""Hangs of one implementation from which on a unit is given up at its first."""

Kind: TypeAlias = tuple[Trait, ...]
"""The traits that tell a case apart here."""


class Area(NamedTuple):
    """Cases from which one may conclude to others: the family, and the site of the split
    (``finding.SITES``)."""

    implementation: str
    family: str
    chunk_shift: int
    site: str


@dataclass
class Hangs:
    """The hangs of one area: how often a kind hung, and a trait's value; which of them ever came to
    an end; and in how many units something hung.  A crash is an end too: ``crashed`` are the traits
    of cases that crashed, ``survived`` those of cases that neither hung nor crashed."""

    kinds: Counter[Kind] = field(default_factory=Counter)
    traits: Counter[Trait] = field(default_factory=Counter)
    ended_kinds: set[Kind] = field(default_factory=set)
    ended: set[Trait] = field(default_factory=set)
    crashed: set[Trait] = field(default_factory=set)
    survived: set[Trait] = field(default_factory=set)
    units: int = 0

    def note(self, kind: Kind, *, hung: bool, crashed: bool = False) -> None:
        """A case of this kind was run, and hung or came to an end."""
        if hung:
            self.units = self.units or 1
            self.kinds[kind] += 1
            self.traits.update(kind)
        else:
            self.ended_kinds.add(kind)
            self.ended.update(kind)
            (self.crashed if crashed else self.survived).update(kind)

    def update(self, other: Hangs) -> None:
        """Add what other units noted."""
        self.kinds.update(other.kinds)
        self.traits.update(other.traits)
        self.ended_kinds |= other.ended_kinds
        self.ended |= other.ended
        self.crashed |= other.crashed
        self.survived |= other.survived
        self.units += other.units

    def copy(self) -> Hangs:
        """The same, to be added to by itself."""
        made = Hangs()
        made.update(self)
        return made

    def never_ends(self, kind: Kind, hangs: int) -> bool:
        """Whether all that is known of this kind, or of something about it, is that it hangs;
        ``hangs`` are those of the whole campaign so far."""
        if self.kinds[kind] and kind not in self.ended_kinds:
            return True
        return hangs >= MOST_HANGS and any(map(self.only_hangs, kind))

    def only_hangs(self, trait: Trait) -> bool:
        """Whether cases with this value of a trait hung often and never ended."""
        return self.traits[trait] >= ENOUGH and trait not in self.ended


_UNHINDERED = Trait(extent.FAILING, "none")


def never_survived(hangs: Mapping[Area, Hangs], implementation: str) -> dict[str, str]:
    """The sites (``finding.SITES``) of which every split in the sweep that has its memory hung or
    crashed, at every chunk shift, and of which there were any; with which of the two they did."""
    known = [
        (area.site, one)
        for area, one in hangs.items()
        if (area.implementation, area.family) == (implementation, "splits")
    ]
    hung = {site for site, one in known if one.traits[_UNHINDERED]}
    crashed = {site for site, one in known if _UNHINDERED in one.crashed}
    survived = {site for site, one in known if _UNHINDERED in one.survived}
    words = {(True, False): "hangs", (False, True): "crashes", (True, True): "hangs or crashes"}
    return {
        site: words[site in hung, site in crashed]
        for site in SITES
        if site in (hung | crashed) - survived
    }


def hopeless_splits(
    hangs: Mapping[Area, Hangs], implementation: str, chunk_shift: int
) -> frozenset[str]:
    """The sites (``finding.SITES``) at which no split that has its memory ever ended in the sweep,
    of which some hung."""
    return frozenset(
        area.site
        for area, known in hangs.items()
        if (area.implementation, area.family, area.chunk_shift)
        == (implementation, "splits", chunk_shift)
        and known.only_hangs(_UNHINDERED)
    )
