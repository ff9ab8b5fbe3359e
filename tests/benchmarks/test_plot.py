# SPDX-License-Identifier: GPL-2.0-or-later
import math

from benchmarks.plot import share, svg
from benchmarks.result import Goal, Measure
from tests.benchmarks.made import REPORT


def test_bars_lines_and_stages_are_drawn() -> None:
    drawn = svg(REPORT)
    for shown in ("first: slow", "s = 6", "theorems"):
        assert f"<!-- {shown} -->" in drawn


def test_a_share_above_1_is_not_met() -> None:
    assert share(Measure("slow", 3.0, goal=Goal(most=1.5))) == 2
    assert share(Measure("rate", 50.0, goal=Goal(least=100))) == 2
    assert share(Measure("none", 0.0, goal=Goal(least=100))) == math.inf
