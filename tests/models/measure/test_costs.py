# SPDX-License-Identifier: GPL-2.0-or-later
import pytest

from models.measure import costs
from models.measure.costs import Slab
from models.measure.programs import Way
from xarray_model import geometry


@pytest.mark.parametrize("s", [1, 3, 4, 6])
def test_stages_take_the_same_nodes_and_no_more_at_a_time(s: int) -> None:
    for order in range(20):
        for new_order in range(order):
            once, two, one, walk = (
                costs.way_cost(way, order, new_order, s)
                for way in (Way.AT_ONCE, Way.TWO_LEVELS, Way.ONE_LEVEL, Way.WALK)
            )
            assert once.nodes == two.nodes == one.nodes == once.peak
            assert once.nodes == geometry.split_nodes(order, new_order, s)
            assert once.peak >= two.peak >= one.peak >= walk.peak
            assert once.calls == 1 <= two.calls <= one.calls
            assert walk.nodes == order // s - new_order // s


def test_the_series_case() -> None:
    cost = {way: costs.way_cost(way, 18, 0, 6) for way in Way}
    assert (cost[Way.AT_ONCE].nodes, cost[Way.AT_ONCE].peak) == (4161, 4161)
    assert (cost[Way.TWO_LEVELS].calls, cost[Way.TWO_LEVELS].peak) == (4097, 65)
    assert (cost[Way.ONE_LEVEL].calls, cost[Way.ONE_LEVEL].peak) == (4161, 1)
    assert (cost[Way.WALK].calls, cost[Way.WALK].nodes) == (6, 3)


def test_slabs_are_those_of_the_kernel() -> None:
    assert costs.slab(6, 4096) == Slab(28, 4)
    assert costs.slab(4, 4096) == Slab(21, 1)
    assert costs.slab(6, 65536) == Slab(113, 1)


@pytest.mark.parametrize(("nodes", "pages"), [(0, 0), (1, 4), (28, 4), (29, 8), (4161, 596)])
def test_slab_pages_are_whole_slabs(nodes: int, pages: int) -> None:
    assert costs.slab(6, 4096).pages_for(nodes) == pages


def test_page_sizes_are_as_named() -> None:
    units = {"K": 10, "M": 20, "G": 30}
    for split in costs.PAGE_SPLITS:
        old, new = (int(t[:-1]) << units[t[-1]] for t in split.name.split(" to "))
        assert (new, old) == (split.page << split.new_order, split.page << split.order)
