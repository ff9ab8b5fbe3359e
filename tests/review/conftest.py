# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of this folder share."""

import pytest

from models.sweep import Unit
from review import search


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep of two units, one whole and one sampled."""
    monkeypatch.setattr(search, "complete_units", lambda shifts: [Unit(shifts[0], 2, 1)])
    monkeypatch.setattr(
        search, "sampled_units", lambda shifts, seed: [Unit(shifts[0], 3, 1, 2, seed)]
    )
