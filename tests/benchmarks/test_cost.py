# SPDX-License-Identifier: GPL-2.0-or-later
import pytest

from benchmarks.cost import LINEAR, fit, furthest, parts

NODES = (1.0, 2.0, 65.0, 4161.0, 266305.0)


def test_a_straight_cost_is_on_its_line() -> None:
    points = [(nodes, 262 + 2660 * nodes) for nodes in NODES]
    assert fit(points) == pytest.approx((262, 2660))
    assert furthest(points) == pytest.approx(0, abs=1e-6)


def test_a_cost_that_grows_faster_is_not_linear() -> None:
    assert furthest([(nodes, 100 * nodes**1.2) for nodes in NODES]) > LINEAR


def test_large_splits_are_counted_alone() -> None:
    nodes = {6: 1, 7: 2, 22: 66_576, 23: 133_152, 24: 266_305}
    assert list(parts(nodes, nodes)) == [[6, 7, 22], [23], [24]]
