# SPDX-License-Identifier: GPL-2.0-or-later
"""Where nodes come from: counts requests and live nodes, and fails when told to."""

from __future__ import annotations

from xarray_model.node import Node


class Allocator:
    """The slab of nodes of one array.

    ``requests`` counts all requests so far, ``live`` the nodes allocated and not freed.
    """

    __slots__ = ("_budget", "_countdown", "_counted", "_lasting", "_s", "live", "requests")

    def __init__(self, s: int) -> None:
        self.live = 0
        self.requests = 0
        self._s = s
        self._countdown = 0
        self._counted = (False, False)
        self._lasting = False
        self._budget: int | None = None

    def fail(self, k: int, *, blocking: bool, nonblocking: bool, lasting: bool = False) -> None:
        """Let the ``k``-th request from now on (1 is the next) fail, once, or with all later ones
        if ``lasting``; 0 disarms.

        Requests with permission to block count if ``blocking``, those without (``GFP_NOWAIT``) if
        ``nonblocking``.
        """
        self._countdown = k
        self._counted = (nonblocking, blocking)
        self._lasting = lasting

    @property
    def armed(self) -> tuple[object, ...]:
        """What is to fail; empty if nothing is."""
        if not self._countdown and self._budget is None:
            return ()
        return self._countdown, self._counted, self._lasting, self._budget

    def limit(self, budget: int | None) -> None:
        """Grant ``budget`` more requests and fail all later ones; None lifts the limit."""
        self._budget = budget

    def allocate(self, blocking: bool) -> Node | None:
        """A fresh node, its fields stale, or None when the request fails."""
        self.requests += 1
        if self._countdown and self._counted[blocking]:
            if self._lasting and self._countdown == 1:
                return None
            self._countdown -= 1
            if not self._countdown:
                return None
        if self._budget is not None:
            if not self._budget:
                return None
            self._budget -= 1
        self.live += 1
        return Node(self._s, self.requests)

    def free(self, node: Node) -> None:
        """Take ``node`` back; RuntimeError when it was freed before."""
        if not node.live:
            raise RuntimeError(f"{node} is freed twice")
        node.live = False
        self.live -= 1
