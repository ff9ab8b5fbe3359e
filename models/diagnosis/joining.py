# SPDX-License-Identifier: GPL-2.0-or-later
"""Which roots (``models.diagnosis.roots``) are likely to have one cause, by what they are about and
by the cases that show them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from models.case.aspects import Aspect
from models.case.extent import AROUND, CASES, ENTRIES, FAILING, INDEX, MARKS, MEMORY, PLACE, Extent
from models.case.symptoms import FAILED, about, ends, fields, splits
from models.case.wrong_nodes import LRU
from models.sweep.families import Family

Root: TypeAlias = frozenset[str]
"""Symptoms that stand for a cause."""


FIRST = "the first"
"""The index from which all goes well, if only others show something."""
VALUES = {ENTRIES: 4, FAILING: 3, INDEX: 3, PLACE: 2, AROUND: 3, MEMORY: 2}
"""How many values a dimension has."""
_IN_NODES = frozenset({Aspect.VALUES, Aspect.ENTRIES, Aspect.MARKS, Aspect.LINKS})
_LOOK = re.compile(r"(\w+) (?:answers otherwise|[\w-]+: )")
_NO_LOOKS = frozenset({"split", "failed", "new", "other"})


def join(one_of: list[int], places: Iterable[int]) -> None:
    """Make the roots at these places one."""
    names = {one_of[place] for place in places}
    least = min(names, default=0)
    for place, name in enumerate(one_of):
        if name in names:
            one_of[place] = least


def join_alike(
    one_of: list[int],
    places: Sequence[int],
    roots: Sequence[Root],
    extents: Sequence[Extent],
    shown: Sequence[frozenset[int]],
    symptoms: Iterable[str],
) -> None:
    """Make one of roots that are the same in nodes of another role, or as much too low in one case
    as too high in another, or that tell of what, of all symptoms, only failing requests show."""
    at_ease = without_role(frozenset(one for one in symptoms if not one.startswith(FAILED)))
    patterns = {place: extents[place].pattern() for place in places}
    pairs = [(place, other) for number, place in enumerate(places) for other in places[:number]]
    for place, other in pairs:
        mine, theirs = roots[place], roots[other]
        if splits(mine) is splits(theirs) and (
            (
                without_role(mine) & without_role(theirs)
                and _same(patterns[place], patterns[other], mine)
            )
            or _unbalanced(mine, theirs, patterns[place], patterns[other])
            or _gone(mine, theirs)
            or (_kept(mine) and _kept(theirs) and any({place, other} <= these for these in shown))
        ):
            join(one_of, (place, other))
    _join_lookups(one_of, places, roots, extents)
    _join_few(one_of, pairs, roots, extents)
    short = {name for name in one_of if _short(name, one_of, roots, at_ease)}
    join(one_of, [place for place in places if one_of[place] in short])


def _unbalanced(
    one: frozenset[str],
    other: frozenset[str],
    mine: Mapping[str, frozenset[str]],
    theirs: Mapping[str, frozenset[str]],
) -> bool:
    """Whether the number of values is wrong in nodes of one role, too high for some kinds of
    entries and too low for others; that may be two mistakes if it is for one pair of kinds each,
    but hardly if it is for each change of kind and for no other entry.  In walks kinds take turns
    and tell nothing."""
    roles = [
        {at.rpartition(": ")[0] for at in root if ": nr_values " in at} for root in (one, other)
    ]
    whole = Family.SPLITS.value in mine.get(CASES, frozenset()) | theirs.get(CASES, frozenset())
    if not (splits(one) or splits(other)) or not whole:
        return bool(roles[0] & roles[1])
    kinds = mine.get(ENTRIES, frozenset()), theirs.get(ENTRIES, frozenset())
    return (
        bool(roles[0] & roles[1])
        and not kinds[0] & kinds[1]
        and (len(kinds[0] | kinds[1]) > 2 or kinds[0] | kinds[1] == CHANGED)
    )


def _short(
    name: int, one_of: Sequence[int], roots: Sequence[Root], at_ease: frozenset[str]
) -> bool:
    """Whether this is only what a split does that lacks the memory for a node, and not what a split
    does that has it."""
    mine = [root for of, root in zip(one_of, roots, strict=True) if of == name]
    return all(map(_failed, mine)) and not any(without_role(root) & at_ease for root in mine)


def _gone(one: Root, other: Root) -> bool:
    """Whether a node is gone, or kept, where the number of its entries is not what it should be."""
    heads = [root for root in (one, other) if all(map(_no_node, root))]
    counts = [root for root in (one, other) if any(": count " in at for at in root)]
    return len(heads) == len(counts) == 1 and heads != counts


def _no_node(symptom: str) -> bool:
    """Whether this tells of the node on top, or of one that is kept where nothing should be."""
    return symptom.startswith("head: ") or symptom.endswith(": nothing is a node")


def _kept(root: frozenset[str]) -> bool:
    """Whether nodes are left that nobody needs."""
    left = ("held more", "left over more", "more live nodes")
    return splits(root) and all(one.endswith(left) for one in root)


def _failed(root: Root) -> bool:
    """Whether a failing request shows all of it."""
    return all(one.startswith(FAILED) for one in root)


def _same(
    one: Mapping[str, frozenset[str]], other: Mapping[str, frozenset[str]], root: Root
) -> bool:
    """Whether two that are alike show in cases of the same kind, for the same kinds of entries or
    the same marks, where these decide what is right, and at the same places within an entry.  What
    is wrong in nodes after splits by one function only, and by another only, has two reasons."""
    if not splits(root):
        # What was split in its case, and by which function, says nothing of what breaks later.
        return about(root) is not Aspect.MARKS or _marks(one) == _marks(other)
    both = CASES in one and CASES in other
    if both and about(root) in _IN_NODES and not one[CASES] & other[CASES]:
        return False
    if about(root) is Aspect.MARKS:
        return _marks(one) == _marks(other) and _inside(one) is _inside(other)
    if about(root) in (Aspect.VALUES, Aspect.ENTRIES) and one.keys() & other.keys() & {ENTRIES}:
        return one[ENTRIES] == other[ENTRIES]
    return True


def _inside(pattern: Mapping[str, frozenset[str]]) -> bool:
    """Whether this shows only where an index is not the first of its entry."""
    return bool(pattern.get(INDEX)) and FIRST not in pattern[INDEX]


def _marks(pattern: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The marks that all entries bear which show something."""
    borne = [frozenset(marks.split("+")) for marks in pattern.get(MARKS, ())]
    return frozenset.intersection(*borne) if borne else frozenset()


