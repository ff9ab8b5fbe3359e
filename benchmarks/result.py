# SPDX-License-Identifier: GPL-2.0-or-later
"""What benchmarks come to: measures with their goals, lines, timelines; the JSON's format."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class NotRun(Exception):
    """A group, or the rest of it, cannot be run here; the message says why in one line."""


class Kind(StrEnum):
    """What a number can be compared with."""

    RATIO = "ratio"
    """Of two things that were measured in the same run: it holds on other machines too."""
    COUNT = "count"
    """Something counted, the same on every machine."""
    ABSOLUTE = "absolute"
    """Of this machine under this load."""


class Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the JSON."""


class Goal(Struct, frozen=True):
    """What a number shall be: ``most`` or ``least``, one of the two."""

    most: float | None = None
    least: float | None = None

    def met(self, value: float) -> bool:
        """Whether a number is within."""
        return (self.most is None or value <= self.most) and (
            self.least is None or value >= self.least
        )


class Measure(Struct, frozen=True):
    """One number, in ``unit`` ("" for none); ``note`` says how it was taken, where that is not
    plain from its name, and ``before`` what was told of it when its goal was set."""

    name: str
    value: float
    unit: str = "s"
    kind: Kind = Kind.ABSOLUTE
    goal: Goal | None = None
    note: str = ""
    before: str = ""

    @property
    def verdict(self) -> str:
        """``met``, ``not met``, or "" without a goal."""
        return "" if self.goal is None else "met" if self.goal.met(self.value) else "not met"


class Line(Struct, frozen=True):
    """Points of a plot, (x, y) each."""

    name: str
    x: str
    y: str
    points: tuple[tuple[float, float], ...]


class Stage(Struct, frozen=True):
    """A stage of a run: seconds from its start, and the cores that it used on average."""

    name: str
    begin: float
    end: float
    cores: float


class Timeline(Struct, frozen=True):
    """The stages of a run, and each sample of the cores in use: (seconds from the start, cores)."""

    name: str
    stages: tuple[Stage, ...]
    samples: tuple[tuple[float, float], ...]


class State(StrEnum):
    """How a group ended."""

    RUN = "run"
    NOT_RUN = "not run"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    """By an error of the benchmark itself."""


class GroupResult(Struct, frozen=True):
    """What a group came to; ``reason`` says why it, or the rest of it, is not there."""

    name: str
    about: str
    state: State
    seconds: float
    reason: str = ""
    measures: tuple[Measure, ...] = ()
    lines: tuple[Line, ...] = ()
    timelines: tuple[Timeline, ...] = ()


class Machine(Struct, frozen=True):
    """Where and when it was measured; ``load`` is the load average over a minute, ``plain`` the
    seconds of CPU of a plain loop, before and after: what runs on several machines, or under
    another load, may be held against each other by."""

    date: str
    processor: str
    architecture: str
    cores: int
    load_before: float
    load_after: float
    python: str
    compiler: str
    plain_before: float
    plain_after: float


class Report(Struct, frozen=True):
    """All of it; ``quick`` runs repeat too little to say anything."""

    format: int
    commit: str
    quick: bool
    machine: Machine
    groups: tuple[GroupResult, ...]


FORMAT = 2


def dumps(report: Report) -> str:
    """The report as JSON."""
    return msgspec.json.format(msgspec.json.encode(report), indent=1).decode() + "\n"


def loads(text: str | bytes) -> Report:
    """A report from its JSON; msgspec.ValidationError when it is none."""
    return msgspec.json.decode(text, type=Report)
