# SPDX-License-Identifier: GPL-2.0-or-later
import sys
from pathlib import Path

import pytest

from benchmarks.process import Ran, run, until
from benchmarks.result import NotRun
from benchmarks.review import changed, longest_idle, timeline
from models.kernel.source import SourceError

CODE = "int one(void)\n{\n\treturn 1;\n}\n\nvoid xas_split(struct xa_state *xas)\n{\n\tend();\n}\n"


def test_a_line_of_the_split_changes() -> None:
    wanted = CODE.replace("xas)\n{\n", "xas)\n{ (void)1;\n")
    assert changed(CODE, 1) == wanted != CODE
    assert changed(CODE.replace("xas_split", "other")).startswith("int one(void)\n{ (void)0;\n")
    with pytest.raises(SourceError, match="no function"):
        changed("int one;\n")


def test_stages_are_where_the_second_was_seen_to_begin() -> None:
    done = Ran(0, 10.0, 12.0, ((2.0, 1.0), (6.0, 2.0), (10.0, 0.5)))
    took = {"readers": 0.5, "search": 4.0, "theorems": 3.0}
    stages = timeline("port", took, done, 6.0).stages
    assert [(one.name, one.begin, one.end) for one in stages] == [
        ("building", 0.0, 2.0),
        ("search", 2.0, 6.0),
        ("theorems", 6.0, 9.0),
        ("readers", 9.0, 9.5),
        ("writing", 9.5, 10.0),
    ]
    assert [one.cores for one in stages] == [1.0, 2.0, 0.5, 0.5, 0.5]


def test_the_longest_time_with_a_core_idle() -> None:
    samples = ((1.0, 1.0), (2.0, 2.0), (3.0, 1.2), (5.0, 1.4), (6.0, 1.9))
    assert longest_idle(samples, 2) == 3.0
    assert longest_idle(samples, 1) == 0.0


def test_a_command_is_timed_and_its_status_counts(tmp_path: Path) -> None:
    command = (sys.executable, "-S", "-c", "print('ready'); raise SystemExit(3)")
    assert run(command, tmp_path, every=0.01, statuses=(3,)).cpu > 0
    with pytest.raises(NotRun, match="ended with status 3: ready"):
        run(command, tmp_path, every=0.01)


def test_what_is_shown_on_a_terminal_ends_a_command(tmp_path: Path) -> None:
    command = (
        sys.executable,
        "-S",
        "-c",
        "print('ready', flush=True); import time; time.sleep(60)",
    )
    assert until(command, tmp_path, "ready", 30) < 30
    with pytest.raises(NotRun, match="did not show 'other' in 0 seconds"):
        until(command, tmp_path, "other", 0.01)
    with pytest.raises(NotRun, match="ended with status 0"):
        until((sys.executable, "-S", "-c", ""), tmp_path, "other", 30)
