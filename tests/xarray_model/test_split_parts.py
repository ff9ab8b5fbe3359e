# SPDX-License-Identifier: GPL-2.0-or-later
"""The parts of a split (test_split covers them together)."""

from __future__ import annotations

import pytest

from tests.xarray_model.support import OTHER_VALUE, POINTER, VALUE, built
from xarray_model import split_parts
from xarray_model.cursor import Cursor
from xarray_model.entries import mk_sibling
from xarray_model.journal import Field
from xarray_model.node import Node


@pytest.mark.parametrize("index", range(16, 24))
def test_any_index_leads_to_the_canonical_slot(index: int) -> None:
    world = built(2, 16, 3, VALUE, 5)
    target = split_parts.locate(Cursor(world.array, index), POINTER, 3)
    assert isinstance(world.array.head, Node)
    child = world.array.head.slots[1]
    assert target == split_parts.Target(child, 0, 2, 5, True)  # type: ignore[arg-type]


def test_leaf_slots() -> None:
    assert split_parts.leaf_slots(VALUE, 1, 2) == [VALUE] * 4
    assert split_parts.leaf_slots(VALUE, 2, 2) == [VALUE, mk_sibling(0), VALUE, mk_sibling(2)]


def test_regroup_never_lets_a_sibling_refer_to_a_sibling() -> None:
    world = built(3, 0, 2, VALUE)
    stores = world.array.journal.start()
    world.split(0, 2, 1, OTHER_VALUE, "iterative")
    slots = [(s.number, s.value) for s in stores if s.field is Field.SLOT]
    assert slots == [(2, OTHER_VALUE), (3, mk_sibling(2)), (0, OTHER_VALUE)]
    world.check()
