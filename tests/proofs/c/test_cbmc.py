# SPDX-License-Identifier: GPL-2.0-or-later
"""What the model checker's exit status and output come to, by programs that stand in for it."""

import json
from pathlib import Path

import pytest

from proofs.c import cbmc, run
from proofs.c.cases import Case, Harness
from proofs.c.cbmc import MissingError, Program, Running
from proofs.c.report import Outcome, Verdict

CASE = Case(Harness.SPLIT, 1, 2, 1, 0)
TEXTS = (("harness.c", b"int main(void) { return 0; }\n"),)


def stand_in(folder: Path, body: str, version: str = "6.6.0 (cbmc-6.6.0)") -> str:
    """A program that tells its version, and else does what a shell is told."""
    path = folder / "cbmc"
    path.write_text(f'#!/bin/sh\n[ "$1" != --version ] || {{ echo "{version}"; exit; }}\n{body}\n')
    path.chmod(0o755)
    return str(path)


def told(*results: tuple[str, str, str]) -> str:
    """Its output, each result a name, what is said and a status."""
    place = {"file": "x.c", "line": "3", "function": "f"}
    found = [
        {"property": key, "description": text, "status": status, "sourceLocation": place}
        for key, text, status in results
    ]
    return json.dumps([{"program": "CBMC"}, {"result": found}])


def decided(folder: Path, body: str, seconds: float = 20.0) -> Outcome:
    program = Program(stand_in(folder, body), "6.6.0")
    return run.decide(CASE, TEXTS, program, Running(), seconds=seconds)


GOOD = told(("harness.assertion.1", "node-count", "SUCCESS"))
BAD = told(("harness.assertion.1", "node-count", "FAILURE"), ("f.pointer.1", "wild", "SUCCESS"))


@pytest.mark.parametrize(
    ("status", "output", "verdict"),
    [
        (0, GOOD, Verdict.PROVED),
        (0, told(), Verdict.UNDECIDED),
        (10, BAD, Verdict.REFUTED),
        (6, GOOD, Verdict.UNDECIDED),
        (0, "not json", Verdict.UNDECIDED),
        (1, "", Verdict.UNDECIDED),
        (134, BAD, Verdict.UNDECIDED),
    ],
)
def test_only_two_statuses_are_verdicts(
    status: int, output: str, verdict: Verdict, tmp_path: Path
) -> None:
    outcome = decided(tmp_path, f"cat <<'END'\n{output}\nEND\nexit {status}")
    assert outcome.verdict is verdict
    assert bool(outcome.reason) == (verdict is Verdict.UNDECIDED)
    assert bool(outcome.failures) == (verdict is Verdict.REFUTED)


def test_memory_that_ran_out_is_told_and_nothing_that_was_said_is_believed(tmp_path: Path) -> None:
    outcome = decided(tmp_path, f"cat <<'END'\n{GOOD}\nEND\nexit 6")
    assert outcome.reason.startswith("out of memory")
    assert outcome.checked == 0


def test_time_that_ran_out_is_no_verdict(tmp_path: Path) -> None:
    outcome = decided(tmp_path, "while :; do :; done", seconds=1.0)
    assert (outcome.verdict, outcome.reason) == (
        Verdict.UNDECIDED,
        "no answer within 1 s of CPU time",
    )


def test_nor_is_time_by_the_clock(tmp_path: Path) -> None:
    outcome = decided(tmp_path, "sleep 60", seconds=0.1)
    assert outcome.verdict is Verdict.UNDECIDED and outcome.seconds < 30


def test_memory_is_bounded(tmp_path: Path) -> None:
    program = Program(stand_in(tmp_path, "ulimit -v"), "6.6.0")
    answer = cbmc.ask(program, TEXTS, [], 20.0, 3 << 30, Running())
    assert answer.said == str((3 << 30) // 1024)


def test_a_loop_that_is_longer_than_the_table_says_is_unwound_as_all_others(tmp_path: Path) -> None:
    short = told(("xas_load.unwind.0", "unwinding assertion loop 0", "FAILURE"))
    body = f"""case "$*" in *xas_load.0:*) cat <<'END'
{short}
END
exit 10;; esac
cat <<'END'
{GOOD}
END
exit 0"""
    assert decided(tmp_path, body).verdict is Verdict.PROVED


def test_so_is_a_recursion() -> None:
    deep = cbmc.Failure("ends", "split_subtree.recursion", "", "")
    assert deep.loop == "split_subtree"
    assert cbmc.Failure("ends", "a.b.unwind.3", "", "").loop == "a.b.3"
    assert cbmc.Failure("tree", "harness.assertion.3", "", "").loop == ""


def test_a_loop_that_is_longer_than_any_is_no_counterexample(tmp_path: Path) -> None:
    output = told(("foo.unwind.0", "unwinding assertion loop 0", "FAILURE"))
    outcome = decided(tmp_path, f"cat <<'END'\n{output}\nEND\nexit 10")
    assert outcome.verdict is Verdict.UNDECIDED
    assert outcome.reason == f"more than {CASE.unwinding} rounds of foo.0"


def test_checks_of_the_model_checker_and_ours_get_names_of_the_specs(tmp_path: Path) -> None:
    output = told(
        ("harness.assertion.1", "node-count", "FAILURE"),
        ("f.pointer_dereference.2", "dereference failure", "FAILURE"),
    )
    outcome = decided(tmp_path, f"cat <<'END'\n{output}\nEND\nexit 10")
    assert outcome.properties == ("node-count", "no-undefined")
    assert outcome.failures[1].text == "dereference failure"
    assert outcome.failures[0].place == "x.c:3 in f"


def test_a_version_before_6_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CBMC", stand_in(tmp_path, "exit 0", "5.95.1 (cbmc-5.95.1)"))
    with pytest.raises(MissingError, match=r"is cbmc 5\.95\.1: 6 or later is needed"):
        cbmc.find()


def test_what_is_named_goes_before_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = stand_in(tmp_path, "exit 0", "7.1")
    monkeypatch.setenv("CBMC", named)
    assert cbmc.find() == Program(named, "7.1")
    monkeypatch.setenv("CBMC", str(tmp_path / "none"))
    with pytest.raises(MissingError, match="CBMC names no program"):
        cbmc.find()
    monkeypatch.delenv("CBMC")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert cbmc.find().version == "7.1"
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    with pytest.raises(MissingError, match="cbmc is not installed"):
        cbmc.find()


def test_all_that_runs_is_ended_at_once(tmp_path: Path) -> None:
    running = Running()
    running.stop()
    program = Program(stand_in(tmp_path, "sleep 60"), "6.6.0")
    answer = cbmc.ask(program, TEXTS, [], 60.0, 3 << 30, running)
    assert answer.seconds < 30 and answer.status not in (cbmc.HOLDS, cbmc.FAILS)
