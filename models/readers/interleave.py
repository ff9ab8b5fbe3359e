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
from typing import NamedTuple

from models.readers.versions import Run
from specs.readers import Memory
from specs.timeline import Iteration
from xarray_model.array import XArray
from xarray_model.entries import NULL, RETRY, sibling_offset
from xarray_model.folio import Folio
from xarray_model.journal import Field, Value
from xarray_model.node import Node, is_sibling
from xarray_model.reader_state import (
    ENDS,
    FINDING,
    MARKING,
    ORDERED,
    PAUSING,
    Goal,
    Request,
    State,
    Where,
)
from xarray_model.readers import Reader


class Step(NamedTuple):
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


class Knowledge(NamedTuple):
    """What a reader knows: all stores up to ``now`` of everything (with sequential consistency the
    moment; on weak memory as of its last barrier), the lowest version of each place (``floors``)
    and the view of each object that it came to (``views``).  ``canonical``: the slot that the
    sibling which was loaded last refers to, and the view on it.

    Of a reader with barriers: ``learnt`` is what a barrier will make ``now``, ``newest`` the newest
    store seen, and ``held`` the store that cannot come while the reader holds its reference.
    """

    now: int
    floors: frozenset[tuple[Request, int]] = frozenset()
    views: frozenset[tuple[Node | XArray | Folio, int]] = frozenset()
    canonical: tuple[Request, int] | None = None
    learnt: int = 0
    newest: int = 0
    held: int | None = None


