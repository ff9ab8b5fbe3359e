# SPDX-License-Identifier: GPL-2.0-or-later
import json
import re
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from models.kernel.source import port_source
from models.readers import explorer, plan
from models.readers.exploration import Unexplored
from models.readers.explore import Report, explore
from models.readers.explorer import Case, Problem, Trouble
from review.cli import main
from review.report import readers as readers_report
from review.run import exploring, readers
from specs.claims import Outcome
from specs.readers import Memory
from specs.strength import Strength

SOME = [Case("split", 3, new, 8, 8) for new in (2, 0)] + [
    Case("folio-uniform", 2, 0, 4, 4),
    Case("merge", 1, 0, 2, 2),
]


@pytest.fixture(autouse=True)
def _few_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "cases", lambda *_: SOME)


@pytest.fixture
def report() -> Report:
    return explore(port_source(), (2,))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["rcu", *arguments], standalone_mode=False)


def test_table_findings_limits_and_controls_are_told() -> None:
    result = run("--chunk-shift", "2", "--schedules", "1")
    assert result.return_value == 0, result.output
    assert "port (recursive): " in result.output and "states a second" in result.output
    words = " ".join(result.output.split())
    assert "The chance that two of them shared their fingerprint of 64 bits" in words
    assert re.search(r"left out, is [1-9]\.\de-1\d at most", words)
    assert "unreliable" in result.output and "Unreliable, order-true: " in result.output
    assert "--replay '2 " in result.output and "more; --schedules shows them" in result.output
    assert "intermediate-folio" in result.output and "WRONG" not in result.output


def test_json_is_one_object_with_everything() -> None:
    result = run("--chunk-shift", "2", "--sc", "--json")
    told = json.loads(result.output)
    port = told["subjects"][0]
    assert port["name"] == "port" and port["executions"] > 0
    assert 0 < port["collision_probability"] < 1e-9 and port["not_explored"] == []
    assert {row["memory"] for row in port["table"]} == {"sc"}
    assert all(row["complete"] for row in port["table"])
    finding = next(one for one in port["findings"] if one["promise"] == "order-true")
    assert finding["documented"] and finding["schedule"]
    assert all(one["as_expected"] for one in told["controls"])


def test_a_printed_schedule_replays(report: Report) -> None:
    shift, found = readers.smallest(report)[0]
    shown = readers_report.schedule_lines(report, shift, found)
    (line,) = (one for one in shown if "--replay" in one)
    result = run("--replay", line.split("'")[1])
    assert result.return_value == 1
    assert f"breaks {found.breach.promise}" in result.output


@pytest.mark.parametrize(
    "text", ["", "2 split", "2 split 3 2 8 8 weak find x -", "9 a b c d e f g"]
)
def test_what_is_no_schedule_is_wrong_usage(text: str) -> None:
    assert isinstance(run("--replay", text).exception, click.ClickException)


def test_litmus_tests_are_written(tmp_path: Path) -> None:
    result = run("--litmus", str(tmp_path))
    assert result.return_value == 0 and "Not run here" in result.output
    assert (tmp_path / "xarray-split-slots.litmus").read_text().startswith("C xarray-split-slots\n")
    (tmp_path / "file").touch()
    assert isinstance(run("--litmus", str(tmp_path / "file" / "x")).exception, click.UsageError)


def test_a_kernel_that_is_not_there_is_wrong_usage() -> None:
    assert isinstance(run("--kernel", "/nowhere").exception, click.ClickException)


def test_what_is_listed_as_no_promise_is_told_and_decides_nothing(report: Report) -> None:
    (one,) = readers.evidence(report, "port")
    assert (one.check, one.outcome) == ("rcu:readers", Outcome.HOLDS)
    assert one.strength is Strength.COMPLETE and "s=2 to order 3" in one.extent.what


def test_readers_of_nothing_hold_nothing(report: Report) -> None:
    (one,) = readers.evidence(replace(report, results=()), "port")
    assert (one.outcome, one.strength) == (Outcome.UNDECIDED, None)


