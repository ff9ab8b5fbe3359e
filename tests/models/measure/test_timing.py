# SPDX-License-Identifier: GPL-2.0-or-later
from dataclasses import replace

import pytest

from models.kernel.source import port_source
from models.measure import timing
from models.mutants.mutant import Mutant
from models.mutants.run import mutated
from models.subject.implementation import Implementation, examine


@pytest.fixture(scope="module")
def port() -> Implementation:
    return examine(port_source(), (2,))


def test_every_split_to_order_0_is_timed_that_takes_nodes(port: Implementation) -> None:
    found = list(timing.splits(port, 2, most_nodes=100))
    assert [(one.order, one.nodes) for one in found] == [
        (2, 1), (3, 2), (4, 5), (5, 10), (6, 21), (7, 42), (8, 85),
    ]  # fmt: skip
    assert all(0 < one.seconds < 1 for one in found)


def test_more_nodes_take_more_time(port: Implementation) -> None:
    found = list(timing.splits(port, 2, most_nodes=1500))
    assert found[-1].nodes == 1365
    assert found[-1].seconds > 10 * found[0].seconds


def test_what_is_refused_is_not_timed(port: Implementation) -> None:
    found = timing.splits(replace(port, one_level=True), 2, most_nodes=100)
    assert [one.order for one in found] == [2, 3]


def test_an_implementation_that_crashes_has_no_times_from_there_on() -> None:
    one = mutated(
        Mutant(
            "crash", "planted", "lib/xarray_split.c", "	unsigned int values = node->nr_values;\n",
            "	unsigned int values = node->nr_values;\n	BUG_ON(node->shift >= 4);\n", (),
            chunk_shift=2,
        )
    )  # fmt: skip
    assert [one.order for one in timing.splits(one, 2, most_nodes=100)] == [2, 3]