CHANGED = frozenset({"pointer to value", "value to pointer"})
LOOKUPS = frozenset({"load", "cursor_load"})
FEW = 50
"""How many times as many cases another kind of answer must show, for the rest to follow from it."""


def _join_lookups(
    one_of: list[int], places: Sequence[int], roots: Sequence[Root], extents: Sequence[Extent]
) -> None:
    """Make one of a wrong answer to a lookup and what begins with one: a split, inside an entry, of
    what is elsewhere; and of a wrong answer that hardly ever shows and the one that often does."""
    answers = [place for place in places if about(roots[place]) is Aspect.ANSWERS]
    for place in answers:
        if not _looks(roots[place]) & LOOKUPS:
            continue
        for other in places:
            if _strays(roots[other]) and _inside(extents[other].pattern()):
                join(one_of, (place, other))
    cases = {place: extents[place].splits.total() for place in answers}
    for place in answers:
        often = [other for other in answers if cases[other] >= FEW * cases[place]]
        if len({one_of[other] for other in often}) == 1:
            join(one_of, (place, often[0]))


def _join_few(
    one_of: list[int],
    pairs: Iterable[tuple[int, int]],
    roots: Sequence[Root],
    extents: Sequence[Extent],
) -> None:
    """Make one of roots that tell of the same nodes after other operations, if the one shows hardly
    ever: what is taken and not given back is there ever after."""
    for pair in pairs:
        few, many = sorted(extents[place].splits.total() for place in pair)
        mine, theirs = (without_role(roots[place]) for place in pair)
        taken = about(roots[pair[0]]) is Aspect.ALLOCATION
        if taken and mine & theirs and many >= FEW * few:
            join(one_of, pair)