def test_what_no_reader_can_rely_on_is_named(report: Report) -> None:
    (one,) = readers.evidence(report, "port")
    assert "no promise: marked-inside, order-true, unordered-covers (docs/readers.md)" in one.detail


def test_evidence_fails_when_a_promise_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "cases", lambda *_: [Case("folio-uniform-early-thaw", 3, 1, 8, 8)])
    monkeypatch.setattr(plan, "SPLITS", (*plan.SPLITS, "folio-uniform-early-thaw"))
    monkeypatch.setattr(plan, "WRITERS", (*plan.WRITERS, "folio-uniform-early-thaw"))
    report = explore(port_source(), (2,), writers=plan.WRITERS)
    (one,) = readers.evidence(report, "port")
    assert one.outcome is Outcome.FAILS and "folio-uniform-early-thaw 3 1 8 8 sc" in one.detail


def left_out(case: Case, trouble: Trouble, reader: str = "", text: str = "") -> list[Unexplored]:
    problem = Problem(trouble, reader, text)
    return [Unexplored(2, case, memory, problem) for memory in Memory]


def test_what_was_not_explored_is_told_where_it_is_missing(report: Report) -> None:
    folio, merge = SOME[2], SOME[3]
    missing = left_out(folio, Trouble.HANG) + left_out(merge, Trouble.CRASH, "find", "SIGSEGV")
    missing += left_out(Case("erase", 1, 0, 2, 2), Trouble.HANG)
    kept = [(s, one) for s, one in report.results if one.case != folio]
    report = replace(report, results=tuple(kept), unexplored=tuple(missing))
    assert report.failing
    assert readers.not_explored(report) == [
        "s=2, writer folio-uniform hangs in 1 of 1 arrays, such as folio-uniform 2 0 4 4",
        "s=2, reader find against merge crashes in 1 of 1 arrays, such as merge 1 0 2 2 (SIGSEGV)",
        "s=2, writer erase hangs in 1 of 1 arrays, such as erase 1 0 2 2",
    ]
    cells = {(one.reader, one.writer, one.memory): one for one in readers.cells(report)}
    lost = cells["load", "folio-uniform", Memory.WEAK]
    assert (lost.verdict, lost.cases) == ("not explored; s=2 1 of 1 arrays not explored", 0)
    assert cells["load", "split", Memory.WEAK].complete
    (one,) = readers.evidence(report, "port")
    assert one.outcome is Outcome.UNDECIDED
    assert "not explored: s=2, writer folio-uniform hangs" in one.detail
    assert "merge" not in one.detail  # which decides nothing about splits
    assert one.extent.strength is Strength.SAMPLED  # of what there is to be explored


def test_a_limit_that_was_reached_is_no_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.readers.exploration.BOUNDED_EXECUTIONS", 1)
    monkeypatch.setattr(explorer, "EXECUTIONS", 1)
    report = explore(port_source(), (2,))
    (one,) = readers.evidence(report, "port")
    assert one.outcome is Outcome.UNDECIDED
    assert any(cell.coverage == "s=2 cut short" for cell in readers.cells(report))


def test_a_bound_that_was_reached_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {cell.coverage for cell in readers.cells(explore(port_source(), (2,)))} == {"complete"}
    monkeypatch.setattr(explorer, "EXECUTIONS", 12)
    report = explore(port_source(), (2,))
    told = {cell.coverage for cell in readers.cells(report)}
    assert "s=2 bound 3 reached" in told and report.incomplete()
    (one,) = readers.evidence(report, "port")
    assert " runs with a bound" in one.detail
    assert one.strength is Strength.SAMPLED and one.extent.of == len(report.races(plan.SPLITS))


def test_what_cannot_be_explored_is_told_without_exploring_what_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exploring, "explorable", lambda _: ([], ["not run: port: no words"]))
    monkeypatch.setattr(exploring, "known_races", None)
    result = run()
    assert result.return_value == 2 and "not run: port: no words" in result.output
    assert json.loads(run("--json").output)["controls"] == []
