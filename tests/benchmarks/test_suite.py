# SPDX-License-Identifier: GPL-2.0-or-later
from pathlib import Path
from typing import Any

import pytest

from benchmarks import before, suite
from benchmarks.group import Settings, run
from benchmarks.process import Ran
from benchmarks.result import State


def test_the_suite_is_measured_where_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def ran(command: Any, *_: object) -> Ran:
        asked.append(command)
        return Ran(0, 600.0, 1200.0, ())

    monkeypatch.setattr(suite, "run", ran)
    done = run(suite.GROUP, Settings(tmp_path))
    assert (done.state, asked) == (State.NOT_RUN, []) and "--suite" in done.reason
    done = run(suite.GROUP, Settings(tmp_path, suite=True))
    assert done.state is State.RUN and asked[0][-1] == "test"
    told = done.measures[0]
    assert told.verdict == "not met" and told.before == before.BEFORE["make test"]