def join_ends(
    one_of: list[int],
    places: Sequence[int],
    roots: Sequence[frozenset[str]],
    extents: Sequence[Extent],
) -> None:
    """Make one of a root by which the process ends and the one that it is likely to follow from."""
    patterns = {place: extents[place].pattern() for place in places}
    for place in places:
        if not ends(roots[place]):
            continue
        others = [other for other in places if one_of[other] != one_of[place]]
        goes_on = [other for other in others if not ends(roots[other])]
        chosen = _likeliest(one_of, place, goes_on, roots, patterns)
        if not chosen:
            # What writes elsewhere may end anywhere.
            chosen = {one_of[other] for other in goes_on if _strays(roots[other])}
        chosen = chosen or _likeliest(one_of, place, others, roots, patterns)
        if not chosen and not splits(roots[place]) and all(map(_asserts, roots[place])):
            # What the library asserts of a node outside splits is how many entries it counts.
            later = [other for other in goes_on if not splits(roots[other])]
            counted = {one_of[at] for at in later if about(roots[at]) is Aspect.VALUES}
            alike = {one_of[at] for at in later if _nested(patterns[place], patterns[at])}
            chosen = counted & alike
        if len(chosen) == 1:
            chosen.add(one_of[place])
            join(one_of, [at for at in places if one_of[at] in chosen])


def _likeliest(
    one_of: Sequence[int],
    end: int,
    others: Iterable[int],
    roots: Sequence[Root],
    patterns: Mapping[int, Mapping[str, frozenset[str]]],
) -> set[int]:
    """Those of the others for which most speaks that the end of the process follows from them."""
    likely: dict[int, int] = {}
    for other in others:
        told = _likely(roots, patterns, end, other)
        likely[one_of[other]] = max(told, likely.get(one_of[other], 0))
    best = max(likely.values(), default=0)
    return {group for group, told in likely.items() if told == best > 0}


def _strays(root: frozenset[str]) -> bool:
    """Whether something is written where it does not belong."""
    return any("publish-elsewhere" in one for one in root)


def _likely(
    roots: Sequence[frozenset[str]],
    patterns: Mapping[int, Mapping[str, frozenset[str]]],
    end: int,
    other: int,
) -> int:
    """How much speaks for an end of the process to follow from another root; 0 if anything speaks
    against it."""
    mine, theirs = patterns[end], patterns[other]
    if _inside(mine) and _inside(theirs):
        return 9
    if splits(roots[end]) != splits(roots[other]):
        return 0
    if not _nested(mine, theirs):
        return 0
    told = 2 * len(fields(roots[end]) & fields(roots[other]))
    told += 3 * bool(_looks(roots[end]) & _looks(roots[other]))
    for dimension in _INPUTS:
        here, there = mine.get(dimension), theirs.get(dimension)
        told += here is not None and here == there and len(here) < VALUES[dimension]
    return told


_INPUTS = (ENTRIES, FAILING, INDEX, PLACE, AROUND, MEMORY)


def _nested(one: Mapping[str, frozenset[str]], other: Mapping[str, frozenset[str]]) -> bool:
    """Whether, in each dimension that both have, all values of one are values of the other."""
    both = [(one[name], other[name]) for name in _INPUTS if name in one and name in other]
    return all(here <= there or there <= here for here, there in both)


def _asserts(symptom: str) -> bool:
    """Whether this is an assertion that fails."""
    return "no-assertion: " in symptom


def _looks(root: frozenset[str]) -> frozenset[str]:
    """The operations other than splits that these symptoms name first."""
    return frozenset(told[1] for one in root if (told := _LOOK.match(one))) - _NO_LOOKS


def without_role(symptoms: frozenset[str]) -> frozenset[str]:
    """The symptoms as they are for nodes of any role, and requests of any kind.  That the LRU is
    wrong after several stores says no more than a wrong report after one, for these are not judged
    there."""
    told = {symptom.rpartition(": ")[2] for symptom in symptoms}
    if any(one.startswith(("update-final", "update-reported")) for one in told):
        told.add(LRU)
    if "requests more" in told:
        # What is left over follows from that; it may also be left for another reason.
        told -= {"held more", "left over more"}
    return frozenset(told)
