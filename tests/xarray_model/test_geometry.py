# SPDX-License-Identifier: GPL-2.0-or-later
"""Geometry against the closed forms and plain searches."""

from __future__ import annotations

import pytest

from xarray_model import geometry

SHIFTS = geometry.CHUNK_SHIFTS


def test_one_gibibyte_to_four_kibibytes() -> None:
    assert geometry.split_nodes(18, 0, 6) == 4161
    assert 4161 * geometry.node_bytes(6) == 2_396_736
    assert geometry.node_bytes(4) == 192
    assert geometry.try_split_nodes(18, 0, 6) == 3


@pytest.mark.parametrize("s", SHIFTS)
def test_counts_in_closed_form(s: int) -> None:
    c = 1 << s
    for order in range(4 * s):
        for new_order in range(order + 1):
            depth = order // s - new_order // s
            assert geometry.split_depth(order, new_order, s) == depth
            nodes = (1 << order % s) * (c**depth - 1) // (c - 1)
            assert geometry.split_nodes(order, new_order, s) == nodes
            assert geometry.try_split_nodes(order, new_order, s) == depth
            assert geometry.one_level_limit_exceeded(order, new_order, s) is (depth > 1)


@pytest.mark.parametrize("s", SHIFTS)
def test_try_split_min_order_is_the_lowest_with_one_node(s: int) -> None:
    for order in range(1, 4 * s):
        lowest = geometry.try_split_min_order(order, s)
        allowed = [m for m in range(order + 1) if geometry.split_nodes(order, m, s) <= 1]
        assert lowest in allowed
        assert lowest == (order - 1 if order % s == 0 else min(allowed))
    assert geometry.try_split_min_order(0, s) == 0


@pytest.mark.parametrize("s", SHIFTS)
def test_slots(s: int) -> None:
    for order in range(2 * s):
        run = geometry.slots_of(order, s)
        starts = [slot for slot in range(1 << s) if geometry.canonical_slot(slot, order, s) == slot]
        assert starts == list(range(0, 1 << s, run))
        assert geometry.run_starts(run, s) == sum(1 << slot for slot in starts)


@pytest.mark.parametrize("s", SHIFTS)
def test_index_of_a_slot(s: int) -> None:
    for shift in (0, s, 2 * s):
        for index in (0, 12345, 99999):
            for offset in range(geometry.chunk_size(s)):
                moved = geometry.moved_index(index, offset, shift, s, 64)
                assert geometry.offset_of(moved, shift, s) == offset
                assert (moved >> shift + s, moved % (1 << shift)) == (index >> shift + s, 0)
    top = (1 << 32) - 1
    assert geometry.moved_index(top, geometry.chunk_size(s), 0, s, 32) == 0


def test_reach() -> None:
    assert geometry.highest_index(0, 0) == 0
    assert geometry.highest_index(0, 6) == 64
    assert geometry.highest_index(64, 6) == 127
    assert geometry.max_index(60, 6, 64) == 2**64 - 1
    assert geometry.max_index(6, 6, 64) == 4095
    for s in SHIFTS:
        for highest in (1, 63, 64, 4096, 2**64 - 1):
            shift = geometry.root_shift(highest, s)
            assert geometry.max_index(shift, s, 64) >= highest
            assert shift == 0 or geometry.max_index(shift - s, s, 64) < highest


def test_first_and_last_index() -> None:
    assert (geometry.first_index(77, 4), geometry.last_index(77, 4)) == (64, 79)
