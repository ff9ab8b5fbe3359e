# SPDX-License-Identifier: GPL-2.0-or-later
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.group import Group, Settings, Yielded, run
from benchmarks.result import Measure, NotRun, State
from models.subject.build import BuildError

ONE = Measure("one", 1.0)


def ending(error: BaseException) -> Group:
    def measure(_: Settings) -> Iterator[Yielded]:
        yield ONE
        raise error

    return Group("a group", "ends early", measure)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (NotRun("no spin"), State.NOT_RUN),
        (BuildError("no compiler"), State.NOT_RUN),
        (KeyboardInterrupt(), State.INTERRUPTED),
    ],
)
def test_what_was_measured_is_kept(error: BaseException, state: State, tmp_path: Path) -> None:
    done = run(ending(error), Settings(tmp_path))
    assert (done.state, done.measures) == (state, (ONE,))
    assert done.reason == (str(error) or "by Ctrl-C")


def test_an_error_of_our_own_is_told_and_keeps_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = run(ending(ZeroDivisionError("by 0")), Settings(tmp_path))
    assert (done.state, done.reason, done.measures) == (
        State.FAILED,
        "ZeroDivisionError: by 0",
        (ONE,),
    )
    assert "Traceback" in capsys.readouterr().err


def test_nothing_is_begun_when_the_time_is_over(tmp_path: Path) -> None:
    done = run(ending(AssertionError()), Settings(tmp_path, deadline=time.monotonic()))
    assert (done.state, done.measures) == (State.NOT_RUN, ())
    assert done.reason == "the time that --budget gives was used up"
