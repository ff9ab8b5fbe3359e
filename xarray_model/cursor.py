# SPDX-License-Identifier: GPL-2.0-or-later
"""The cursor of an operation (``struct xa_state``): position, error, preallocated nodes, callback.

Facts: ``XA_STATE_ORDER``, ``xas_set_err``, ``xas_destroy``, ``xas_nomem`` in
``include/linux/xarray.h`` and ``lib/xarray.c``.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TypeAlias

from xarray_model.array import XArray
from xarray_model.entries import ENOMEM
from xarray_model.flags import ArrayFlag
from xarray_model.geometry import first_index, node_shift, slots_of
from xarray_model.gfp import KERNEL, Gfp
from xarray_model.node import Node

Update: TypeAlias = Callable[[Node], None]
"""An update callback: told of a node whose contents changed."""


class State(Enum):
    """What the kernel encodes in ``xa_node``."""

    WALKED = "walked"
    """``node`` and ``offset`` are valid; ``node`` None means the head."""
    RESTART = "restart"
    BOUNDS = "bounds"
    ERROR = "error"


WALKED = State.WALKED
RESTART = State.RESTART
BOUNDS = State.BOUNDS
ERROR = State.ERROR


class Cursor:
    """A cursor at ``index`` for entries of ``order``, not walked yet.

    The index is aligned down to ``2**order``.  ``errno`` is positive in the state ERROR, else 0.
    ``alloc`` is the topmost preallocated node; the next ones hang on its ``parent``.  ``lru``:
    whether the cursor has a ``list_lru`` (``xas_set_lru``), which each of its requests then names.
    Raises ValueError for an index or order that the index width does not have.
    """

    __slots__ = (
        "alloc",
        "array",
        "errno",
        "index",
        "lru",
        "node",
        "offset",
        "order",
        "shift",
        "sibs",
        "state",
        "update",
    )

    def __init__(
        self,
        array: XArray,
        index: int,
        order: int = 0,
        update: Update | None = None,
        lru: bool = False,
    ) -> None:
        if not 0 <= index <= array.last_index:
            raise ValueError(f"index {index} is not an index of {array.width} bits")
        if not 0 <= order < array.width:
            raise ValueError(f"order {order} is not in 0..{array.width - 1}")
        self.array = array
        self.node: Node | None = None
        self.set(order, index)
        self.offset = 0
        self.alloc: Node | None = None
        self.update = update
        self.lru = lru

    def set(self, order: int, index: int) -> None:
        """Begin anew at ``index`` for entries of ``order`` (``xas_set_order``)."""
        self.order = order
        self.index = first_index(index, order)
        self.shift = node_shift(order, self.array.s)
        self.sibs = slots_of(order, self.array.s) - 1
        self.reset()

    def set_slots(self, index: int, shift: int, slots: int) -> None:
        """Begin anew at ``index`` for an entry in so many slots of a node of ``shift``, which need
        not be what any order has."""
        self.set(shift + slots.bit_length() - 1, index)
        self.index = index
        self.sibs = slots - 1

    def set_err(self, errno: int) -> None:
        """Note the error ``-errno`` (``xas_set_err``)."""
        self.state = ERROR
        self.errno = errno
        self.node = None

    def reset(self) -> None:
        """Forget position and error, so that the next walk starts at the head (``xas_reset``)."""
        self.state = RESTART
        self.errno = 0
        self.node = None

    def set_bounds(self) -> None:
        """Note that the cursor left the allocated nodes."""
        self.state = BOUNDS
        self.node = None

    def push(self, node: Node) -> None:
        """Put an unpublished node on the preallocation list."""
        self.array.journal.set_parent(node, self.alloc)
        self.alloc = node

    def pop(self) -> Node:
        """Take the topmost node off the preallocation list, which must not be empty."""
        node = self.alloc
        assert node is not None
        self.alloc = node.parent
        return node

    def request(self, gfp: Gfp) -> Node | None:
        """A fresh node, or None; the request names the cursor's ``list_lru``, and is charged where
        the array is to be (``XA_FLAGS_ACCOUNT``)."""
        array = self.array
        # Plain integers, here and wherever every operation comes by: operators of flags are slow.
        if int.__and__(array.flags, ArrayFlag.ACCOUNT):
            gfp |= Gfp.ACCOUNT
        if array.asked is not None:
            array.asked[gfp, self.lru, array.locked] += 1
        return array.allocator.allocate(bool(int.__and__(gfp, Gfp.DIRECT_RECLAIM)))

    def preallocated(self) -> int:
        """Nodes on the preallocation list."""
        nodes = 0
        node = self.alloc
        while node is not None:
            nodes += 1
            node = node.parent
        return nodes

    def tell(self, node: Node) -> None:
        """Tell the callback, if there is one, that ``node`` changed (``xas_update``)."""
        if self.update is not None:
            self.update(node)


def destroy(cursor: Cursor) -> None:
    """Free all nodes on the preallocation list (``xas_destroy``)."""
    while cursor.alloc is not None:
        cursor.array.allocator.free(cursor.pop())


def nomem(cursor: Cursor, gfp: Gfp = KERNEL) -> bool:
    """After an operation, outside the lock: whether it is to be tried again (``xas_nomem``).

    If the operation lacked memory, requests one node as ``gfp`` permits and, when that is
    granted, resets the cursor; otherwise frees what is preallocated.
    """
    if cursor.errno != ENOMEM:
        destroy(cursor)
        return False
    node = cursor.request(gfp)
    if node is None:
        return False
    cursor.push(node)
    cursor.reset()
    return True
