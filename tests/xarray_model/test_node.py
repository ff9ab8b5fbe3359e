# SPDX-License-Identifier: GPL-2.0-or-later
"""Fresh nodes and what their slots hold."""

from __future__ import annotations

import pytest

from xarray_model import entries
from xarray_model.node import FREED, STALE, Node, is_sibling, is_value, marks_of


def test_a_fresh_node_is_stale() -> None:
    node = Node(2, 9)
    assert (node.slots, node.marks) == ([0] * 4, [0] * 3)
    assert {node.shift, node.offset, node.count, node.nr_values} == {STALE}
    assert node.parent is node and node.array is FREED
    assert "node 9" in repr(node)


@pytest.mark.parametrize("s", [1, 2, 6])
def test_siblings_as_entries_defines_them(s: int) -> None:
    words = [entries.mk_sibling(slot) for slot in range((1 << s) + 1)]
    for word in [*words, 0, entries.RETRY, entries.ZERO, entries.mk_value(0), 0x1000]:
        assert is_sibling(word, s) is entries.is_sibling(word, s)
        assert is_value(word) is entries.is_value(word)
    assert not is_sibling(Node(s, 1), s)
    assert not is_value(Node(s, 1))


def test_marks_of() -> None:
    node = Node(2, 1)
    node.marks = [0b0010, 0b0100, 0b0110]
    assert [marks_of(node, offset) for offset in range(4)] == [0, 5, 6, 0]
