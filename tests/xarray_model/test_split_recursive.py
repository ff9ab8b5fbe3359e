# SPDX-License-Identifier: GPL-2.0-or-later
"""The recursive twin's own fact: how deep it goes (test_split compares the trees)."""

from __future__ import annotations

import pytest

from tests.xarray_model.support import OTHER_VALUE, VALUE, built
from xarray_model import geometry, split_recursive
from xarray_model.cursor import Cursor
from xarray_model.node import Entry, Node


@pytest.mark.parametrize(("s", "order", "new_order"), [(1, 5, 0), (2, 5, 2), (3, 8, 0)])
def test_recursion_is_as_deep_as_the_split(
    s: int, order: int, new_order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    depths = [0]
    subtree = split_recursive._subtree

    def counted(cursor: Cursor, shift: int, slots: list[Entry], marks: int) -> Node:
        depths.append(depths[-1] + 1)
        node = subtree(cursor, shift, slots, marks)
        depths.insert(0, depths.pop())
        return node

    monkeypatch.setattr(split_recursive, "_subtree", counted)
    built(s, 0, order, VALUE).split(0, order, new_order, OTHER_VALUE, "recursive")
    assert max(depths) == geometry.split_depth(order, new_order, s)
