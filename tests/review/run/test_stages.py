# SPDX-License-Identifier: GPL-2.0-or-later
"""What hangs is not waited for again and again, and the report says so first."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.case.ends import ENDS
from models.case.extent import FAILING, Trait
from models.case.finding import SITES, Finding
from models.driver.worker import Status
from models.readers.exploration import Unexplored
from models.readers.explorer import Case, Problem, Trouble
from models.sweep.hangs import Area, Hangs
from proofs import run
from proofs.c import report as c_report
from proofs.c.cases import Case as ProofCase
from proofs.c.cases import Harness
from review.report import text
from review.run import scope, stages
from review.run.checkpoint import Checkpoint
from review.run.numbers import Numbers
from review.run.review_result import ReviewOptions, ReviewResult
from review.run.search_result import SearchResult, SearchState
from review.run.store import NOWHERE
from review.run.workers import Workers
from specs.claims import Decision, Outcome
from specs.readers import Memory
from tests.review import small
from xarray_model.operations import Code, Operation

GRANTED = Trait(FAILING, "none")


def hung(name: str, *sites: str) -> SearchResult:
    """A sweep that nothing but hangs of splits came out of, on one of the ports."""
    search = SearchResult(small.clean().implementations, SearchState(), 1, True)
    result = search.result
    result.update(small.clean().result)
    result.hangs.clear()
    case = (Operation(Code.STORE, 0, 1, entry=4), Operation(Code.SPLIT, 0, 1, 0, 4))
    found = Finding(name, 1, *ENDS[Status.HANG], "hang", 1, case, b"", b"")
    result.findings.add(found, (1, 1, 0))
    for site in sites:
        known = result.hangs[Area(name, "splits", 1, site)] = Hangs()
        known.note((GRANTED,), hung=True)
    return search


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names that the stages are asked for, none of which runs anything."""
    names: dict[str, Any] = {}

    def stage(name: str, answer: object) -> Callable[..., object]:
        def run(built: Any, *rest: Any) -> object:
            names[name] = [one.name for one in built], *rest
            return answer

        return run

    monkeypatch.setattr(stages, "_explored", stage("readers", {"port (recursive)": None}))
    monkeypatch.setattr(stages, "_measured", stage("large", []))
    monkeypatch.setattr(stages, "_numbers", stage("numbers", Numbers("none", "none", (), ())))
    return names


def test_a_stage_that_fails_loses_nothing_of_the_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    found = small.broken()
    fresh = SearchResult(found.implementations, found.so_far, found.seed, True)
    monkeypatch.setattr("review.run.search.search", lambda *_: fresh)
    monkeypatch.setattr(stages, "_explored", lambda *_: {})
    monkeypatch.setattr(stages, "_measured", fails)
    options = ReviewOptions(proofs=False)
    done = stages.run(
        options, found.implementations, [], Workers(1), tmp_path, Checkpoint(options, {})
    )
    assert not done.complete and done.status == 1
    assert "readers" in done.durations and done.search.diagnoses
    assert fresh.not_done == ["A stage of the review failed: ZeroDivisionError: by zero"]
    assert fresh.not_done[0] in "\n".join(text.report(done).splitlines())


def test_readers_of_what_hangs_are_explored_too_and_numbers_know(
    asked: dict[str, Any], tmp_path: Path
) -> None:
    done = ReviewResult(ReviewOptions(proofs=False), hung("port"))
    done.search.diagnoses = []
    assert stages._rest(
        done, tmp_path, Workers(1), Checkpoint(done.options, {}), NOWHERE, run.prove
    )
    assert asked["readers"][0] == ["port", "port (recursive)"]
    assert asked["large"][0] == ["port", "port (recursive)"]
    assert asked["numbers"][:2] == (["port", "port (recursive)"], {"port"})
    whole = ReviewResult(ReviewOptions(proofs=False), small.clean())
    assert not whole.hanging


