# SPDX-License-Identifier: GPL-2.0-or-later
"""Entries: what one slot can hold, as one unsigned machine word each.

The two low bits tell the kinds apart: 00 pointer, x1 value, 10 internal.  Facts:
``include/linux/xarray.h`` (``xa_mk_value``, ``xa_is_internal``, ``xa_mk_sibling``,
``XA_RETRY_ENTRY``, ``XA_ZERO_ENTRY``, ``xa_is_node``, ``xa_mk_internal``).

In snapshots and operation results a pointer to a node is written as ``mk_node(ordinal)``, the
ordinal being the node's place in a pre-order walk; a pointer of the user stands for itself.
"""

from __future__ import annotations

NULL = 0
ENOMEM = 12
EINVAL = 22
EBUSY = 16

_WORD = (1 << 64) - 1
_LOWEST_NODE = 4096


def mk_value(number: int) -> int:
    """The value entry that carries the unsigned integer ``number`` (63 bits)."""
    return number << 1 | 1


def is_value(entry: int) -> bool:
    """Whether ``entry`` is a value entry (a shadow or swap entry in the page cache)."""
    return entry & 1 == 1


def mk_internal(payload: int) -> int:
    """The internal entry that carries ``payload``."""
    return payload << 2 | 2


def is_internal(entry: int) -> bool:
    """Whether ``entry`` is internal: a sibling, retry, zero, node or error entry."""
    return entry & 3 == 2


RETRY = mk_internal(256)
ZERO = mk_internal(257)


def mk_sibling(offset: int) -> int:
    """The sibling entry that refers to the canonical slot ``offset`` of its own node."""
    return mk_internal(offset)


def is_sibling(entry: int, s: int) -> bool:
    """Whether ``entry`` is a sibling entry in a node of ``2**s`` slots (payload below C-1)."""
    return is_internal(entry) and entry < mk_internal((1 << s) - 1)


def sibling_offset(entry: int) -> int:
    """The canonical slot that a sibling entry refers to."""
    return entry >> 2


def is_node(entry: int) -> bool:
    """Whether ``entry`` is a pointer to a node: any internal entry above 4096."""
    return is_internal(entry) and entry > _LOWEST_NODE and not is_error(entry)


def mk_node(ordinal: int) -> int:
    """How a pointer to the node with this pre-order ordinal (0 is the root) is written."""
    return (ordinal + 1) * _LOWEST_NODE | 2


def node_ordinal(entry: int) -> int:
    """The pre-order ordinal of the node that a ``mk_node`` word stands for."""
    return entry // _LOWEST_NODE - 1


def mk_error(errno: int) -> int:
    """How an operation's failure is written: the internal entry of ``-errno`` in 64 bits."""
    return (-errno << 2 | 2) & _WORD


def is_error(entry: int) -> bool:
    """Whether ``entry`` is an error word (never found in a slot)."""
    return is_internal(entry) and entry >= mk_error(4095)
