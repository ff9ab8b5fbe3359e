# SPDX-License-Identifier: GPL-2.0-or-later
"""The benchmark of several defects at once, on two sets and a few cases; and that it can fail."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from models.case.extent import Tried
from models.case.finding import Finding
from models.case.findings import Findings
from models.case.symptoms import Kept
from models.diagnosis.causes import Cause, causes
from models.kernel.source import port_source
from models.mutants import together
from models.mutants.catalogue import MUTANTS
from models.mutants.mutant import MutantError
from models.mutants.several import Bench
from models.mutants.together import changed, planted
from models.mutants.told import Outcome, Sum, Told, by_size
from models.sweep.sweep import Unit
from xarray_model.operations import Code, Operation

PAIRS = (("mark-lost-horizontally", "offset-of-topmost"), ("count-one-low", "value-to-value"))
UNITS = [Unit(2, order, new, 8, 1) for order, new in ((3, 2), (3, 0))]
BY_NAME = {one.name: one for one in MUTANTS}


def as_one(found: Findings, _: Mapping[str, Tried]) -> list[Cause]:
    """The grouping that tells nothing apart."""
    failures = list(found.failures.values())
    least = min(failures, key=lambda one: one.first[0].size())
    return [Cause(failures, [], least.first, Kept(least.symptoms, least.symptoms))]


@pytest.fixture(scope="module")
def shifts() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(together, "SHIFTS", (2,))
        yield


@pytest.fixture(scope="module")
def bench(shifts: None) -> Bench:
    return Bench([BY_NAME[name] for pair in PAIRS for name in pair], causes, UNITS)


def test_each_of_two_defects_is_told_by_itself(bench: Bench) -> None:
    for pair in PAIRS:
        outcome = bench.outcome(pair)
        assert outcome is not None and outcome.right, outcome
        assert {one.defects for one in outcome.findings} == {(name,) for name in pair}
        assert Sum([outcome]).met


def test_a_grouping_that_tells_nothing_apart_misses_the_goal(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "_grouping", as_one)
    outcomes = [one for pair in PAIRS if (one := bench.outcome(pair)) is not None]
    assert len(outcomes) == 2
    assert not Sum(outcomes).met and not any(one.right for one in outcomes)


def test_the_same_seed_draws_the_same_sets(bench: Bench) -> None:
    told = [[one.defects for one in bench.outcomes([2], 2, 3)] for _ in range(2)]
    assert told[0] == told[1] and len(set(told[0])) == 2
    with pytest.raises(MutantError, match="sets were found"):
        list(bench.outcomes([4], 2, 3))  # there is one


def test_a_defect_that_shows_in_no_case_alone_makes_no_set(bench: Bench) -> None:
    """Every case that shows the one shows the other."""
    same = replace(BY_NAME["count-one-low"], name="the same", file="lib/xarray_node.c")
    bench.mutants["the same"] = same
    bench._alone["the same"] = bench.alone("count-one-low")
    assert not all(bench._apart(("count-one-low", "the same")))
    del bench.mutants["the same"]


def test_defects_that_change_the_same_text_do_not_go_together() -> None:
    pair = [BY_NAME[name] for name in ("value-to-value", "value-to-pointer")]
    assert changed(pair, port_source()) is None and planted(pair, port_source()) is None
    both = changed([BY_NAME[name] for name in PAIRS[1]], port_source())
    assert both is not None
    (text,) = both.values()
    assert all(BY_NAME[name].replacement in text for name in PAIRS[1])


def test_what_is_counted_of_outcomes() -> None:
    case = Finding("port", 2, "lru", "says", "detail", 0, (Operation(Code.STORE),), b"", b"")
    told = [Told(case, names) for names in (("a",), ("a",), ("a", "b"), ())]
    told.append(Told(case, ("b",), port=True))
    outcome = Outcome(("a", "b", "c"), tuple(told))
    assert (outcome.untold, outcome.not_pure, outcome.twice) == (["b", "c"], 3, 1)
    total = Sum([outcome, Outcome(("a",), (told[0],))])
    assert (total.defects, total.told, total.findings) == (4, 2, 6)
    assert not total.met and not Sum().met and Sum(total.outcomes[1:]).met
    assert list(by_size(total.outcomes)) == [1, 3]
