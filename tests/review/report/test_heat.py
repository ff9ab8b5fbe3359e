# SPDX-License-Identifier: GPL-2.0-or-later
from dataclasses import replace

import pytest

from models.case.extent import Extent, Tried
from models.case.finding import Finding
from models.histories.search import MachineReport
from models.subject.implementation import Implementation
from models.sweep.families import Family
from models.sweep.sweep import Unit, UnitResult, run_unit
from review.report import heat, heat_picture
from review.report.heat import HeatMap, SplitState
from review.run.review_result import ReviewOptions, ReviewResult
from review.run.search_result import SearchResult, SearchState
from tests.review import small
from xarray_model.operations import Code, Operation


def maps(one: Implementation, result: UnitResult) -> list[HeatMap]:
    return heat.maps(
        ReviewResult(ReviewOptions(), SearchResult([one], SearchState(result=result), 1, True))
    )


@pytest.fixture(scope="module")
def port() -> Implementation:
    return small.clean().implementations[0]


@pytest.fixture(scope="module")
def result(port: Implementation) -> UnitResult:
    """Two splits, the walks of another, and the numbers of nodes of all."""
    found = run_unit(Unit(2, 3, 1), [port])
    found.update(run_unit(Unit(2, 2, 0), [port]))
    found.update(run_unit(Unit(2, 3, 2, family=Family.WALKS), [port]))
    found.update(run_unit(Unit(2, 4, 0, family=Family.COUNTS), [port]))
    return found


def test_each_pair_is_in_the_state_that_it_was_found_in(
    port: Implementation, result: UnitResult
) -> None:
    (one,) = maps(port, result)
    assert (one.implementation, one.chunk_shift, one.highest) == ("port", 2, 3)
    assert one.states[3, 1] is one.states[2, 0] is SplitState.HOLDS
    # A walk is no split; of this pair only the number of nodes was checked.
    assert one.states[3, 2] is one.states[1, 0] is SplitState.COUNTED
    assert set(one.states.values()) == {SplitState.HOLDS, SplitState.COUNTED}


def test_what_was_not_run_is_in_no_state(port: Implementation, result: UnitResult) -> None:
    run = Extent()
    run.splits = result.tried["port"].run.splits.copy()
    run.traits = result.tried["port"].run.traits.copy()
    for trait in [key for key in run.traits if key[0] == (2, 2, 1)]:
        del run.traits[trait]
    del run.splits[2, 2, 1]
    (one,) = maps(port, UnitResult(tried={"port": Tried(run)}))
    assert (2, 1) not in one.states
    assert dict(one.rows())[2][heat.NOT_RUN] == "1"
    assert "not run: 1" in one.summary()


def test_a_failure_outranks_all_else() -> None:
    (broken,) = small.broken().implementations
    (one,) = maps(broken, small.broken().result)
    assert one.states[3, 1] is SplitState.FAILS


def machine(found: Finding, s: int) -> MachineReport:
    """A machine's report of a finding."""
    report = MachineReport(found.implementation, 1)
    shown = found.operations[found.operation or 0]
    report.findings.add(found, (s, shown.order, shown.new_order))
    return report


def test_of_what_machines_find_only_splits_are_in_the_map(
    port: Implementation, result: UnitResult
) -> None:
    store = Operation(Code.STORE, 0, 2, entry=4)
    split = Operation(Code.SPLIT, 0, 2, 1, 8)
    for place, failing in enumerate([set(), {(2, 1)}]):
        found = Finding("port", 2, "lru", "said", "seen", place, (store, split), b"", b"")
        search = SearchResult(
            [port], SearchState(result=result, machines=[machine(found, 2)]), 1, True
        )
        (one,) = heat.maps(ReviewResult(ReviewOptions(), search))
        assert {pair for pair, state in one.states.items() if state is SplitState.FAILS} == failing


def test_what_one_level_refuses_is_neither_failed_nor_passed(
    port: Implementation, result: UnitResult
) -> None:
    shallow = replace(port, one_level=True)
    found = UnitResult()
    found.update(result)
    found.update(run_unit(Unit(2, 4, 0, 2), [port]))
    (one,) = maps(shallow, found)
    assert one.states[4, 0] is SplitState.REFUSED
    assert one.states[3, 0] is SplitState.COUNTED


def test_the_table_says_the_same_as_the_map(port: Implementation, result: UnitResult) -> None:
    (one,) = maps(port, result)
    table = dict(one.rows())
    assert list(table) == [3, 2, 1]
    assert table[3] == {
        "fails": "",
        "refused, as is right for one level": "",
        "holds in each case that was run": "1",
        "only the number of nodes was checked, and holds": "0, 2-3",
        "not run": "",
    }
    assert one.summary() == (
        "9 pairs of orders; holds in each case that was run: 2; "
        "only the number of nodes was checked, and holds: 7."
    )


def test_states_differ_in_signs_as_well_as_in_colours() -> None:
    pictures = {
        state: heat_picture.picture(HeatMap("x", 2, 1, {(1, 0): state}), "map").replace(
            f"var(--{state.value})", ""
        )
        for state in SplitState
    }
    shapes = {text.split("</desc>")[1] for text in pictures.values()}
    assert len(shapes) == len(SplitState)


def test_the_legend_names_every_state() -> None:
    legend = heat_picture.legend()
    for words in heat.WORDS.values():
        assert f">{words}<" in legend and f": {words};" in legend  # drawn, and told
