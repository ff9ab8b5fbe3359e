# SPDX-License-Identifier: GPL-2.0-or-later
"""What to try otherwise in a failing case: branches, stored values, calls, one at a time."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator, Sequence

from models.case.finding import Finding
from models.diagnosis.where.assembly import Kind, Site
from models.diagnosis.where.trace import INSIDE, MOST_SITES, Change, Do, Event, Trace
from models.pictures.explanation import answers_apart
from xarray_model.snapshot import Snapshot, decode

MOST = 6000
"""Changes that are tried for a finding."""
_WORD = (1 << 64) - 1
_ADDRESSES = 1 << 32
_WIDE = 8
_MOST_WIDE = 8


class Wanted:
    """Numbers that the right answer has where the case's answer is another."""

    def __init__(self, finding: Finding) -> None:
        self.deltas: Counter[int] = Counter()
        self.values: Counter[int] = Counter()
        for _, (expected, actual) in answers_apart(finding):
            if expected.snapshot is not None and actual.snapshot is not None:
                with contextlib.suppress(ValueError):
                    self._pictures(decode(expected.snapshot), decode(actual.snapshot))
            else:
                for want, have in zip(expected.words, actual.words, strict=False):
                    self._number(want, have)

    def _number(self, want: int, have: int) -> None:
        if want != have:
            self.deltas[(want - have) & _WORD] += 1
            self.values[want] += 1

    def _pictures(self, want: Snapshot, have: Snapshot) -> None:
        for one, other in zip(want.nodes, have.nodes, strict=False):
            for name in ("shift", "offset", "count", "nr_values"):
                self._number(getattr(one, name), getattr(other, name))
            for mine, theirs in zip(one.marks, other.marks, strict=False):
                self._number(mine, theirs)
            for mine, theirs in zip(one.slots, other.slots, strict=False):
                self._number(mine, theirs)


def wide_numbers(finding: Finding) -> list[int]:
    """Numbers that the operations are about and that take more than 32 bits, which code may have
    cut off: the first index of an entry, the last, the one behind it, and how many it covers."""
    found: dict[int, None] = {}
    for one in finding.operations:
        size = 1 << one.order
        first = one.index - one.index % size
        for number in (first, first + size - 1, first + size, size, size - 1):
            if _ADDRESSES <= number <= _WORD:
                found[number] = None
    if found:
        found[_WORD] = None
    return list(found)[:_MOST_WIDE]


def changes(trace: Trace, sites: Sequence[Site], finding: Finding, last: int) -> Iterator[Change]:
    """What to try, for each site that the operations up to ``last`` come by."""
    wanted = Wanted(finding)
    deltas = [d for d, _ in wanted.deltas.most_common(3)]
    deltas += [d for d in (1, _WORD) if d not in deltas]
    values = [v for v, _ in wanted.values.most_common(3)]
    values += [v for v in (0,) if v not in values]
    wide = wide_numbers(finding)
    passes: Counter[int] = Counter()
    inside: dict[int, list[tuple[int, Event]]] = {}
    before: dict[int, list[tuple[int, Event]]] = {}
    for number, events in enumerate(trace.operations[: last + 1]):
        for event in events:
            if event.site < MOST_SITES:
                passes[event.site] += 1
                where = inside if number == last else before
                where.setdefault(event.site, []).append((passes[event.site], event))
    for number, met in inside.items():
        yield from _at(number, sites[number], met, INSIDE, deltas, values, wide)
    for number, met in before.items():
        if number not in inside:
            yield from _at(number, sites[number], met, 0, deltas, values, wide)


def _at(
    number: int,
    site: Site,
    met: Sequence[tuple[int, Event]],
    whole: int,
    deltas: Sequence[int],
    values: Sequence[int],
    wide: Sequence[int],
) -> Iterator[Change]:
    """What to try at a site: each time, which is what ``whole`` means; and where the case comes by
    it several times in the operation that shows the finding, one of them."""
    some = _some(met) if len(met) > 1 and whole else []
    if site.kind is Kind.BRANCH:
        yield Change(number, whole, Do.FLIP)
        ways = Counter(event.taken for _, event in met)
        # What ends a loop is the rarer way, if it went round at all.
        yield Change(number, whole, Do.AGAIN, int(min(ways, key=lambda way: (ways[way], way))))
        if len(ways) > 1:
            yield from (Change(number, whole, Do.TAKE), Change(number, whole, Do.PASS))
        yield from (Change(number, instance, Do.FLIP) for instance, _ in some)
    elif site.kind is Kind.CALL:
        yield Change(number, whole, Do.SKIP)
        yield from (Change(number, instance, Do.SKIP) for instance, _ in some)
    elif site.kind is not Kind.LINE:
        addresses = all(event.value > _ADDRESSES for _, event in met)
        if site.size == _WIDE and not addresses:
            yield from (Change(number, whole, Do.SET, value) for value in wide)
        if site.kind is not Kind.RETURN:
            yield Change(number, whole, Do.SKIP)
            yield from (Change(number, instance, Do.SKIP) for instance, _ in some)
        if not addresses:
            # Another pointer than the right one would only crash.
            yield from _stored(number, site.size, whole, met[-1][1], deltas, values)
            for instance, event in some:
                yield from _stored(number, site.size, instance, event, deltas, values)


def _some(met: Sequence[tuple[int, Event]]) -> list[tuple[int, Event]]:
    """The first, the last, and one between."""
    return list(dict.fromkeys([met[0], met[len(met) // 2], met[-1]]))


def _stored(
    number: int,
    size: int,
    instance: int,
    event: Event,
    deltas: Sequence[int],
    values: Sequence[int],
) -> Iterator[Change]:
    mask = (1 << 8 * size) - 1
    done = {event.value}
    for delta in deltas:
        done.add((event.value + delta) & mask)
        yield Change(number, instance, Do.ADD, delta)
    for value in values:
        if value <= mask and value not in done:
            yield Change(number, instance, Do.SET, value)
