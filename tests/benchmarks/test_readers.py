# SPDX-License-Identifier: GPL-2.0-or-later
from pathlib import Path

import pytest

from benchmarks.readers import spin
from benchmarks.result import NotRun


def test_no_spin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotRun, match="Spin: no spin"):
        spin("", tmp_path)


def test_what_spin_refuses_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "spin").write_text("#!/bin/sh\nexit 3\n")
    (tmp_path / "spin").chmod(0o755)
    with pytest.raises(NotRun, match=r"spin -a m\.pml ended with status 3"):
        spin("", tmp_path)