class Interleaving:
    """Explores readers against one run on one memory."""

    def __init__(self, run: Run, memory: Memory) -> None:
        self._run = run
        self._memory = memory
        self._weak = memory is Memory.WEAK
        self._times = {
            place: [version.time for version in versions]
            for place, versions in run.versions.items()
        }

    def explore(self, goal: Goal, index: int, started: int = 0) -> Explored:
        """Every execution of a reader that starts when ``started`` stores are known to it."""
        began = time.monotonic()
        run = self._run
        reader = Reader(run.array, goal, index, run.timeline.last, run.folios)
        first = (reader.start(), Knowledge(started, learnt=started, newest=started))
        parents: dict[tuple[State, Knowledge], tuple[tuple[State, Knowledge], Step] | None]
        parents = {first: None}
        depth, queue = 0, deque([(first, 0)])
        ends, found = 0, {}
        while queue:
            node, depth = queue.popleft()
            state, known = node
            if state.where in ENDS:
                ends += 1
                for promise, text in self._judge(reader, state, started):
                    if promise not in found:
                        found[promise] = Breach(promise, text, _schedule(parents, node))
                continue
            for step, after in self._loads(reader, state, known):
                following = self._after(reader.step(state, step.value), after)
                if following not in parents:
                    parents[following] = (node, step)
                    queue.append((following, depth + 1))
        seconds = time.monotonic() - began
        return Explored(len(parents), ends, depth, seconds, tuple(found.values()))

    def _after(self, state: State, known: Knowledge) -> tuple[State, Knowledge]:
        """The state that a step led to, with what its barrier makes known."""
        if state.fence and self._weak:
            known = known._replace(now=max(known.now, known.learnt))
        if known.held is not None and state.where in (Where.HEAD, *ENDS):
            known = known._replace(held=None)
        return state, known

    def _loads(
        self, reader: Reader, state: State, known: Knowledge
    ) -> Iterator[tuple[Step, Knowledge]]:
        """Everything that the next load may return, the oldest version first, and what is known
        then.  Of versions with equal values the oldest allows all that the others do; not so of
        references, since what is held bounds from above as well."""
        place = reader.request(state)
        ordered = reader.goal in ORDERED
        view = known.now
        if self._weak:
            view = max(view, dict(known.views).get(place.owner, 0))
        if known.canonical is not None and known.canonical[0] == place:
            view = max(view, known.canonical[1])
        versions = self._run.versions.get(place)
        if versions is None:
            value = place.held()
            yield Step(place, 0, value), self._learn(known, place, value, view)
            return
        lowest = bisect_right(self._times[place], view) - 1
        lowest = max(lowest, dict(known.floors).get(place, 0))
        seen: list[Value] = []
        for number in range(lowest, len(versions)):
            version = versions[number]
            if known.held is not None and version.time >= known.held:
                break
            repeated = any(version.value is value or version.value == value for value in seen)
            if repeated and state.where is not Where.REFS:
                continue
            seen.append(version.value)
            after = known
            version_view = max(view, version.view)
            if self._weak:
                floors = frozenset({*(f for f in known.floors if f[0] != place), (place, number)})
                after = known._replace(floors=floors)
            else:
                after = known._replace(now=max(known.now, version.time))
            if ordered:
                newest = max(known.newest, version.time)
                after = after._replace(newest=newest, learnt=max(known.learnt, version_view))
            if state.where is Where.REFS and version.value:
                held = next((v.time for v in versions[number + 1 :] if not v.value), None)
                if held is not None and after.newest >= held:
                    continue  # the reference would have kept that store from happening
                after = after._replace(held=held)
            yield (
                Step(place, version.time, version.value),
                self._learn(after, place, version.value, version_view),
            )

    def _learn(self, known: Knowledge, place: Request, value: Value, view: int) -> Knowledge:
        """Having loaded ``value``, one who follows it knows all stores up to ``view``."""
        if not self._weak:
            return known
        canonical = None if place.field is Field.SLOT else known.canonical
        views = known.views
        target: Node | Folio | None = None
        if isinstance(value, Node):
            target = value
        elif place.field in (Field.SLOT, Field.HEAD) and isinstance(value, int):
            target = self._run.folios.get(value)
        if target is not None:
            views = frozenset({*(v for v in views if v[0] is not target), (target, view)})
        elif place.field is Field.SLOT and isinstance(value, int):
            s = self._run.array.s
            if is_sibling(value, s):
                canonical = (Request(place.owner, Field.SLOT, sibling_offset(value)), view)
        return known._replace(views=views, canonical=canonical)

    def _judge(self, reader: Reader, state: State, started: int) -> Iterator[tuple[str, str]]:
        timeline, goal, entry = self._run.timeline, reader.goal, state.entry
        if state.where is Where.GAVE_UP:
            found = [timeline.judge_restarts(started)]
        elif entry == RETRY:
            found = [timeline.judge_retry(state.index, started)]
        elif goal in FINDING or goal in MARKING:
            marked, ordered, restarts = goal in MARKING, goal in ORDERED, goal in PAUSING
            made = Iteration(self._memory, started, marked, ordered, restarts)
            found = [timeline.judge_iteration(made, reader.index, state.found)]
        elif goal is Goal.NEXT:
            found = [timeline.judge_entry(*one, started) for one in state.found]
        elif goal is Goal.RELOAD:
            if entry != NULL and entry == state.again:
                found = [timeline.judge_unchanged(reader.index, entry, started)]
            elif entry != NULL:
                found = [timeline.judge_changed(reader.index, state.again, started)]
            else:
                found = []
        elif state.covers is not None:
            found = [timeline.judge_folio(reader.index, entry, *state.covers)]
        else:
            found = [timeline.judge_entry(reader.index, entry, started)]
        if goal is Goal.GET_ORDER and entry not in (NULL, RETRY):
            order = state.order + (state.shift if state.node is not None else 0)
            found.append(timeline.judge_order(reader.index, order, started))
        yield from (one for one in found if one is not None)


def _schedule(
    parents: dict[tuple[State, Knowledge], tuple[tuple[State, Knowledge], Step] | None],
    node: tuple[State, Knowledge],
) -> tuple[Step, ...]:
    steps: list[Step] = []
    while (link := parents[node]) is not None:
        node, step = link
        steps.append(step)
    return tuple(reversed(steps))
