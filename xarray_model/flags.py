# SPDX-License-Identifier: GPL-2.0-or-later
"""What an array is made with (``xa_init_flags``): the low bits of ``xa_flags``.

Facts: ``XA_FLAGS_LOCK_IRQ`` and those that follow it in ``include/linux/xarray.h``.
"""

from __future__ import annotations

from enum import IntFlag

FREE_MARK = 0
"""The mark by which an array that tracks free indices does so (``XA_FREE_MARK``)."""


class ArrayFlag(IntFlag):
    """What an array is made with; the numbers are the kernel's."""

    NONE = 0
    LOCK_IRQ = 1
    """The lock is taken in interrupt handlers too, so that it is taken with interrupts off."""
    LOCK_BH = 2
    """The same of soft interrupts."""
    TRACK_FREE = 4
    """Mark 0 tells which indices are free: they bear it, and what is in use does not."""
    ZERO_BUSY = 8
    """With TRACK_FREE: index 0 is never free; while anything is stored it holds a zero entry."""
    ALLOC_WRAPPED = 16
    """An allocation has begun again at the lowest index; set by the array itself."""
    ACCOUNT = 32
    """Nodes are charged to the memory control group (``__GFP_ACCOUNT``)."""
