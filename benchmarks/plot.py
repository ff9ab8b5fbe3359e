# SPDX-License-Identifier: GPL-2.0-or-later
"""A report as one picture: how far each number is from its goal, lines, timelines."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.result import GroupResult, Line, Measure, Report, Timeline

MET, NOT_MET = "#2a7f62", "#b3402a"
_ROW = 0.24
"""Inches of a bar."""
_PANEL = 3.2
"""Inches of any other panel."""


def svg(report: Report) -> str:
    """The picture."""
    goals = [(group.name, one) for group in report.groups for one in group.measures if one.goal]
    lines = _panels(report.groups)
    timelines = [one for group in report.groups for one in group.timelines]
    heights = [
        *([0.9 + _ROW * len(goals)] if goals else []),
        *[_PANEL] * len(lines),
        *[0.9 + _ROW * (4 + len(one.stages)) for one in timelines],
    ] or [1.0]
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # whatever the user's own settings are
        matplotlib.rcParams.update({"font.size": 8, "svg.hashsalt": "xasplit"})
        figure = Figure(figsize=(8, sum(heights)), layout="constrained")
        grid = {"height_ratios": heights}
        axes: list[Axes] = list(figure.subplots(len(heights), gridspec_kw=grid, squeeze=False).flat)
        rest = iter(axes)
        if goals:
            _goals(next(rest), goals)
        for some in lines:
            _lines(next(rest), some)
        for one in timelines:
            _timeline(next(rest), one)
        for left in rest:
            left.set_axis_off()
        figure.suptitle(
            f"xasplit, commit {report.commit}, {report.machine.date}"
            + (": a quick run, whose numbers say nothing" if report.quick else "")
        )
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    return "".join(f"{line.rstrip()}\n" for line in written.getvalue().splitlines())


def share(one: Measure) -> float:
    """A number over its goal, so that 1 and less is met; inf where it can be no quotient."""
    if one.goal is None or one.value <= 0:
        return math.inf
    if one.goal.most is not None:
        return one.value / one.goal.most if one.goal.most > 0 else math.inf
    return (one.goal.least or 0.0) / one.value


def _goals(axes: Axes, goals: Sequence[tuple[str, Measure]]) -> None:
    shown = [(name, one, share(one)) for name, one in goals]
    shown = [one for one in shown if math.isfinite(one[2]) and one[2] > 0]
    places = range(len(shown))
    colours = [MET if one.verdict == "met" else NOT_MET for _, one, _ in shown]
    axes.barh(places, [part for *_, part in shown], color=colours, height=0.7)
    axes.set_yticks(places, [f"{name}: {one.name}" for name, one, _ in shown])
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xlabel("share of what the goal allows: left of 1 it is met")


def _panels(groups: Sequence[GroupResult]) -> list[list[Line]]:
    """The lines of a group that have the same axes share a panel."""
    panels: dict[tuple[str, str, str], list[Line]] = {}
    for group in groups:
        for one in group.lines:
            if one.points:
                panels.setdefault((group.name, one.x, one.y), []).append(one)
    return list(panels.values())


def _lines(axes: Axes, some: Sequence[Line]) -> None:
    for number, one in enumerate(some):
        xs, ys = zip(*one.points, strict=True)
        axes.plot(xs, ys, marker="osD^v"[number % 5], markersize=3, linewidth=1, label=one.name)
    if min(x for one in some for x, _ in one.points) > 0:
        axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.set_xlabel(some[0].x)
    axes.set_ylabel(some[0].y)
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)


def _timeline(axes: Axes, one: Timeline) -> None:
    axes.step(*zip(*one.samples, strict=True), where="pre", color="black", linewidth=0.7)
    top = max([1.0, *(cores for _, cores in one.samples)])
    for number, stage in enumerate(one.stages):
        axes.axvspan(stage.begin, stage.end, color=f"C{number % 10}", alpha=0.25, label=stage.name)
    axes.set_ylim(0, top * 1.1)
    axes.set_xlabel(f"seconds of: {one.name}")
    axes.set_ylabel("cores in use")
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=7)
