# SPDX-License-Identifier: GPL-2.0-or-later
"""The model's explorer against the one of compiled code, and against itself with defects."""

from pathlib import Path

import pytest

from models.case.reference import SplitKind
from models.kernel.source import port_source
from models.readers import explorer, interleave_runs, plan
from models.readers.build import build
from models.readers.explorer import Case
from models.readers.interleave import Interleaving
from models.readers.versions import Run, Version
from specs.readers import Memory
from xarray_model.journal import Field
from xarray_model.reader_state import Goal

WRITERS = (
    "split",
    "try-split",
    "merge",
    "erase",
    "store-over",
    "folio-uniform",
    "folio-nonuniform",
)
CASES = [
    (s, case)
    for s in (1, 2)
    for case in plan.cases(s)
    if case.writer in WRITERS and case.order <= (3 if s == 1 or case.writer == "split" else 2)
]
"""At s = 2 what takes longest is left to splits: other writers of order 3 take as many levels."""


@pytest.fixture(scope="module")
def ports() -> dict[int, Path]:
    return {s: build(port_source(), s) for s in (1, 2)}


def broken(run: Run, memory: Memory, goal: Goal) -> set[str]:
    exploring = Interleaving(run, memory)
    return {
        breach.promise
        for index in range(run.timeline.first, run.timeline.last + 1)
        for started in (0, run.end)
        for breach in exploring.explore(goal, index, started).breaches
    }


@pytest.mark.parametrize(
    "memory", [Memory.SEQUENTIAL, pytest.param(Memory.WEAK, marks=pytest.mark.long)]
)
def test_model_and_compiled_port_break_the_same_promises(
    ports: dict[int, Path], memory: Memory
) -> None:
    seen: set[str] = set()
    for s, case in CASES:
        run = interleave_runs.run(case, s)
        goals = [goal for goal in Goal if goal.value in plan.readers_of(case.writer)]
        readers = tuple(goal.value for goal in goals)
        # By inline steps an iteration of the port breaks what it breaks otherwise.
        inline = tuple(name for name, other in plan.IN_LINE.items() if other in readers)
        compiled: dict[str, set[str]] = {name: set() for name in (*readers, *inline)}
        for result in explorer.run(ports[s], case, memory, (*readers, *inline)).results:
            compiled[result.reader] |= {breach.promise for breach in result.breaches}
        for goal in goals:
            assert broken(run, memory, goal) == compiled[goal.value], (s, str(case), goal)
            seen |= compiled[goal.value]
        for name in inline:
            assert compiled[name] == compiled[plan.IN_LINE[name]], (s, str(case), name)
    weak = {"unordered-covers", "marked-inside"} if memory is Memory.WEAK else set()
    assert seen == {"order-true", "merge-covers", "load-other", *weak}


@pytest.mark.parametrize("kind", SplitKind)
def test_every_way_to_split_shows_readers_the_same(kind: SplitKind) -> None:
    for order, new_order in ((3, 2), (3, 1), (2, 0), (1, 0)):
        run = interleave_runs.run(Case("split", order, new_order, 8, 8), 2, kind)
        assert run.end > 0
        for goal in (Goal.LOAD, Goal.LOAD_RETRY, Goal.RELOAD):
            assert not broken(run, Memory.WEAK, goal)
        for goal in (Goal.FIND, Goal.MARKED, Goal.NEXT):
            assert not broken(run, Memory.SEQUENTIAL, goal)


def test_a_publication_that_is_no_release_is_found() -> None:
    run = interleave_runs.run(Case("split", 3, 0, 8, 8), 2)
    plain = {
        place: tuple(Version(one.value, one.time, 0) for one in versions)
        for place, versions in run.versions.items()
    }
    weakened = Run(run.array, plain, run.stores, run.timeline)
    assert "load-null" in broken(weakened, Memory.WEAK, Goal.LOAD)
    assert not broken(weakened, Memory.SEQUENTIAL, Goal.LOAD)


def test_a_shortest_schedule_ends_with_what_breaks_the_promise() -> None:
    run = interleave_runs.run(Case("split", 1, 0, 2, 2), 2)
    explored = Interleaving(run, Memory.WEAK).explore(Goal.FIND, 2)
    (breach,) = explored.breaches
    assert breach.promise == "unordered-covers" and len(breach.schedule) <= explored.depth
    places = [(step.request.field, step.request.number, step.time > 0) for step in breach.schedule]
    new = places.index((Field.SLOT, 2, True))
    assert (Field.SLOT, 3, False) in places[new:]  # the new entry, then the old sibling
    assert explored.states > len(breach.schedule) and explored.ends > 1


def test_a_reader_after_the_end_has_one_execution() -> None:
    run = interleave_runs.run(Case("split", 3, 0, 8, 8), 2)
    explored = Interleaving(run, Memory.WEAK).explore(Goal.LOAD, 9, run.end)
    assert explored.ends == 1 and explored.states == explored.depth + 1


@pytest.mark.parametrize("memory", Memory)
@pytest.mark.parametrize(
    "case",
    [
        Case("folio-uniform-early-thaw", 3, 1, 8, 8),
        Case("folio-nonuniform-intermediate", 3, 0, 8, 14),
    ],
    ids=lambda case: case.writer,
)
def test_a_protocol_of_callers_that_is_broken_is_found(
    ports: dict[int, Path], case: Case, memory: Memory
) -> None:
    assert "folio-covers" in broken(interleave_runs.run(case, 2), memory, Goal.LOOKUP)
    answer = explorer.run(ports[2], case, memory, ("lookup",))
    assert {b.promise for r in answer.results for b in r.breaches} == {"folio-covers"}


def test_a_writer_that_the_model_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="no writer dance"):
        interleave_runs.run(Case("dance", 1, 0, 2, 2), 2)
