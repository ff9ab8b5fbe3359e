# SPDX-License-Identifier: GPL-2.0-or-later
"""Which cases are still run where some of them end the process of the code under test.

Ending it costs time, above all a hang.  Cases are told apart by a few of their traits; once some of
a kind have ended the process, the rest of that kind is left out, and all other kinds are still run.
Hangs cost so much that after a few of them a whole value of a trait is left out if nothing that has
it ever came to its end; and what hung in other units of the campaign is left out too, after one
case has shown that it hangs in this unit as well.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from models.case import extent
from models.case.extent import Extent, Split, Start, Trait
from models.case.finding import SITES
from models.driver.worker import Status
from models.sweep.count_cases import CountGroup
from models.sweep.families import CaseGroup
from models.sweep.hangs import MOST_HANGS, MOST_IN_ALL, PROBED, Area, Hangs, Kind
from xarray_model import geometry

FATAL = frozenset({Status.CRASH, Status.SANITIZER, Status.HANG})
"""How a case ends that ends the process too, or takes long."""
MOST_CRASHES = 3
"""Cases of a kind that may crash, in one unit."""
TURNS = 2
"""Cases of each kind that are run before all others."""
_DISTINGUISHING = frozenset({extent.ENTRIES, extent.INDEX, extent.FAILING, extent.AROUND})


class Item(NamedTuple):
    """Cases of one group and kind."""

    group: CaseGroup
    starts: tuple[Start, ...]
    kind: Kind


class Exclusions:
    """What is known about the kinds of cases of one unit.

    ``implementation`` and ``family`` are those of the unit, ``known`` what other units of the
    campaign learnt.
    """

    def __init__(self, implementation: str, family: str, known: Mapping[Area, Hangs]) -> None:
        self._implementation, self._family = implementation, family
        self._crashes: Counter[Kind] = Counter()
        self._known = {area: hangs.copy() for area, hangs in known.items()}
        self._hangs_before = sum(one.kinds.total() for one in known.values())
        self._confirmed: set[Area] = set()
        self.learnt: defaultdict[Area, Hangs] = defaultdict(Hangs)
        """What this unit showed, by area."""

    def expects(self, split: Split) -> bool:
        """Whether cases of such a split hung in other units."""
        known = self._known.get(self._area(split))
        return known is not None and bool(known.kinds)

    def order(self, groups: Sequence[tuple[CaseGroup, Sequence[Start]]]) -> list[Item]:
        """The cases in the order in which they are run: one of each kind, one more of each, and
        then those that are left, those of a group and kind together."""
        turns: dict[Kind, list[Item]] = {}
        left: dict[tuple[CaseGroup, Kind], list[Start]] = {}
        for group, starts in groups:
            for start in starts:
                kind = kind_of(group, start)
                early = turns.setdefault(kind, [])
                if len(early) < TURNS:
                    early.append(Item(group, (start,), kind))
                else:
                    left.setdefault((group, kind), []).append(start)
        kinds = list(turns.values())
        random.Random(0).shuffle(kinds)
        early = [items[turn] for turn in range(TURNS) for items in kinds if turn < len(items)]
        return early + [Item(group, tuple(some), kind) for (group, kind), some in left.items()]

    def permits(self, split: Split, kind: Kind) -> bool:
        """Whether more cases of this kind are to be run, of such a split."""
        area = self._area(split)
        here = self.learnt[area]
        hangs = self._hangs_before + sum(one.kinds.total() for one in self.learnt.values())
        if here.kinds[kind] or self._crashes[kind] >= MOST_CRASHES:
            return False
        if here.never_ends(kind, hangs) or (here.kinds and hangs >= MOST_IN_ALL):
            return False
        known = self._known.get(area)
        if known is None or not known.never_ends(kind, hangs):
            return True
        return area not in self._confirmed and known.units < PROBED

    def note(self, split: Split, kind: Kind, status: Status) -> None:
        """A case of this kind was run and ended so."""
        area, hung = self._area(split), status is Status.HANG
        crashed = status in FATAL and not hung
        self._crashes[kind] += crashed
        known = self._known.get(area)
        if known is not None:
            if hung and known.never_ends(kind, MOST_HANGS):
                self._confirmed.add(area)
            known.note(kind, hung=hung)
        self.learnt[area].note(kind, hung=hung, crashed=crashed)

    def note_ended(self, run: Extent) -> None:
        """These cases were run, and none of them ended the process."""
        for split, trait in run.traits:
            distinguished = _distinguishing(trait)
            if distinguished is not None:
                learnt = self.learnt[self._area(split)]
                learnt.ended.add(distinguished)
                learnt.survived.add(distinguished)

    def _area(self, split: Split) -> Area:
        s, order, new_order = split
        site = SITES[min(geometry.split_depth(order, new_order, s), 2)]
        return Area(self._implementation, self._family, s, site)


def kind_of(group: CaseGroup, start: Start) -> Kind:
    """What a case is told apart by."""
    traits = (*group.traits(), *group.start_traits(start))
    distinguished = [one for one in map(_distinguishing, traits) if one is not None]
    if isinstance(group, CountGroup):
        enough = group.granted >= geometry.split_nodes(group.order, group.new_order, group.split[0])
        distinguished.append(Trait(extent.FAILING, "none" if enough else "a later one"))
        distinguished.append(Trait("split", str(group.split)))
        distinguished.append(
            Trait("nodes", "that come again" if group.repeating else "of their own")
        )
    return tuple(distinguished)


def only_counts(group: CaseGroup) -> bool:
    """Whether nodes come again in a group's case, so that nothing but the count says anything."""
    return isinstance(group, CountGroup) and group.repeating


def _distinguishing(trait: Trait) -> Trait | None:
    """What counts here of a trait; None if nothing does."""
    if trait.dimension == extent.MARKS and trait.value != "none":
        return Trait(extent.MARKS, "some")
    return trait if trait.dimension in _DISTINGUISHING or trait.dimension == extent.MARKS else None
