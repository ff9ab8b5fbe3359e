# SPDX-License-Identifier: GPL-2.0-or-later
"""Readers of a split that hangs are not explored, and the report says so."""

from types import SimpleNamespace

import pytest

from models.sweep import UnitResult
from review import limits, stages
from review.reviewed import Options, Reviewed
from tests.review.bundle import small


def test_what_hangs_is_left_out_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    done = Reviewed(Options(proofs=False), small.clean())
    assert [one.name for one in stages._ending(done)] == ["port", "port (recursive)"]
    area = SimpleNamespace(implementation="port")
    monkeypatch.setattr(UnitResult, "hung", lambda self: [area])
    assert [one.name for one in stages._ending(done)] == ["port (recursive)"]
    told = limits.not_checked(done)
    assert any("not explored for port" in line for line in told)
