# SPDX-License-Identifier: GPL-2.0-or-later
from dataclasses import replace
from pathlib import Path

import pytest

from review.report import drawn
from review.report.heat import HeatMap, SplitState
from review.run import own_code, store
from review.run.store import ResultStore

MAP = HeatMap("port", 2, 1, {(1, 0): SplitState.HOLDS})


def test_a_plot_is_drawn_again_only_if_it_shows_something_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XASPLIT_RESULTS", str(tmp_path / "results.sqlite"))

    def plot(shown: HeatMap) -> str:
        return drawn.plot(ResultStore().texts(drawn.KIND), "heat", shown, "map-1")

    first = plot(MAP)
    assert first.startswith("<svg")
    monkeypatch.setattr(drawn, "_drawing", lambda _: lambda *_: "other")
    assert plot(MAP) == first
    for other in (replace(MAP, states={(1, 0): SplitState.FAILS}), replace(MAP, chunk_shift=3)):
        assert plot(other) == "other"
    monkeypatch.setattr(drawn, "version", lambda _: "another matplotlib")
    assert plot(MAP) == "other"
    monkeypatch.undo()
    monkeypatch.setenv("XASPLIT_RESULTS", str(tmp_path / "results.sqlite"))
    monkeypatch.setattr(drawn, "_drawing", lambda _: lambda *_: "other")
    monkeypatch.setattr(store, "own_code", lambda _: "drawn by other code")
    assert plot(MAP) == "other"


def test_what_draws_is_part_of_what_a_plot_depends_on() -> None:
    assert "review" in own_code._FOLDERS[drawn.KIND]
