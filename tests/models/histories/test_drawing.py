# SPDX-License-Identifier: GPL-2.0-or-later
"""A seed draws the same cases whatever modules are loaded."""

import importlib
from pathlib import Path

import pytest
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.internal.conjecture.providers import HypothesisProvider
from hypothesis.stateful import RuleBasedStateMachine, rule

from models.histories import drawing

CONSTANTS = [5_000_011 + 7 * n for n in range(40)]


def _numbers(largest: int) -> list[int]:
    """What a seeded machine draws."""
    drawn: list[int] = []

    class Machine(RuleBasedStateMachine):
        @rule(number=st.integers(0, largest))
        def draw(self, number: int) -> None:
            drawn.append(number)

    drawing.draw(
        Machine,  # type: ignore[arg-type]
        examples=60,
        steps=20,
        seeded=7,
        phases=[Phase.generate],
    )
    return drawn


def _load(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Load a module that has the constants."""
    name = f"constants_{folder.name}"
    (folder / f"{name}.py").write_text(f"NUMBERS = {CONSTANTS}\n")
    monkeypatch.syspath_prepend(str(folder))
    importlib.import_module(name)


def test_the_same_seed_draws_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = _numbers(9_000_000)
    _load(tmp_path, monkeypatch)
    assert len(first) > 500
    assert _numbers(9_000_000) == first
    assert not set(first) & set(CONSTANTS)


def test_hypothesis_by_itself_would_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with its constants, those of a module that is loaded are among what is drawn."""
    monkeypatch.setattr(drawing, "_no_constant", HypothesisProvider._maybe_draw_constant)
    _load(tmp_path, monkeypatch)
    assert set(_numbers(9_000_001)) & set(CONSTANTS)
