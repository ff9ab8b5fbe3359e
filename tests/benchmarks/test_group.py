# SPDX-License-Identifier: GPL-2.0-or-later
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
    assert done.reason == (str(error) or "interrupted")


def test_an_error_of_our_own_is_not_hidden(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        run(ending(ZeroDivisionError()), Settings(tmp_path))
