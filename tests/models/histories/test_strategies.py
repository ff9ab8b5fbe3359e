# SPDX-License-Identifier: GPL-2.0-or-later
"""What numbers of fewer bits cannot tell is drawn on purpose, where there is room for it."""

import random
from collections import Counter

import pytest

from models.histories import strategies
from models.histories.strategies import DIGITS, EDGES, HIGH, Choice
from specs.abstract import EMPTY
from xarray_model.geometry import CHUNK_SHIFTS


def choices(count: int = 3000) -> list[Choice]:
    numbers = random.Random(1)
    return [Choice(numbers.randint(0, DIGITS)) for _ in range(count)]


@pytest.mark.parametrize("s", CHUNK_SHIFTS)
def test_high_orders_are_drawn_where_indices_have_64_bits(s: int) -> None:
    found = Counter(strategies.order(s, 64, choice) for choice in choices())
    assert max(found) == 63 and min(found) == 0
    assert sum(count for order, count in found.items() if order >= HIGH) > 1000
    level = s * (32 // s + 1)
    assert {31, 32, 33, 34, level, 62, 63} <= {order for order, count in found.items() if count > 5}
    few = Counter(strategies.order(s, 3 * s + 2, choice) for choice in choices())
    assert max(few) < 3 * s + 2


@pytest.mark.parametrize("s", CHUNK_SHIFTS)
def test_indices_beside_the_edges_are_drawn_where_they_have_64_bits(s: int) -> None:
    array = EMPTY.store(5, 0, 4)
    found = Counter(strategies.index(array, s, 64, choice) for choice in choices())
    for edge in EDGES:
        assert found[edge] > 10 and found[edge - 1] > 10
    assert max(strategies.index(array, s, 5 * s + 1, choice) for choice in choices()) < 2 ** (
        5 * s + 1
    )
