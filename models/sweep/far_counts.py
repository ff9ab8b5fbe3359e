# SPDX-License-Identifier: GPL-2.0-or-later
"""The sweep's last family: what ``split_alloc`` requests beyond what memory holds.

The same few nodes are handed out again and again, so the code's own arithmetic is followed to the
end of the count, or as far as ``granted`` says.  A count that is not the one needed is a finding;
one that was not followed to its end is only known to be no lower than that.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from models.case.tree_size import MOST_LENT
from models.sweep.count_cases import HIGHEST, CountGroup, distinct
from models.sweep.listed import Listed
from xarray_model import geometry

EXACTLY = 1 << 16
"""Requests up to which the count of every pair of orders is followed to its end."""
FAR = 1 << 22
"""The same for splits to order 0."""
AT_LEAST = 1 << 14
"""Requests up to which all other counts are followed; ``EXACTLY`` for splits to order 0."""
FARTHEST = MOST_LENT
"""The most requests of a case, which take about a second."""
_WORD = 1 << 32
"""What a count of 32 bits wraps at."""


def groups(s: int, order: int, new_order: int) -> Iterator[CountGroup]:
    """Every pair of orders between ``new_order`` and ``order`` that needs more than is granted
    where each request has a node of its own."""
    for high in range(max(1, new_order), order + 1):
        for low in range(new_order, high + 1):
            if geometry.split_nodes(high, low, s) > distinct(s, high, low):
                yield CountGroup(s, high, low, granted(s, high, low), repeating=True)


def granted(s: int, order: int, new_order: int) -> int:
    """How many requests are granted of such a pair: what it needs, if that is not too much, else so
    many as show that it asks for more.

    A count that wraps stops early, which is seen if no more are granted than it wraps to: for
    counts of 32 bits that is done at the lowest order where it is no more than ``FARTHEST``.
    """
    need = geometry.split_nodes(order, new_order, s)
    if need <= (EXACTLY if new_order else FAR):
        return need
    if not new_order and order == _wrapping(s):
        return max(need % _WORD, EXACTLY)
    return AT_LEAST if new_order else EXACTLY


@cache
def _wrapping(s: int) -> int | None:
    """The lowest order whose split to order 0 needs so many nodes that 32 bits are left with no
    more than ``FARTHEST``; None if there is none."""
    needs = {order: geometry.split_nodes(order, 0, s) for order in range(1, HIGHEST + 1)}
    wraps = (order for order, need in needs.items() if need >= _WORD)
    return next((order for order in wraps if needs[order] % _WORD <= FARTHEST), None)


CASES = Listed(groups)
"""The family."""


@cache
def followed(s: int) -> tuple[int, int]:
    """Of how many pairs of orders up to 63 the count is followed to its end, by this family or with
    nodes of their own; and how many pairs there are."""
    needs = {
        (high, low): geometry.split_nodes(high, low, s)
        for high in range(1, HIGHEST + 1)
        for low in range(high + 1)
    }
    ended = sum(
        need <= distinct(s, high, low) or granted(s, high, low) >= need
        for (high, low), need in needs.items()
    )
    return ended, len(needs)
