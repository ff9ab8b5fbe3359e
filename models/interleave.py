# SPDX-License-Identifier: GPL-2.0-or-later
"""All that a reader of the model can see of one writer's run: explicit-state exploration.

The writer's run is the journal of its stores.  A state is the reader's machine and what the reader
knows: with sequential consistency the moment; on weak memory the version below which it cannot read
each place again, and for each node that it reached the stores that it knows there, by the release
with which the pointer to it was stored.  States are hashed and searched breadth first, so that the
first way to break a promise is a shortest one.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from specs.readers import Memory, Timeline
from xarray_model.array import XArray
from xarray_model.entries import NULL, RETRY, sibling_offset
from xarray_model.journal import Field, Store, Value
from xarray_model.node import STALE, Node, is_sibling
from xarray_model.readers import ENDS, Goal, Reader, Request, State, Where


@dataclass(frozen=True, slots=True)
class Version:
    """A value of a place from the ``time``-th store on (0: before the run).  Who reads it knows all
    stores up to ``view`` of what it leads to."""

    value: Value
    time: int
    view: int


@dataclass(frozen=True, slots=True)
class Run:
    """A writer's run: its ``stores``, and what they make the ``versions`` of each place.

    ``timeline`` says what each index held, and when; ``array`` is the array after the run.
    """

    array: XArray
    versions: dict[Request, tuple[Version, ...]]
    stores: tuple[Store, ...]
    timeline: Timeline

    @property
    def end(self) -> int:
        """The number of the last store."""
        return len(self.stores)


@dataclass(frozen=True, slots=True)
class Step:
    """One load of a schedule: the place and the store that it saw (0: none), with its value."""

    request: Request
    time: int
    value: Value


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise broken, with a shortest schedule."""

    promise: str
    text: str
    schedule: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Explored:
    """What exploring one reader came to; ``depth`` is the most loads of an execution."""

    states: int
    ends: int
    depth: int
    seconds: float
    breaches: tuple[Breach, ...]


def memory_of(array: XArray) -> dict[Request, Value]:
    """Every place of an array's tree and what it holds."""
    found: dict[Request, Value] = {Request(array, Field.HEAD): array.head}
    nodes = [array.head] if isinstance(array.head, Node) else []
    while nodes:
        node = nodes.pop()
        found[Request(node, Field.SHIFT)] = node.shift
        found[Request(node, Field.OFFSET)] = node.offset
        found[Request(node, Field.PARENT)] = node.parent
        for number, entry in enumerate(node.slots):
            found[Request(node, Field.SLOT, number)] = entry
            if isinstance(entry, Node) and node.shift:
                nodes.append(entry)
    return found


