# SPDX-License-Identifier: GPL-2.0-or-later
"""What two reviews, of two versions of the same code, say differently."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from proofs.report import Status
from review.bundle.format import CellRecord, ClaimRecord, FindingRecord, Manifest
from review.compare.pairing import Pairing
from review.run.evidence import claim_of
from specs.claims import Decision, Evidence, Outcome


class Direction(Enum):
    """In which way the second differs from the first."""

    WORSE = "worse"
    BETTER = "better"
    UNKNOWN = "cannot be told"
    SAME = "unchanged"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing of a kind, by its name in the second bundle, before and after."""

    way: Direction
    kind: str
    name: str
    before: str
    after: str


def changes(first: Manifest, second: Manifest) -> list[Difference]:
    """Everything that both or one of them tell, with how it changed."""
    pairing = Pairing(first.tested, second.tested)
    return [
        *_findings(first, second, pairing),
        *_deviations(first, second, pairing),
        *_broken(first, second),
        *_claims(first, second, pairing),
        *_theorems(first, second),
        *_cells(first, second, pairing),
        *_checks(first, second, pairing),
    ]


def search_options(first: Manifest, second: Manifest) -> list[str]:
    """Options that differ, before and after: what one search finds another may not."""
    names = ("seed", "steps", "examples", "seconds", "sanitize", "each_patch", "proofs")
    one, other = first.options.options, second.options.options
    return [
        f"{name} {getattr(one, name)}, then {getattr(other, name)}"
        for name in names
        if getattr(one, name) != getattr(other, name)
    ]


def _findings(first: Manifest, second: Manifest, pairing: Pairing) -> Iterator[Difference]:
    left, there = list(first.findings), list(second.findings)
    pairs: list[tuple[FindingRecord, FindingRecord]] = []
    # The same in every respect first: a cause can show at another chunk shift, or break more.
    for alike in (_same, _similar):
        for one in list(left):
            name = pairing.second(one.implementation)
            found = next((x for x in there if x.implementation == name and alike(one, x)), None)
            if found is not None:
                left.remove(one)
                there.remove(found)
                pairs.append((one, found))
    for one, found in pairs:
        more = sorted(set(found.properties) - set(one.properties))
        way = Direction.WORSE if more else Direction.SAME
        remark = f"now breaks {', '.join(more)} too" if more else "still there"
        yield Difference(way, "finding", _name(found), one.counterexample or "", remark)
    for one in left:
        why = _why_not_fixed(one, first, second, pairing)
        way, remark = (
            (Direction.UNKNOWN, f"not found: {why}") if why else (Direction.BETTER, "fixed")
        )
        yield Difference(way, "finding", _name(one), one.counterexample or "", remark)
    for one in there:
        known = pairing.first(one.implementation) is not None
        way = Direction.WORSE if known else Direction.UNKNOWN
        remark = "new" if known else f"{one.implementation} was not tested before"
        if known and not first.complete:
            remark = "new, or not met before: the first review is incomplete"
        yield Difference(
            way,
            "finding",
            _name(one),
            "",
            f"{remark}: {one.counterexample or 'the bundle has no file of it'}",
        )


def _why_not_fixed(one: FindingRecord, first: Manifest, second: Manifest, pairing: Pairing) -> str:
    """Why the absence of a finding does not say that it is fixed; "" if it does."""
    if pairing.second(one.implementation) is None:
        return f"{one.implementation} was not tested again"
    if not second.complete:
        return "the second review is incomplete"
    different = [x for x in search_options(first, second) if not x.startswith(("proofs", "each"))]
    return f"the searches differ ({'; '.join(different)})" if different else ""


def _same(one: FindingRecord, other: FindingRecord) -> bool:
    return _similar(one, other) and (
        (one.smallest.chunk_shift, set(one.properties))
        == (other.smallest.chunk_shift, set(other.properties))
    )


def _similar(one: FindingRecord, other: FindingRecord) -> bool:
    return one.site == other.site and not set(one.properties).isdisjoint(other.properties)


def _name(one: FindingRecord) -> str:
    properties = ", ".join(one.properties)
    s = one.smallest.chunk_shift
    return f"{one.implementation}: {properties} in a {one.site} at chunk shift {s}"


def _deviations(first: Manifest, second: Manifest, pairing: Pairing) -> Iterator[Difference]:
    """Known deviations outside the split, which are in no finding."""
    known = {(pairing.second(source), name) for source, name in first.deviations}
    for source, name in second.deviations:
        way, remark = (Direction.SAME, "still there")
        if (source, name) not in known:
            way, remark = Direction.WORSE, "new"
            if pairing.first(source) is None:
                way, remark = Direction.UNKNOWN, f"{source} was not tested before"
        yield Difference(way, "deviation", f"{source}: {name}", "", remark)
    for source, name in first.deviations:
        there = pairing.second(source)
        if (there, name) in second.deviations:
            continue
        way, remark = (
            (Direction.BETTER, "gone") if second.complete else (Direction.UNKNOWN, "not asked for")
        )
        if there is None:
            way, remark = Direction.UNKNOWN, f"{source} was not tested again"
        yield Difference(way, "deviation", f"{there or source}: {name}", "still there", remark)