def test_arrays_in_which_a_writer_hangs_are_undecided_and_told(tmp_path: Path) -> None:
    done = small.explored(tmp_path)
    explored = done.explored["port"]
    before = {one.target: one.outcome for one in done.reader_evidence}
    assert Outcome.UNDECIDED not in before.values()
    problem = Problem(Trouble.HANG, "", "")
    hangs = Unexplored(2, Case("split", 2, 0, 4, 4), Memory.WEAK, problem)
    explored = replace(explored, unexplored=(hangs,))
    done = ReviewResult(ReviewOptions(proofs=False), hung("port"), explored={"port": explored})
    done.search.diagnoses = []
    (left_out,) = done.reader_evidence
    assert left_out.outcome is Outcome.UNDECIDED
    (claim,) = (one for one in done.verdicts if "rcu:readers" in one.claim.checks)
    assert claim.decision is not Decision.HOLDS
    done.search.result.tried["port"].left_out.splits[1, 1, 0] += 1
    report = " ".join(text.report(done).split())
    assert "NOT of port: cases like those that crash or hang were left out." in report
    told = "s=2, writer split hangs in 1 of 2 arrays, such as split 2 0 4 4"
    assert f"NOT EXPLORED: {told}." in report
    assert f"port, readers: {told}." in scope.not_checked(done)
    assert any("1 of 2 arrays not explored" in one for one in scope.not_checked(done))
    assert told in left_out.detail


def test_that_every_split_hangs_is_told_first() -> None:
    for sites, words in (
        (SITES, "In port every split HANGS."),
        (SITES[:2], "In port every horizontal split and every split by one level HANGS."),
    ):
        done = ReviewResult(ReviewOptions(proofs=False), hung("port", *sites), complete=True)
        done.search.diagnoses = []
        assert text.result(done).startswith(f"{words} Tested: port")
    some = hung("port", *SITES[:1])
    some.result.hangs[Area("port", "splits", 1, SITES[0])].note((GRANTED,), hung=False)
    assert "HANGS" not in text.result(
        ReviewResult(ReviewOptions(proofs=False), some, complete=True)
    )


SPLIT = ProofCase(Harness.SPLIT, 1, 2, 1, 0)


def test_c_code_is_proved_where_a_thorough_review_was_asked_for(
    asked: dict[str, Any], tmp_path: Path
) -> None:
    report = c_report.Report(
        "port", "cbmc 6.6.0", [c_report.Outcome(SPLIT, c_report.Verdict.PROVED)]
    )
    for thorough in (False, True):
        options = ReviewOptions(proofs=False, thorough=thorough)
        done = ReviewResult(options, small.clean())
        done.search.diagnoses = []
        checkpoint = Checkpoint(options, {})
        assert stages._rest(
            done, tmp_path, Workers(1), checkpoint, NOWHERE, run.prove, lambda *_: [report]
        )
        done.explored = {}
        assert list(done.c_proofs) == ([report] if thorough else [])
        assert list(checkpoint.c_proofs) == list(done.c_proofs)
        assert ("--thorough" in options.command) == thorough
        told = " ".join(text.report(done).split())
        assert ("port: 1 of 1 cases proved by cbmc 6.6.0." in told) == thorough
        claim = next(one for one in done.verdicts if one.claim.id == "C2")
        assert ("c:split" in {one.check for one in claim.rests_on}) == thorough


def test_what_was_interrupted_is_not_kept(asked: dict[str, Any], tmp_path: Path) -> None:
    report = c_report.Report("port", "cbmc 6.6.0", interrupted=True)
    options = ReviewOptions(proofs=False, thorough=True)
    done, checkpoint = ReviewResult(options, small.clean()), Checkpoint(options, {})
    rest = (done, tmp_path, Workers(1), checkpoint, NOWHERE, run.prove, lambda *_: [report])
    assert not stages._rest(*rest)
    assert list(checkpoint.c_proofs) == []