def versions_of(
    before: dict[Request, Value], stores: list[Store]
) -> dict[Request, tuple[Version, ...]]:
    """The versions that a run's stores make; ``before`` is what memory held."""
    made: dict[Request, list[Version]] = {}
    for number, store in enumerate(stores, 1):
        place = Request(store.owner, store.field, store.number)
        if place not in made:
            fresh: Value = NULL if store.field is Field.SLOT else STALE
            made[place] = [Version(before.get(place, fresh), 0, 0)]
        view = number - 1 if store.release else 0
        made[place].append(Version(store.value, number, max(view, made[place][-1].view)))
    return {place: tuple(versions) for place, versions in made.items()}


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What a reader knows: ``now`` (sequential consistency), or the lowest version of each place
    (``floors``) and the view of each node that it came to (``views``).  ``canonical``: the slot
    that the sibling which was loaded last refers to, and the view on it."""

    now: int
    floors: frozenset[tuple[Request, int]] = frozenset()
    views: frozenset[tuple[Node | XArray, int]] = frozenset()
    canonical: tuple[Request, int] | None = None


class Interleaving:
    """Explores readers against one run on one memory."""

    def __init__(self, run: Run, memory: Memory) -> None:
        self._run = run
        self._weak = memory is Memory.WEAK
        self._times = {
            place: [version.time for version in versions]
            for place, versions in run.versions.items()
        }

    def explore(self, goal: Goal, index: int, started: int = 0) -> Explored:
        """Every execution of a reader that starts when ``started`` stores are known to it."""
        began = time.monotonic()
        reader = Reader(self._run.array, goal, index, self._run.timeline.last)
        first = (reader.start(), Knowledge(started))
        parents: dict[tuple[State, Knowledge], tuple[tuple[State, Knowledge], Step] | None]
        parents = {first: None}
        depth = {first: 0}
        queue = deque([first])
        ends, found = 0, {}
        while queue:
            node = queue.popleft()
            state, known = node
            if state.where in ENDS:
                ends += 1
                for promise, text in self._judge(reader, state, started):
                    if promise not in found:
                        found[promise] = Breach(promise, text, _schedule(parents, node))
                continue
            for step, after in self._loads(reader.request(state), known, started):
                following = (reader.step(state, step.value), after)
                if following not in parents:
                    parents[following] = (node, step)
                    depth[following] = depth[node] + 1
                    queue.append(following)
        seconds = time.monotonic() - began
        return Explored(len(parents), ends, max(depth.values()), seconds, tuple(found.values()))

    def _loads(
        self, place: Request, known: Knowledge, started: int
    ) -> Iterator[tuple[Step, Knowledge]]:
        """Everything that a load may return, the oldest version first, and what is known then."""
        view = max(dict(known.views).get(place.owner, 0), started) if self._weak else known.now
        if known.canonical is not None and known.canonical[0] == place:
            view = max(view, known.canonical[1])
        versions = self._run.versions.get(place)
        if versions is None:
            value = _held(place)
            yield Step(place, 0, value), self._learn(known, place, value, view)
            return
        lowest = bisect_right(self._times[place], view) - 1
        lowest = max(lowest, dict(known.floors).get(place, 0))
        seen: list[Value] = []
        for number in range(lowest, len(versions)):
            version = versions[number]
            if any(version.value is value or version.value == value for value in seen):
                continue
            seen.append(version.value)
            after = known
            if self._weak:
                floors = frozenset({*(f for f in known.floors if f[0] != place), (place, number)})
                after = Knowledge(known.now, floors, known.views, known.canonical)
            else:
                after = Knowledge(max(known.now, version.time))
            told = max(view, version.view)
            yield (
                Step(place, version.time, version.value),
                self._learn(after, place, version.value, told),
            )

    def _learn(self, known: Knowledge, place: Request, value: Value, view: int) -> Knowledge:
        """Having loaded ``value``, one who follows it knows all stores up to ``view``."""
        if not self._weak:
            return known
        canonical = None if place.field is Field.SLOT else known.canonical
        views = known.views
        if isinstance(value, Node):
            views = frozenset({*(v for v in views if v[0] is not value), (value, view)})
        elif place.field is Field.SLOT and isinstance(value, int):
            s = self._run.array.s
            if is_sibling(value, s):
                canonical = (Request(place.owner, Field.SLOT, sibling_offset(value)), view)
        return Knowledge(known.now, known.floors, views, canonical)

    def _judge(self, reader: Reader, state: State, started: int) -> Iterator[tuple[str, str]]:
        timeline = self._run.timeline
        if state.where is Where.GAVE_UP or state.entry == RETRY:
            if started == self._run.end:
                yield "retry-transient", f"index {state.index} gives retry at the end"
        elif reader.goal is Goal.FIND:
            yield from timeline.judge_iteration(reader.index, state.found, started)
        else:
            yield from timeline.judge_entry(reader.index, state.entry, started)
        if reader.goal is Goal.GET_ORDER and state.entry not in (NULL, RETRY):
            order = state.order + (state.shift if state.node is not None else 0)
            yield from timeline.judge_order(reader.index, order, started)


def _held(place: Request) -> Value:
    owner, field = place.owner, place.field
    if isinstance(owner, XArray):
        return owner.head
    if field is Field.SLOT:
        return owner.slots[place.number]
    if field is Field.PARENT:
        return owner.parent
    return owner.shift if field is Field.SHIFT else owner.offset


def _schedule(
    parents: dict[tuple[State, Knowledge], tuple[tuple[State, Knowledge], Step] | None],
    node: tuple[State, Knowledge],
) -> tuple[Step, ...]:
    steps: list[Step] = []
    while (link := parents[node]) is not None:
        node, step = link
        steps.append(step)
    return tuple(reversed(steps))