def _broken(first: Manifest, second: Manifest) -> Iterator[Difference]:
    """Prefixes of a series that do not compile."""
    for one in second.does_not_compile:
        old = one in first.does_not_compile
        yield Difference(
            Direction.SAME if old else Direction.WORSE, "patch", one, "", "does not compile"
        )
    if len(first.does_not_compile) > len(second.does_not_compile):
        text = f"{len(second.does_not_compile)} prefixes do not compile"
        yield Difference(
            Direction.BETTER, "patch", "series", f"{len(first.does_not_compile)}", text
        )


def _claims(first: Manifest, second: Manifest, pairing: Pairing) -> Iterator[Difference]:
    known = {(one.id, pairing.second(one.source)): one for one in first.claims}
    for one in second.claims:
        old = known.pop((one.id, one.source), None)
        if old is None:
            yield Difference(
                Direction.UNKNOWN, "claim", claim_of(one.id, one.source), "not decided", one.verdict
            )
        else:
            name = claim_of(one.id, one.source)
            yield Difference(_claim_way(old, one), "claim", name, old.verdict, one.verdict)
    for (claim, source), old in known.items():
        if source is not None:  # what was tested again
            way = Direction.WORSE if old.decision is Decision.HOLDS else Direction.UNKNOWN
            yield Difference(way, "claim", claim_of(claim, source), old.verdict, "not decided")


def _claim_way(old: ClaimRecord, new: ClaimRecord) -> Direction:
    if old.decision is new.decision:
        return _ordered(old.reach or 0, new.reach or 0)
    if old.decision is Decision.HOLDS:
        return Direction.WORSE
    return Direction.BETTER if new.decision is Decision.HOLDS else Direction.UNKNOWN


def _ordered(old: int, new: int) -> Direction:
    if old == new:
        return Direction.SAME
    return Direction.BETTER if new > old else Direction.WORSE


def _theorems(first: Manifest, second: Manifest) -> Iterator[Difference]:
    if first.theorems is None and second.theorems is None:
        return
    if first.theorems is None or second.theorems is None:
        statuses = (_proved(first), _proved(second))
        yield Difference(Direction.UNKNOWN, "theorem", "all of them", *statuses)
        return
    shifts = (first.theorems.chunk_shifts, second.theorems.chunk_shifts)
    if not set(shifts[0]) <= set(shifts[1]):
        before, after = (", ".join(map(str, one)) for one in shifts)
        yield Difference(Direction.WORSE, "theorem", "chunk shifts", before, after)
    known = {one.name: one.status for one in first.theorems.theorems}
    found = {one.name: one.status for one in second.theorems.theorems}
    for name in {**known, **found}:
        old, new = known.get(name, Status.MISSING), found.get(name, Status.MISSING)
        way = _ordered(old is Status.PROVED, new is Status.PROVED)
        yield Difference(way, "theorem", name, str(old), str(new))


def _proved(one: Manifest) -> str:
    if one.theorems is None:
        return "not decided"
    return f"{sum(x.status is Status.PROVED for x in one.theorems.theorems)} proved"


def _cells(first: Manifest, second: Manifest, pairing: Pairing) -> Iterator[Difference]:
    """Readers without a lock: which promises a writer breaks."""
    known = {(pairing.second(where), *_cell(one)): one for where, one in first.cells}
    for where, one in second.cells:
        old = known.pop((where, *_cell(one)), None)
        name = f"{where}: {one.reader} against {one.writer}, {one.memory.value}"
        if old is not None:
            before, after = _promises(old.verdict), _promises(one.verdict)
            way = Direction.BETTER if before - after else Direction.SAME
            way = Direction.WORSE if after - before else way
            yield Difference(way, "reader", name, old.verdict, one.verdict)
    lost: dict[str | None, int] = {}
    for (implementation, *_), _ in known.items():
        lost[implementation] = lost.get(implementation, 0) + 1
    for implementation, count in lost.items():
        if implementation is not None:
            text = f"{count} of a reader and a writer not explored again"
            yield Difference(Direction.UNKNOWN, "reader", implementation, "", text)


def _cell(one: CellRecord) -> tuple[str, str, str]:
    return one.reader, one.writer, one.memory.value


def _promises(verdict: str) -> set[str]:
    """The promises that a cell's verdict calls broken, with a race or without."""
    found = set()
    for part in verdict.split("; "):
        broken = re.fullmatch("(FAILS|fails with no race) (.*)", part)
        if broken:
            found |= {f"{broken[1]} {name}" for name in broken[2].split(", ")}
    return found


_ELSEWHERE = ("sweep:", "machine:", "theorem:")
"""Checks that findings and theorems tell of."""


def _checks(first: Manifest, second: Manifest, pairing: Pairing) -> Iterator[Difference]:
    known = _outcomes(first, lambda name: pairing.second(name) or name)
    for key, new in _outcomes(second, lambda name: name).items():
        old = known.get(key)
        if old is None:
            continue
        way = Direction.SAME
        if old.outcome is not new.outcome:
            way = Direction.WORSE if old.outcome is Outcome.HOLDS else Direction.UNKNOWN
            way = Direction.BETTER if new.outcome is Outcome.HOLDS else way
        elif new.outcome is Outcome.HOLDS:
            way = _ordered(old.strength or 0, new.strength or 0)
        before, after = (f"{one.outcome.value} ({one.detail})" for one in (old, new))
        yield Difference(way, "check", f"{new.check} on {new.target}", before, after)


def _outcomes(one: Manifest, renamed: Callable[[str], str]) -> Mapping[tuple[str, str], Evidence]:
    return {
        (item.check, renamed(item.target)): item
        for item in one.all_evidence
        if not item.check.startswith(_ELSEWHERE)
    }
