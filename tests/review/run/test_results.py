# SPDX-License-Identifier: GPL-2.0-or-later
"""Results are taken over where nothing that they depend on has changed, and told as such."""

import random
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.case.finding import Finding
from models.histories.search import MachineReport
from models.kernel.source import port_source
from models.mutants.catalogue import MUTANTS
from models.mutants.run import mutated
from models.subject.implementation import Implementation, examine
from models.sweep.sweep import Unit, UnitResult
from review.run import campaign, reused, store
from review.run import search as searches
from review.run.campaign import Effort
from review.run.results import Results, implementation_key, program_key
from review.run.search_result import work_out
from review.run.store import ResultStore
from review.run.workers import Workers
from tests.review import small

UNITS = [Unit(1, 2, 0), Unit(1, 2, 1)]
WRONG = next(one for one in MUTANTS if one.name == "leaf-values-zero")


class Never(random.Random):
    """Nothing is worked out again."""

    def randrange(self, *_: object, **__: object) -> int:
        return 1


class Always(Never):
    """All is."""

    def randrange(self, *_: object, **__: object) -> int:
        return 0


@pytest.fixture(scope="module")
def port() -> Implementation:
    return examine(port_source(), (1,))


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XASPLIT_RESULTS", str(tmp_path / "results"))
    return tmp_path / "results"


def swept(
    one: Implementation, draw: random.Random, on_found: Callable[[Finding], None] = lambda _: None
) -> tuple[UnitResult, Results]:
    taken, result = Results(ResultStore(), draw), UnitResult()
    assert campaign.run(
        UNITS, [one], Workers(1), lambda *_: None, result, on_found, results=taken
    )  # fmt: skip
    return result, taken


def test_units_are_taken_over_and_come_to_the_same(
    port: Implementation, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, taken = swept(port, Never())
    assert reused.of_results(taken) == []
    monkeypatch.setattr(campaign, "_unit", None)
    second, taken = swept(port, Never())
    assert second.alike(first) and second.coverage == first.coverage
    (told,) = reused.of_results(taken)
    assert "2 of 2 units of the sweep" in told and "--fresh runs all" in told


def test_findings_that_are_taken_over_are_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = mutated(replace(WRONG, chunk_shift=1))
    found: list[Finding] = []
    first, _ = swept(wrong, Never(), found.append)
    assert "node-nr-values" in {one.property for one in found}
    monkeypatch.setattr(campaign, "_unit", None)
    again: list[Finding] = []
    second, _ = swept(wrong, Never(), again.append)
    assert {one.property for one in again} == {one.property for one in found}
    assert second.alike(first) and not second.alike(UnitResult())


def test_what_is_worked_out_again_must_come_out_as_it_was(
    port: Implementation, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept(port, Never())
    result, taken = swept(port, Always())
    assert result.misjudged == [] and reused.of_results(taken) == []
    wrong = mutated(replace(WRONG, chunk_shift=1))
    # As if the same program had been another one.
    monkeypatch.setattr(campaign, "program_key", lambda *_: "the same")
    swept(port, Never())
    result, _ = swept(replace(wrong, name="port"), Always())
    assert len(result.misjudged) == len(UNITS)


def test_another_program_or_other_code_of_ours_has_nothing_kept(
    port: Implementation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept(port, Never())
    program = tmp_path / "driver"
    program.write_bytes(port.executables[1].read_bytes() + b"\0")
    program.chmod(0o755)
    _, taken = swept(replace(port, executables={1: program}), Never())
    assert reused.of_results(taken) == []
    monkeypatch.setattr(store, "own_code", lambda _: "other")
    _, taken = swept(port, Never())
    assert reused.of_results(taken) == []


def test_histories_are_taken_over_too(
    port: Implementation, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports = []
    for _ in range(2):
        taken = Results(ResultStore(), Never())
        some: list[MachineReport] = []
        effort = Effort(examples=5, steps=10)
        assert campaign.machines(
            [port], [1], effort, 1, Workers(1), lambda _: None, some, results=taken
        )  # fmt: skip
        reports += some
        monkeypatch.setattr(campaign, "_machine", None)
    assert reports[0].total.steps == reports[1].total.steps > 0
    assert "1 of 1 searches with histories" in reused.of_results(taken)[0]


def test_a_key_names_the_program_at_its_chunk_shift_and_what_it_is_held_against(
    port: Implementation,
) -> None:
    based = replace(port, name="other")
    assert implementation_key(port, 1) == implementation_key(replace(port), 1)
    assert implementation_key(port, 1) != implementation_key(based, 1)
    assert program_key(port, 1) == program_key(replace(port), 1) != program_key(based, 1)


def test_what_is_not_whole_is_not_kept() -> None:
    taken = Results(ResultStore())
    assert taken.of("things", 1, lambda: "half", lambda _: False) == "half"
    assert taken.of("things", 1, lambda: "whole") == "whole"
    assert taken.of("things", 1, lambda: "other") == "whole"
    assert "1 of 3 things" in reused.of_results(taken)[0]


def test_causes_are_taken_over_only_from_a_search_that_was_asked_the_same_and_ended_by_itself() -> (
    None
):
    def worked_out(told: str, asked: object) -> object:
        done: Any = copy(small.broken())  # others share it
        done.results, done.asked = Results(ResultStore(), Never()), asked
        done.diagnoses, done.origins, done.wheres = [told], [], []
        work_out(done)
        return done.diagnoses

    assert worked_out("by the clock", None) == ["by the clock"]
    assert worked_out("first", "asked") == ["first"]
    assert worked_out("again", "asked") == ["first"]
    assert worked_out("other", "another") == ["other"]
    assert worked_out("by the clock", None) == ["by the clock"]


def test_what_the_clock_ends_says_so(port: Implementation, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("complete_units", "sampled_units", "quick_units"):
        monkeypatch.setattr(searches, name, lambda *_: [])
    asked = [
        searches.search([port], (1,), 1, Workers(1), effort, None, lambda _: None, Results()).asked
        for effort in (Effort(0, 1), Effort(0, 1, 60.0), Effort(0, 1, None, True))
    ]
    assert asked[0] is not None and asked[1:] == [None, None]
