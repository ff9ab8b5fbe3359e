# SPDX-License-Identifier: GPL-2.0-or-later
"""Answers of earlier runs: kept by the script, asked for again now and then, never of another."""

import random
from pathlib import Path

import pytest

from proofs import keeping, run
from proofs.keeping import Kept, Memory
from proofs.report import Report, Status
from proofs.solvers import Answer, Verdict
from proofs.workers import Task, Workers

SCRIPT = "(set-logic QF_BV)\n(declare-const a (_ BitVec 1))\n(assert (= a #b1))\n(check-sat)\n"


class Texts:
    """A store in memory."""

    def __init__(self) -> None:
        self.texts: dict[tuple[str, str], str] = {}

    def get(self, kind: str, key: str) -> Kept | None:
        text = self.texts.get((kind, key))
        return None if text is None else Kept(text, "a day")

    def put(self, kind: str, key: str, text: str) -> None:
        self.texts[kind, key] = text


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The kinds of tasks that are given to processes."""
    given: list[str] = []
    submit = Workers.submit

    def noted(workers: Workers, task: Task) -> None:
        given.append(task.function.__name__)
        submit(workers, task)

    monkeypatch.setattr(Workers, "submit", noted)
    return given


def told(report: Report) -> object:
    return {
        (finding.theorem, finding.chunk_shift, finding.name): (
            finding.status,
            {name: (one.verdict, one.model) for name, one in finding.answers.items()},
            finding.premises and finding.premises.verdict,
        )
        for result in report.theorems.values()
        for finding in result.findings
    }


def test_a_second_run_asks_nothing_and_comes_to_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    texts = Texts()
    given = counted(monkeypatch)
    folders = (tmp_path / "first", tmp_path / "again")
    first = run.prove(["V1.count"], (2,), keeping=texts, export=folders[0])
    assert {"scripts", "decide"} <= set(given) and first.proved
    given.clear()
    monkeypatch.setattr(keeping, "AGAIN", 1 << 62)
    again = run.prove(["V1.count"], (2,), keeping=texts, export=folders[1])
    assert not given and again.proved and told(again) == told(first)
    made = {one.kept for r in again.theorems.values() for f in r.findings
            for one in f.answers.values()}  # fmt: skip
    assert made == {"a day"}
    files = [{one.name: one.read_bytes() for one in folder.rglob("*.smt2")} for folder in folders]
    assert files[0] == files[1] != {}


def test_some_are_asked_again_and_a_difference_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = Texts()
    monkeypatch.setattr(keeping, "AGAIN", 1)
    run.prove(["V1.count"], (2,), ("z3",), keeping=texts)
    for key, text in list(texts.texts.items()):
        texts.texts[key] = text.replace('"verdict": "proved"', '"verdict": "refuted"')
    again = run.prove(["V1.count"], (2,), ("z3",), keeping=texts)
    assert again.status("V1.count") is Status.ERROR
    errors = [one.error for one in again.theorems["V1.count"].findings if one.error]
    assert errors and all("it said refuted, and now proved" in one for one in errors)


@pytest.mark.parametrize("verdict", [Verdict.UNKNOWN, Verdict.TIMEOUT])
def test_what_decides_nothing_is_not_kept(verdict: Verdict) -> None:
    texts = Texts()
    memory = Memory(texts, random.Random(1))
    assert not memory.note(Answer("z3", verdict, 1.0), SCRIPT, "QF_BV")
    assert not texts.texts


def test_another_script_solver_or_version_is_another_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    memory = Memory(Texts(), random.Random(1))
    memory.note(Answer("z3", Verdict.PROVED, 1.0, {"a": "1"}), SCRIPT, "QF_BV")
    assert memory.known("z3", SCRIPT, "QF_BV") == Answer(
        "z3", Verdict.PROVED, 1.0, {"a": "1"}, kept="a day"
    )
    assert memory.known("z3", SCRIPT.replace("#b1", "#b0"), "QF_BV") is None
    assert memory.known("cvc5", SCRIPT, "QF_BV") is None
    assert memory.known("z3", SCRIPT, "QF_UFBV") is None
    monkeypatch.setattr(keeping, "_installed", lambda _: "another")
    assert memory.known("z3", SCRIPT, "QF_BV") is None


def test_scripts_are_those_of_a_theorem_at_a_chunk_shift() -> None:
    memory = Memory(Texts())
    memory.note_scripts("V1.count", 2, run.scripts("V1.count", 2))
    assert memory.scripts("V1.count", 2) == run.scripts("V1.count", 2)
    assert memory.scripts("V1.count", 3) is None
