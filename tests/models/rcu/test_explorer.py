# SPDX-License-Identifier: GPL-2.0-or-later
from pathlib import Path

import pytest

from models.kernel.source import port_source
from models.rcu import explorer
from models.rcu.build import build
from models.rcu.controls import CONTROLS
from models.rcu.explorer import Case, ExplorerError, Kind, Span
from specs.readers import Memory

SPLIT = Case("split", 3, 2, 8, 8)


@pytest.fixture(scope="module")
def port() -> Path:
    return build(port_source(), 2)


def test_the_litmus_shapes_come_out_as_known(port: Path) -> None:
    shapes = explorer.litmus(port)
    assert len({name for name, *_ in shapes}) >= 15
    assert {memory for _, memory, *_ in shapes} == set(Memory)
    for name, memory, expected, found in shapes:
        assert found == expected, (name, memory)
    answers = {(name, memory): found for name, memory, _, found in shapes}
    assert answers["MP+rel+po", Memory.WEAK] == "seen"
    assert answers["MP+rel+po", Memory.SEQUENTIAL] == "never"
    assert answers["MP+rel+addr", Memory.WEAK] == "never"


def test_a_reader_sees_the_old_entry_or_the_new_one(port: Path) -> None:
    answer = explorer.run(port, SPLIT, Memory.WEAK, ("load", "load-retry", "reload"))
    assert answer.supported and not answer.crash
    assert [result.span for result in answer.results[:3]] == [Span.BEFORE, Span.AFTER, Span.RACE]
    for result in answer.results:
        assert result.complete and not result.breaches
    races = [result for result in answer.results if result.span is Span.RACE]
    assert all(race.executions > race.starts for race in races)


def test_an_iteration_may_pass_an_index_by_on_weak_memory_only(port: Path) -> None:
    for memory, found in ((Memory.WEAK, True), (Memory.SEQUENTIAL, False)):
        answer = explorer.run(port, SPLIT, memory, ("find",))
        broken = {breach.promise for result in answer.results for breach in result.breaches}
        assert broken == ({"unordered-covers"} if found else set())


def test_a_schedule_replays_to_the_same_end(port: Path) -> None:
    answer = explorer.run(port, SPLIT, Memory.WEAK, ("find",))
    (breach,) = answer.results[-1].breaches
    events, broken = explorer.replay(
        port, SPLIT, Memory.WEAK, "find", breach.start, breach.schedule
    )
    assert broken == breach.promise == "unordered-covers"
    stores = [event.time for event in events if event.kind is Kind.STORE]
    assert stores == list(range(1, len(stores) + 1))
    events, broken = explorer.replay(port, SPLIT, Memory.WEAK, "find", breach.start, "-")
    assert broken == "" and any(event.kind is Kind.LOAD for event in events)


@pytest.mark.parametrize("schedule", ["0:99", "nonsense", "1:", "1:0", "4000:1", "1:1,"])
def test_what_is_no_schedule_is_refused(port: Path, schedule: str) -> None:
    with pytest.raises(ExplorerError, match="not an execution of find"):
        explorer.replay(port, SPLIT, Memory.WEAK, "find", 8, schedule)


def test_no_shorter_schedule_breaks_the_promise(port: Path) -> None:
    control = next(one for one in CONTROLS if one.name == "intermediate-folio")
    breaches = [
        explorer.run(port, control.case, Memory.WEAK, control.readers, bound=bound)
        .results[-1]
        .breaches
        for bound in range(4)
    ]
    assert [len(found) for found in breaches] == [0, 0, 0, 1]
    assert breaches[3][0].switches == 3


def test_a_bound_that_is_too_low_for_all_executions_is_told(port: Path) -> None:
    answer = explorer.run(port, Case("merge", 3, 0, 8, 8), Memory.WEAK, ("marked",), executions=10)
    assert not answer.results[-1].complete
    whole = explorer.run(port, Case("merge", 3, 0, 8, 8), Memory.WEAK, ("marked",))
    assert whole.results[-1].complete and whole.results[-1].executions > 10


def test_merging_states_loses_no_finding_and_saves_executions(port: Path) -> None:
    result = explorer.run(port, Case("erase-pieces", 2, 0, 4, 4), Memory.WEAK, ("marked",))
    race = result.results[-1]
    assert race.merged > 0 and race.states > 0 and not race.breaches


def test_a_case_that_means_nothing_is_one_line(port: Path) -> None:
    with pytest.raises(ExplorerError, match="no writer dance"):
        explorer.run(port, Case("dance", 3, 2, 8, 8), Memory.WEAK, ("load",))
