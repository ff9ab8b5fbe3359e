# SPDX-License-Identifier: GPL-2.0-or-later
"""The shadow-node LRU as the page cache keeps it (``workingset_update_node`` in
``mm/workingset.c``)."""

from __future__ import annotations

from xarray_model.node import Node


class ShadowNodes:
    """The list of nodes that hold nothing but shadow entries; ``update`` is the callback."""

    __slots__ = ("nodes",)

    def __init__(self) -> None:
        self.nodes: set[Node] = set()

    def update(self, node: Node) -> None:
        """Put the node on the list, or take it off: it belongs there exactly while all its slots
        in use hold values, and some are in use."""
        if node.count and node.count == node.nr_values:
            self.nodes.add(node)
        else:
            self.nodes.discard(node)

    def clear(self) -> None:
        """Take every node off, as an owner does before it destroys the array."""
        self.nodes.clear()
