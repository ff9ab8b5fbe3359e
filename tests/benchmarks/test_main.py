# SPDX-License-Identifier: GPL-2.0-or-later
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks import __main__ as command_line
from benchmarks.group import Group, Settings, Yielded
from benchmarks.result import Measure, State, loads


@pytest.fixture(autouse=True)
def no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.plot.svg", lambda _: "")


def measured(_: Settings) -> Iterator[Yielded]:
    yield Measure("one", 1.0)


def interrupted(_: Settings) -> Iterator[Yielded]:
    yield Measure("two", 2.0)
    raise KeyboardInterrupt


def test_ctrl_c_leaves_what_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    groups = (
        Group("a", "", measured),
        Group("b", "", interrupted),
        Group("c", "", measured),
        Group("d", "", measured),
    )
    monkeypatch.setattr(command_line, "GROUPS", groups)
    done = CliRunner().invoke(command_line.main, ["--out", str(tmp_path / "new")])
    assert done.exit_code == 130
    report = loads((tmp_path / "new" / "bench.json").read_bytes())
    assert [one.state for one in report.groups] == [
        State.RUN,
        State.INTERRUPTED,
        State.NOT_RUN,
        State.NOT_RUN,
    ]
    assert report.groups[1].measures[0].value == 2
    assert (tmp_path / "new" / "bench.txt").read_text() in done.output


def test_a_group_that_fails_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_: Settings) -> Iterator[Yielded]:
        raise ZeroDivisionError
        yield

    groups = (Group("a", "", failing), Group("b", "", measured))
    monkeypatch.setattr(command_line, "GROUPS", groups)
    done = CliRunner().invoke(command_line.main, ["--json", "--out", str(tmp_path)])
    assert done.exit_code == 1
    states = [one.state for one in loads((tmp_path / "bench.json").read_bytes()).groups]
    assert states == [State.FAILED, State.RUN]


def test_help_has_examples_and_a_wrong_name_is_one_line() -> None:
    runner = CliRunner()
    assert "python -m benchmarks --quick --json" in runner.invoke(
        command_line.main, ["--help"]
    ).output.replace("\n", " ")
    wrong = runner.invoke(command_line.main, ["--only", "nothing"])
    assert wrong.exit_code == 2 and "'nothing' is not" in wrong.output


@pytest.mark.parametrize("option", ["--out", "--kernel"])
def test_what_cannot_be_used_is_told_at_once(option: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    place = {"--out": tmp_path / "file" / "out", "--kernel": tmp_path / "file"}[option]
    wrong = CliRunner().invoke(command_line.main, [option, str(place)])
    assert wrong.exit_code == 2 and f"Error: {option}: {place}" in wrong.output
