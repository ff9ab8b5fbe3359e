# SPDX-License-Identifier: GPL-2.0-or-later
"""Which symptoms stand for a cause, and which for the same one (``models.diagnosis.causes``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from models.case.aspects import Aspect, drags
from models.case.extent import Extent
from models.case.findings import Failure
from models.case.symptoms import about
from models.diagnosis.joining import Root, join, join_alike, join_ends


class Roots(NamedTuple):
    """The symptoms that stand for one cause each, and for each failure those of these causes that
    it shows, by their places."""

    groups: list[Root]
    shown: list[frozenset[int]]


def roots(failures: Sequence[Failure]) -> Roots:
    """The causes that these failures show."""
    places = _unexplained(failures)
    found = _roots(places)
    shown = _shown(found, places, len(failures))
    one_of = list(range(len(found)))
    alone = {
        place
        for places_of in shown
        for place in places_of
        if not any(_drag(found[other], found[place]) for other in places_of - {place})
    }
    for together in sorted(shown, key=lambda these: (len(these), sorted(these))):
        if not together & alone:
            # Never without each other, and never alone.
            alone |= together
            join(one_of, together)
    _join_followed(one_of, found, failures)
    extents = _extents(found, shown, failures)
    join_alike(one_of, sorted(alone), found, extents, shown, places)
    join_ends(one_of, sorted(alone), found, extents)
    groups: dict[int, frozenset[str]] = {}
    for place in sorted(alone):
        groups[one_of[place]] = groups.get(one_of[place], frozenset()) | found[place]
    told = list(groups.values())
    return Roots(told, _shown(told, places, len(failures)))


def _shown(
    roots: Sequence[Root], places: Mapping[str, frozenset[int]], failures: int
) -> list[frozenset[int]]:
    """For each failure the places of the roots that it shows."""
    shown: list[set[int]] = [set() for _ in range(failures)]
    for place, root in enumerate(roots):
        for at in frozenset[int]().union(*(places[symptom] for symptom in root)):
            shown[at].add(place)
    return [frozenset(one) for one in shown]


def _drag(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether either may follow from the other, or they are about the same."""
    mine, theirs = about(one), about(other)
    return mine is theirs or drags(mine, theirs) or drags(theirs, mine)


def _unexplained(failures: Sequence[Failure]) -> dict[str, frozenset[int]]:
    """For each symptom the places of the failures that show it, but for those that show what is
    likely to drag it along."""
    where = _where(failures)
    found: dict[str, frozenset[int]] = {}
    dragged: dict[Aspect, set[int]] = {}
    for aspect in Aspect:
        for symptom in sorted(where):
            if about([symptom]) is aspect:
                found[symptom] = frozenset(where[symptom] - dragged.get(aspect, set()))
                for other in Aspect:
                    if found[symptom] and drags(aspect, other):
                        dragged.setdefault(other, set()).update(where[symptom])
    return found


def _where(failures: Sequence[Failure]) -> dict[str, set[int]]:
    """For each symptom the places of the failures that show it."""
    where: dict[str, set[int]] = {}
    for place, failure in enumerate(failures):
        for symptom in failure.symptoms:
            where.setdefault(symptom, set()).add(place)
    return where


def _roots(places: Mapping[str, frozenset[int]]) -> list[Root]:
    """Symptoms of one aspect that always occur together, and are no consequence of others."""
    together: dict[tuple[frozenset[int], Aspect], set[str]] = {}
    for symptom, at in places.items():
        if at:
            together.setdefault((at, about([symptom])), set()).add(symptom)
    found = [
        frozenset(symptoms)
        for (at, aspect), symptoms in together.items()
        if not any(at < others and aspect is other for others, other in together)
    ]
    return sorted(found, key=sorted)


def _join_followed(one_of: list[int], roots: Sequence[Root], failures: Sequence[Failure]) -> None:
    """Make one of the roots of one aspect which the same consequence follows from in all cases, if
    it follows from nothing else: what they have in common tells them shorter."""
    where = _where(failures)
    at = [frozenset[int]().union(*(where[symptom] for symptom in root)) for root in roots]
    aspects = [about(root) for root in roots]
    for symptom, places in where.items():
        leads = [
            place for place, mine in enumerate(at) if mine <= places and symptom not in roots[place]
        ]
        if (
            len({aspects[place] for place in leads}) == 1
            and drags(aspects[leads[0]], about([symptom]))
            and places == frozenset[int]().union(*(at[place] for place in leads))
        ):
            join(one_of, leads)


def _extents(
    roots: Sequence[Root], shown: Sequence[frozenset[int]], failures: Sequence[Failure]
) -> list[Extent]:
    """Of each root the cases that show no other, if there are any, else all that show it."""
    alone, whole = [Extent() for _ in roots], [Extent() for _ in roots]
    for places, failure in zip(shown, failures, strict=True):
        for place in places:
            whole[place].update(failure.extent)
            if len(places) == 1:
                alone[place].update(failure.extent)
    return [mine if mine.splits else every for mine, every in zip(alone, whole, strict=True)]
