# SPDX-License-Identifier: GPL-2.0-or-later
"""Several cases at once, what is kept of them, and what a run comes to that ends early."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from proofs.c import run
from proofs.c.cases import Case, Harness
from proofs.c.cbmc import Program, Running
from proofs.c.report import Outcome, Report, Verdict
from proofs.keeping import Kept
from tests.proofs.c.test_cbmc import BAD, GOOD, TEXTS, stand_in

CASES = [Case(Harness.SPLIT, 1, 2, 1, 0), Case(Harness.SPLIT, 2, 2, 3, 2)]


class Texts:
    """Keeps texts in memory."""

    def __init__(self) -> None:
        self.texts: dict[tuple[str, str], str] = {}

    def get(self, kind: str, key: str) -> Kept | None:
        text = self.texts.get((kind, key))
        return None if text is None else Kept(text, "then")

    def put(self, kind: str, key: str, text: str) -> None:
        self.texts[kind, key] = text


def prepare(case: Case) -> Sequence[tuple[str, bytes]]:
    return (("harness.c", f"int main(void) {{ return {case.order}; }}\n".encode()),)


def program(folder: Path, output: str, status: int) -> Program:
    return Program(stand_in(folder, f"cat <<'END'\n{output}\nEND\nexit {status}"), "6.6.0")


def test_what_was_decided_is_not_decided_again(tmp_path: Path) -> None:
    keeping = Texts()
    first = run.prove("code", CASES, prepare, program(tmp_path, BAD, 10), keeping=keeping)
    again = run.prove("code", CASES, prepare, program(tmp_path, GOOD, 0), keeping=keeping)
    assert [one.verdict for one in first.outcomes] == [Verdict.REFUTED] * 2
    assert [one.kept for one in first.outcomes] == ["", ""]
    assert [one.kept for one in again.outcomes] == ["then", "then"]
    assert [one.failures for one in again.outcomes] == [one.failures for one in first.outcomes]


def test_what_depends_on_other_text_is_decided_anew(tmp_path: Path) -> None:
    keeping, good = Texts(), program(tmp_path, GOOD, 0)
    run.decide(CASES[0], TEXTS, good, Running(), keeping)
    other = run.decide(CASES[0], (("harness.c", b"int x;\n"),), good, Running(), keeping)
    newer = run.decide(CASES[0], TEXTS, Program(good.path, "7.0"), Running(), keeping)
    assert not other.kept and not newer.kept
    assert run.decide(CASES[0], TEXTS, good, Running(), keeping).kept


def test_what_is_undecided_is_not_kept(tmp_path: Path) -> None:
    keeping = Texts()
    run.prove("code", CASES, prepare, program(tmp_path, GOOD, 6), keeping=keeping)
    assert keeping.texts == {}


def test_code_that_does_not_compile_is_undecided_and_said_so(tmp_path: Path) -> None:
    def fails(case: Case) -> Sequence[tuple[str, bytes]]:
        raise run.PrepareError("xarray.c:3: error")

    report = run.prove("code", CASES, fails, program(tmp_path, GOOD, 0))
    assert {one.verdict for one in report.outcomes} == {Verdict.UNDECIDED}
    assert {one.reason for one in report.outcomes} == {"xarray.c:3: error"}
    assert not report.proved


def test_ctrl_c_keeps_what_was_decided(tmp_path: Path) -> None:
    def interrupt(report: Report) -> None:
        raise KeyboardInterrupt

    report = run.prove(
        "code", CASES, prepare, program(tmp_path, GOOD, 0), jobs=1, on_progress=interrupt
    )
    verdicts = [one.verdict for one in report.outcomes]
    assert report.interrupted and not report.proved
    assert Verdict.PROVED in verdicts and Verdict.UNDECIDED not in verdicts


def test_a_guard_that_speaks_against_it_takes_the_proof_away(tmp_path: Path) -> None:
    def contradicts(outcome: Outcome) -> None:
        outcome.contradicted = True

    report = run.prove("code", CASES, prepare, program(tmp_path, GOOD, 0), guard=contradicts)
    assert not report.proved and not any(one.good for one in report.outcomes)


@pytest.mark.parametrize("cases", [[], CASES])
def test_nothing_is_proved_where_nothing_was_run(cases: list[Case], tmp_path: Path) -> None:
    report = run.prove("code", cases, prepare, program(tmp_path, GOOD, 0))
    assert report.proved == bool(cases)
