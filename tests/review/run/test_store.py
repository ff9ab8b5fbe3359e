# SPDX-License-Identifier: GPL-2.0-or-later
"""The store keeps what it is given, believes nothing that is damaged, and stops nothing."""

import pickle
import sqlite3
from pathlib import Path

import pytest

from review.run import own_code, store
from review.run.store import ResultStore


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XASPLIT_RESULTS", str(tmp_path / "some" / "results"))
    return tmp_path / "some" / "results"


def test_what_is_kept_is_found_again(place: Path) -> None:
    ResultStore().put("answer", "a", "first")
    ResultStore().put("answer", "a", "text")
    found = ResultStore().get("answer", "a")
    assert found is not None and found.text == "text" and " on " in found.made
    assert ResultStore().get("answer", "b") is None and ResultStore().get("scripts", "a") is None
    assert place.exists()


def test_with_fresh_nothing_is_taken_but_kept(place: Path) -> None:
    ResultStore(fresh=True).put("answer", "a", "text")
    assert ResultStore(fresh=True).get("answer", "a") is None
    assert ResultStore().get("answer", "a") is not None


def test_another_process_may_use_it(place: Path) -> None:
    texts = pickle.loads(pickle.dumps(ResultStore())).texts("verdicts")
    texts["key"] = "text"
    assert texts["key"] == "text" and texts.get("other") is None


@pytest.mark.usefixtures("place")
def test_what_other_code_made_is_none_but_for_answers_of_solvers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kinds = ("answer", "scripts", "verdicts", "units of the sweep")
    for kind in kinds:
        ResultStore().put(kind, "a", "text")
    monkeypatch.setattr(own_code, "_ROOT", Path(__file__).parents[2])  # which has folders, too
    own_code.own_code.cache_clear()
    kept = [kind for kind in kinds if ResultStore().get(kind, "a") is not None]
    own_code.own_code.cache_clear()
    assert kept == ["answer"]


@pytest.mark.parametrize("column", ["text", "made", "digest"])
def test_an_entry_that_was_changed_is_none(place: Path, column: str) -> None:
    ResultStore().put("answer", "a", "text")
    file = sqlite3.connect(place)
    file.execute(f"UPDATE entries SET {column} = 'other'")
    file.commit()
    assert ResultStore().get("answer", "a") is None
    ResultStore().put("answer", "a", "text")
    assert ResultStore().get("answer", "a") is not None


def test_what_somebody_else_made_is_none(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ResultStore().write("units", "a", ["object"])
    found = ResultStore().read("units", "a")
    assert found is not None and found[0] == ["object"]
    monkeypatch.setenv("XASPLIT_CACHE", str(tmp_path / "of another user"))
    store._secret.cache_clear()
    assert ResultStore().read("units", "a") is None
    store._secret.cache_clear()
    assert (tmp_path / "of another user" / "results.key").stat().st_mode & 0o77 == 0


def test_a_file_that_is_no_database_is_begun_anew(place: Path) -> None:
    place.parent.mkdir()
    place.write_bytes(b"anything" * 1000)
    assert ResultStore().get("answer", "a") is None
    ResultStore().put("answer", "a", "text")
    assert ResultStore().get("answer", "a") is not None


@pytest.mark.parametrize("named", ["", "/proc/none/results"])
def test_where_nothing_can_be_kept_nothing_fails(
    named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XASPLIT_RESULTS", named)
    ResultStore().put("answer", "a", "text")
    ResultStore().trim()
    assert ResultStore().get("answer", "a") is None


def test_the_older_half_goes_when_it_is_too_large(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MOST_BYTES", 1)
    for number in range(10):
        ResultStore().put("answer", str(number), "text")
    ResultStore().trim()
    left = [number for number in range(10) if ResultStore().get("answer", str(number)) is not None]
    assert left == [6, 7, 8, 9]
