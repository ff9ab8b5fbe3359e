# SPDX-License-Identifier: GPL-2.0-or-later
"""A verifier believes no answer and no script of a bundle."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from proofs import run
from proofs.solvers import Answer
from review.verify import check_obligations
from tests.review import forge, small
from tests.review.verifying import impossible, rejected, verified

pytestmark = pytest.mark.usefixtures("one_theorem")


def path_of(place: Path, **wanted: object) -> str:
    """The obligation's file that the manifest tells this of."""
    told = forge.manifest_of(place)["obligations"]
    return str(next(one for one in told if all(one[k] == v for k, v in wanted.items()))["path"])


TRIVIAL = b"(set-logic QF_BV)\n(set-info :status unsat)\n(assert false)\n(check-sat)\n"


def test_a_trivially_true_obligation_is_not_the_theorems(good: Path) -> None:
    path = path_of(good, expected="unsat")
    forge.replace(good, path, TRIVIAL)
    found = rejected(good, "--solver", "z3")
    assert found[0][1] == path
    assert "not the obligation that this version makes (z3 unsat)" in found[0][2]
    assert {one[0] for one in found} == {"obligation", "theorem", "theorem family"}


@pytest.mark.parametrize(
    ("forged", "told"),
    [
        (b"(set-info :status sat)\n", "its :status says sat"),
        (b"(set-info :status unknown)\n", "its :status says unknown"),
        (b"(set-info :status unsat)\n" * 2, "its :status says unsat and unsat"),
        (b"; expected: unsat\n", "its :status says nothing"),
    ],
)
def test_a_script_must_say_itself_what_the_manifest_expects(
    forged: bytes, told: str, good: Path
) -> None:
    path = path_of(good, expected="unsat")
    text = (good / path).read_bytes()
    forge.replace(good, path, text.replace(b"(set-info :status unsat)\n", forged))
    found = {one[1]: one[2] for one in rejected(good, "--solver", "cvc5")}
    assert f"{told}, where the manifest expects unsat (cvc5 unsat)" in found[path]


@pytest.mark.parametrize(
    "text",
    [
        b'(set-logic QF_BV)\n(set-option :regular-output-channel "%s")\n(check-sat)\n',
        b'(set-logic QF_BV)\n(include "%s")\n(check-sat)\n',
        b"(set-logic QF_BV)\n(exit)\n(check-sat)\n",
        b"(check-sat)\n",
        b"(set-logic ALL)\n(check-sat)\n",
        b"(set-logic QF_BV)\n" + b"(" * 5_000 + b")" * 5_000 + b"(check-sat)\n",
        b"(set-logic QF_BV)\n(assert false)\n",
        b"(set-logic QF_BV) \xff (check-sat)\n",
        b"no script",
        b"",
    ],
)
def test_a_script_that_does_more_than_ask_is_put_to_no_solver(
    text: bytes, good: Path, tmp_path: Path
) -> None:
    written = tmp_path / "written"
    path = path_of(good, expected="unsat")
    forge.replace(good, path, text.replace(b"%s", os.fsencode(written)))
    found = {one[1]: one[2] for one in rejected(good, "--solver", "cvc5")}
    assert "no solver was asked" in found[path]
    assert not written.exists()


def test_an_obligation_that_is_left_out_is_missed(good: Path) -> None:
    path = path_of(good, control=True)

    def drop(told: dict[str, Any]) -> None:
        told["obligations"] = [one for one in told["obligations"] if one["path"] != path]
        told["artefacts"] = [one for one in told["artefacts"] if one["path"] != path]

    (good / path).unlink()
    found = {one[1]: one[2] for one in rejected(forge.edit(good, drop), "--solver", "z3")}
    assert "missing" in found[path] and small.THEOREM in found


def test_an_obligation_of_no_theorem(good: Path) -> None:
    def rename(told: dict[str, Any]) -> None:
        for one in told["theorems"]["theorems"]:
            one["name"] = "N9.none"
        for one in (*told["obligations"], *told["artefacts"]):
            if one["path"].startswith("obligations/"):
                one["path"] = one["path"].replace(small.THEOREM, "N9.none")
            if "theorem" in one:
                one["theorem"] = "N9.none"

    (good / "obligations" / small.THEOREM).rename(good / "obligations" / "N9.none")
    found = rejected(forge.edit(good, rename), "--solver", "z3")
    assert any(one[2] == "this version of xasplit has no such theorem" for one in found)


def test_answers_are_found_again_not_believed(good: Path) -> None:
    def lie(told: dict[str, Any]) -> None:
        for one in told["obligations"]:
            one["answers"] = {"z3": "sat" if one["expected"] == "unsat" else "unsat"}

    found = rejected(forge.edit(good, lie), "--solver", "cvc5")
    assert [one for one in found if one[0] == "obligation" and "as the bundle says" in one[2]]
    assert any(one[0] == "theorem" for one in found)


def test_a_file_without_an_answer_is_not_confirmed_by_its_absence(good: Path) -> None:
    def forget(told: dict[str, Any]) -> None:
        for one in told["obligations"]:
            one["answers"] = {}

    found = rejected(forge.edit(good, forget), "--solver", "cvc5")
    assert ("theorem", small.THEOREM) in [one[:2] for one in found]


def test_a_solver_that_does_not_know_the_logic_confirms_nothing(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_obligations, "supports", lambda solver, logic: False)
    found = impossible(good, "--solver", "bitwuzla")
    assert len(found) == 4 and {one[2] for one in found} == {"bitwuzla does not know its logic"}
    assert verified(good, "--solver", "bitwuzla", "--strict")[0] == 1


def crashes(solver: str, script: str, logic: str, limit: float) -> Answer:
    """A solver that crashes."""
    os.abort()


def hangs(solver: str, script: str, logic: str, limit: float) -> Answer:
    """A solver that does not end."""
    while True:
        pass


@pytest.mark.parametrize(
    ("function", "grace", "said"),
    [(crashes, 60.0, "died"), pytest.param(hangs, 4.0, "timeout", marks=pytest.mark.long)],
)
def test_a_solver_may_crash_or_hang(
    function: Callable[..., Answer],
    grace: float,
    said: str,
    good: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run, "decide", function)
    monkeypatch.setattr(run, "GRACE", grace)
    found = rejected(good, "--solver", "z3", "--timeout", "0.1")
    assert any("not decided again" in one[2] and said in one[2] for one in found)
