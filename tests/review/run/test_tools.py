# SPDX-License-Identifier: GPL-2.0-or-later
from pathlib import Path

import pytest

from review.run import tools


def said(name: str, text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str | None:
    """The version of a program of this name that prints this and nothing else is found."""
    program = folder / name
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("CBMC", raising=False)
    there = {one.name: one.version for one in tools.found()}
    assert [one for one, known in there.items() if known is None and one == name] == []
    return there[name]


@pytest.mark.parametrize(
    ("name", "line", "version"),
    [
        ("gcc", "gcc (Debian 12.2.0-14+deb12u1) 12.2.0", "12.2.0"),
        ("clang", "Debian clang version 14.0.6", "14.0.6"),
        ("valgrind", "valgrind-3.19.0", "3.19.0"),
        ("b4", "0.16.0", "0.16.0"),
        ("cbmc", "6.4.1 (cbmc-6.4.1)", "6.4.1"),
        ("git", "nothing that is a number", ""),
    ],
)
def test_the_version_is_what_the_program_says(
    name: str, line: str, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert said(name, f"echo '{line}'", tmp_path, monkeypatch) == version


def test_spin_is_asked_in_its_own_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = '[ "$1" = -V ] && echo "Spin Version 6.5.2 -- 6 December 2019"'
    assert said("spin", text, tmp_path, monkeypatch) == "6.5.2"


@pytest.mark.parametrize("text", ["exit 1", "exec sleep 60"], ids=["fails", "hangs"])
def test_one_that_does_not_answer_is_there_without_a_version(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools, "PATIENCE", 0.2)
    (tmp_path / "sleep").symlink_to("/bin/sleep")
    assert said("git", text, tmp_path, monkeypatch) == ""


def test_what_is_not_there_is_not_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    there = {one.name: one.version for one in tools.found()}
    assert there["gcc"] is None and there["b4"] is None
    # The packages do not depend on the path.
    assert there["z3-solver"] and there["hypothesis"]
