# SPDX-License-Identifier: GPL-2.0-or-later
from collections.abc import Sequence
from typing import Any

import pytest

from models.case.finding import Finding
from models.histories import search as drawn
from models.mutants.catalogue import MUTANTS
from models.mutants.run import mutated
from models.subject.implementation import Implementation
from models.sweep.sweep import Unit
from review.run import campaign, histories, search
from review.run.campaign import Effort
from review.run.results import Results
from review.run.search_result import SearchResult
from review.run.workers import Workers


@pytest.fixture(scope="module")
def wrong() -> Implementation:
    """What no unit of the sweep shows."""
    (mutant,) = [one for one in MUTANTS if one.name == "cmpxchg-always-stores"]
    return mutated(mutant)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "quick_units", lambda *_: [Unit(3, 1, 0, 2)])
    monkeypatch.setattr(search, "complete_units", lambda *_: [])
    monkeypatch.setattr(search, "sampled_units", lambda *_, **__: [Unit(3, 2, 0, 2)])
    # What is found need not be small here.
    monkeypatch.setattr(drawn, "SHRINKS", 5)
    monkeypatch.setattr(drawn, "MOST_TRIALS", 5)


def searched(one: Implementation, examples: int, jobs: int = 1, **named: Any) -> SearchResult:
    on_found = named.get("on_found", lambda _: None)
    effort = Effort(examples, 40)
    return search.search([one], (3,), 1, Workers(jobs), effort, None, on_found, Results())


def test_what_only_a_history_shows_is_told_before_the_sweep(
    wrong: Implementation, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []
    begun = campaign.run

    def run(units: Sequence[Unit], *given: Any, **named: Any) -> bool:
        told.append([unit.order for unit in units])
        return begun(units, *given, **named)

    def found(finding: Finding) -> None:
        told.append(finding.property)

    monkeypatch.setattr(campaign, "run", run)
    done = searched(wrong, 10, on_found=found)
    assert told[0] == [1] and told[-1] == [2] and told[1:-1]
    assert done.failed and done.finished
    assert done.machines[wrong.name].total.examples >= 10 and not done.so_far.machines


def shown(done: SearchResult) -> object:
    found = done.findings
    return (
        {key: (one.smallest, one.cases, one.extent) for key, one in found.breaches.items()},
        {key: one.cases for key, one in found.failures.items()},
        done.machines[done.implementations[0].name].total,
    )


def test_the_rest_come_after_the_sweep_and_all_is_the_same_with_more_processes(
    wrong: Implementation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(histories, "FIRST", 8)
    one, other = searched(wrong, 20, jobs=1), searched(wrong, 20, jobs=2)
    assert shown(one) == shown(other)
    first, rest = one.so_far.first[0].total, one.so_far.machines[0].total
    assert first.examples >= 8 and rest.examples >= 12
    assert first.rules != rest.rules


def test_a_quick_check_draws_some_too(
    wrong: Implementation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "FEW_HISTORIES", 10)
    not_done: list[str] = []
    found = search.first_pass([wrong], (3,), Workers(1), not_done, Results())
    assert not not_done and found.histories >= 10
    assert {one.smallest.implementation for one in found.swept.findings.sorted()} == {wrong.name}
