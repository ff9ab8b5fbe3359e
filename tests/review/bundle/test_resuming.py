# SPDX-License-Identifier: GPL-2.0-or-later
"""A review that is ended early leaves a valid bundle, and goes on where it was."""

import json
import pickle
from collections.abc import Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from models.histories.search import MachineReport
from review.bundle.format import MANIFEST
from review.bundle.read import Bundle
from review.cli import main
from review.run import campaign, checkpoint, histories, stages
from review.run.pool import Pool


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No stage but the search, whose histories are drawn before the sweep and after it, and a cache
    of its own for what is kept."""
    monkeypatch.setattr(histories, "FIRST", 1)
    monkeypatch.setattr(stages, "_explored", lambda *_: {})
    monkeypatch.setattr(stages, "_measured", lambda *_: [])
    monkeypatch.setattr(stages, "_numbers", lambda *_: None)
    monkeypatch.setattr(checkpoint, "_path", lambda name: tmp_path / "kept" / name)
    return tmp_path / "bundle"


def run(*words: str) -> object:
    """The command's exit status."""
    effort = ["--examples", "12", "--steps", "5", "--no-proofs"]
    result = CliRunner().invoke(main, ["review", *effort, *words], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result.return_value


def interrupted(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    """A review that is ended while the machines run that come after the sweep."""

    real = Pool.wait
    reports: list[MachineReport] = []
    swept = ["in the run before"] if "--resume" in words else []

    def three(pool: Pool, futures: Iterable[Future[Any]], *rest: float) -> set[Future[Any]]:
        one = next(iter(real(pool, futures, *rest)))
        if isinstance(result := one.result(), MachineReport):
            reports.append(result)
            if swept and len(reports) > 3:
                raise KeyboardInterrupt
        else:
            swept.append("now")
            reports.clear()
        return {one}

    with monkeypatch.context() as patched:
        patched.setattr(Pool, "wait", three)
        assert run(*words) == 2


def manifest(place: Path) -> dict[str, Any]:
    with Bundle(place) as bundle:
        assert not any(bundle.damage())
    told: dict[str, Any] = json.loads((place / MANIFEST).read_text())
    return told


@pytest.mark.usefixtures("short")
def test_it_goes_on_and_comes_to_the_same(quick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted(monkeypatch, "--out", str(quick))
    part = manifest(quick)
    assert not part["complete"] and part["claims"][0]["decision"] == "undecided"
    assert "INCOMPLETE" in (quick / "report.txt").read_text()
    units: list[Any] = []
    real = campaign.run

    def noted(left: Any, *rest: Any, **more: Any) -> bool:
        units.append(list(left))
        return real(left, *rest, **more)

    monkeypatch.setattr(campaign, "run", noted)
    run("--resume", str(quick))
    whole = manifest(quick)
    assert units == [[]], "the sweep was done already"
    assert whole["complete"]
    assert not any((quick.parent / "kept").iterdir()), "nothing is left to go on with"
    fresh = quick.parent / "fresh"
    run("--out", str(fresh))
    again = manifest(fresh)
    for told in (whole, again):
        for name in ("run", "sha256", "artefacts"):
            del told[name]
    assert whole == again


@pytest.mark.usefixtures("short")
def test_one_ended_twice_is_kept_once(quick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted(monkeypatch, "--out", str(quick))
    first = manifest(quick)["sha256"]
    interrupted(monkeypatch, "--resume", str(quick))
    (kept_file,) = (quick.parent / "kept").iterdir()
    assert kept_file.name == manifest(quick)["sha256"] != first


@pytest.mark.usefixtures("short")
def test_there_must_be_something_to_go_on_with(
    quick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(monkeypatch, "--out", str(quick))
    (state_file,) = (quick.parent / "kept").iterdir()
    data = state_file.read_bytes()
    state_file.write_bytes(data[:100])
    result = CliRunner().invoke(main, ["review", "--resume", str(quick)])
    assert result.exit_code == 2 and "cannot be read" in result.output
    state_file.unlink()
    result = CliRunner().invoke(main, ["review", "--resume", str(quick)])
    assert result.exit_code == 2 and "not kept on this machine" in result.output
    made_by, state = pickle.loads(data)
    state_file.write_bytes(pickle.dumps((f"{made_by}x", state)))
    result = CliRunner().invoke(main, ["review", "--resume", str(quick)])
    assert result.exit_code == 2 and "was begun by xasplit" in result.output
    state.tested["port"] = {}
    state_file.write_bytes(pickle.dumps((made_by, state)))
    result = CliRunner().invoke(main, ["review", "--resume", str(quick)])
    assert result.exit_code == 2 and "has changed since" in result.output


def test_a_folder_that_is_no_bundle_or_is_complete(
    quick: Path, monkeypatch: pytest.MonkeyPatch, short: None
) -> None:
    quick.mkdir()
    result = CliRunner().invoke(main, ["review", "--resume", str(quick)])
    assert result.exit_code == 2 and "cannot go on with" in result.output
    result = CliRunner().invoke(main, ["review", "--resume", str(quick), "--kernel", "x"])
    assert result.exit_code == 2 and "as it began" in result.output
    run("--out", str(quick))
    result = CliRunner().invoke(main, ["review", "--resume", str(quick)])
    assert result.exit_code == 2 and "is complete" in result.output


@pytest.mark.usefixtures("short")
def test_a_folder_with_files_in_it_is_not_written_to(quick: Path) -> None:
    quick.mkdir()
    (quick / "mine").write_text("text")
    result = CliRunner().invoke(main, ["review", "--out", str(quick)])
    assert result.exit_code == 2 and "is not empty" in result.output
    assert [one.name for one in quick.iterdir()] == ["mine"]
