# SPDX-License-Identifier: GPL-2.0-or-later
"""The page cache's rule (every other test of the model checks it after each operation)."""

from __future__ import annotations

import pytest

from xarray_model.lru import ShadowNodes
from xarray_model.node import Node


@pytest.mark.parametrize(
    ("count", "nr_values", "listed"), [(0, 0, False), (2, 2, True), (2, 1, False), (1, 0, False)]
)
def test_rule(count: int, nr_values: int, listed: bool) -> None:
    for before in (False, True):
        lru = ShadowNodes()
        node = Node(2, 1)
        if before:
            lru.nodes.add(node)
        node.count, node.nr_values = count, nr_values
        lru.update(node)
        assert (node in lru.nodes) is listed
        lru.clear()
        assert not lru.nodes
