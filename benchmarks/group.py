# SPDX-License-Identifier: GPL-2.0-or-later
"""How a group is run: what it yields is kept, whatever ends it."""

from __future__ import annotations

import math
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from benchmarks.before import BEFORE
from benchmarks.result import GroupResult, Line, Measure, NotRun, State, Timeline
from models.kernel.source import SourceError
from models.measure.programs import MeasureError
from models.subject.build import BuildError

Yielded = Measure | Line | Timeline


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user asks for: ``quick`` repeats as little as can be, to see that all works;
    ``sample`` bounds how many seeded defects are tried; ``kernel`` is what is reviewed beside the
    port; ``folder`` is for files in between; ``deadline``, of ``time.monotonic()``, is when nothing
    more is to be begun; ``suite``: ``make test`` is measured too."""

    folder: Path
    quick: bool = False
    sample: int = 40
    kernel: Path | None = None
    deadline: float = math.inf
    suite: bool = False

    def times(self, wanted: int) -> int:
        """How often something is repeated."""
        return 1 if self.quick else wanted

    def check_time(self) -> None:
        """Something long is to begin: NotRun when the time is over."""
        if time.monotonic() > self.deadline:
            raise NotRun("the time that --budget gives was used up")


@dataclass(frozen=True, slots=True)
class Group:
    """Something to measure: what it is ``about`` in one line, and what measures it."""

    name: str
    about: str
    measure: Callable[[Settings], Iterator[Yielded]]


def run(group: Group, settings: Settings) -> GroupResult:
    """Run a group.  What it measured before it could not go on, failed, or Ctrl-C came, is kept."""
    began, state, reason = time.monotonic(), State.RUN, ""
    found: list[Yielded] = []
    try:
        settings.check_time()
        for one in group.measure(settings):
            found.append(one)
    except KeyboardInterrupt:
        state, reason = State.INTERRUPTED, "by Ctrl-C"
    except (NotRun, BuildError, MeasureError, SourceError, OSError) as error:
        state, reason = State.NOT_RUN, str(error)
    except Exception as error:  # the other groups are worth as much without this one
        traceback.print_exc()
        state, reason = State.FAILED, f"{type(error).__name__}: {error}"
    return GroupResult(
        group.name,
        group.about,
        state,
        time.monotonic() - began,
        reason,
        tuple(
            replace(one, before=BEFORE.get(one.name, ""))
            for one in found
            if isinstance(one, Measure)
        ),
        tuple(one for one in found if isinstance(one, Line)),
        tuple(one for one in found if isinstance(one, Timeline)),
    )


def not_run(group: Group, reason: str) -> GroupResult:
    """What a group came to that nobody ran."""
    return GroupResult(group.name, group.about, State.NOT_RUN, 0.0, reason)
