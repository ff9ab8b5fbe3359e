# SPDX-License-Identifier: GPL-2.0-or-later
"""What cannot be worked out about a finding costs it no more than that, and the others nothing."""

import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from msgspec import to_builtins

from models.case.finding import Finding
from models.case.findings import Findings
from models.diagnosis.reproducer import Reproducer
from models.pictures import explanation
from models.subject.implementation import Implementation
from review.bundle.findings import cause
from review.report import findings
from review.run import diagnosis
from review.run.diagnosis import OVER, Diagnosis, diagnose, reduced, reproduced
from review.run.search_result import SearchResult, SearchState, whole
from tests.review import small

LOST = "split-entries"


def broken() -> Findings:
    """Two causes: one that was found, and one that cannot be worked with."""
    all_ = {one.smallest.property: one.smallest for one in small.broken().findings.sorted()}
    found = Findings()
    found.add(all_["node-count"], (2, 3, 1))
    found.add(replace(all_["node-count"], property=LOST, operation=0), (2, 0, 0))
    return found


def shrink(_: Implementation, finding: Finding, symptoms: object) -> Finding:
    assert symptoms
    if finding.property == LOST:
        raise IndexError("list index\nout of range")
    return finding


def killed(_: Implementation, finding: Finding, symptoms: object) -> Finding:
    if finding.property == LOST:
        os.kill(os.getpid(), signal.SIGKILL)
    return finding


def slow(_: Implementation, finding: Finding, symptoms: object) -> Finding:
    time.sleep(60)
    return finding


def reproducer(_: Implementation, finding: Finding) -> Reproducer:
    if finding.property == LOST:
        raise KeyError(3)
    return Reproducer("int code;", "")


def fails(*_: object) -> NoReturn:
    raise RecursionError("too deep")


def told(found: list[Diagnosis]) -> str:
    return "\n".join(findings.lines(found, {}))


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[Diagnosis]:
    monkeypatch.setattr(diagnosis, "shrink", shrink)
    monkeypatch.setattr(diagnosis, "reproducer", reproducer)
    return diagnose(broken(), small.broken().implementations)


def test_a_finding_that_cannot_be_shrunk_or_reproduced_is_told_as_it_was_met(
    found: list[Diagnosis],
) -> None:
    by_name = {one.smallest.property: one for one in found}
    assert by_name["node-count"].unshrunk == ""
    assert by_name["node-count"].reproducer.code == "int code;"
    assert by_name[LOST].unshrunk == "It was not shrunk: IndexError: list index out of range"
    assert by_name[LOST].reproducer.reason == "making one failed, KeyError: 3"
    assert "It was not shrunk: IndexError" in told(found)
    assert "No reproducer: making one failed, KeyError: 3." in told(found)


def test_a_process_that_is_killed_loses_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "shrink", killed)
    monkeypatch.setattr(diagnosis, "reproducer", reproducer)
    found = diagnose(broken(), small.broken().implementations)
    assert {one.smallest.property for one in found} == {"node-count", LOST}
    assert any("BrokenProcessPool" in one.unshrunk for one in found)


def test_what_the_time_does_not_allow_is_left_out_and_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(diagnosis, "shrink", slow)
    found = reduced(broken(), small.broken().implementations, deadline=time.monotonic())
    assert {one.unshrunk for one in found} == {f"It was not shrunk: {OVER}"}
    again = reproduced(found, small.broken().implementations, time.monotonic())
    assert {one.reproducer.reason for one in again} == {OVER}


def test_a_finding_of_what_was_not_finished_is_told_with_what_it_follows_from() -> None:
    done = small.broken()
    (one,) = done.implementations
    breach = next(each for each in done.findings.sorted() if each.smallest.property == "node-count")
    later = replace(breach.smallest, property="refines", operation=len(breach.smallest.operations))
    state = SearchState()
    state.early.add(breach.smallest, (2, 3, 1))
    shown = whole(one, breach.smallest)
    assert breach.smallest in shown and len(shown) > 1
    assert whole(one, later) == [later]
    ended = SearchResult([one], state, 1, False)
    (failure,) = ended.findings.failures.values()
    assert "node-count" in failure.properties
    assert failure.later or len(failure.properties) > 1


def test_what_cannot_be_drawn_or_explained_is_told(
    found: list[Diagnosis], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explanation, "drawing", fails)
    monkeypatch.setattr(explanation, "differences", fails)
    assert told(found).count("It was not drawn: RecursionError: too deep") == len(found)
    for one in found:
        smallest = to_builtins(cause(one, {}))["smallest"]
        assert isinstance(smallest, dict)
        assert smallest["differences"] == ("not explained: RecursionError: too deep",)


def test_what_cannot_be_told_in_full_is_told_in_a_line(
    found: list[Diagnosis], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(findings, "_reproducer_lines", fails)
    text = " ".join(told(found).split())
    assert f"breaks {LOST}; telling it failed, RecursionError: too deep" in text
    assert "breaks node-count; telling it failed" in text


def test_reproducers_are_written_one_by_one(found: list[Diagnosis], tmp_path: Path) -> None:
    assert diagnosis.write(found, None) == []
    assert diagnosis.write(found, tmp_path / "code") == []
    assert [path.read_text() for path in (tmp_path / "code").iterdir()] == ["int code;"]
    (tmp_path / "file").write_text("")
    (line,) = diagnosis.write(found, tmp_path / "file")
    assert line.startswith("The reproducer of finding ") and "was not written" in line
