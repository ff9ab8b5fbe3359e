# SPDX-License-Identifier: GPL-2.0-or-later
"""The flags of a request for memory (``gfp_t``), as the stand-in header has them.

Facts: ``include/linux/gfp_types.h``.  The numbers are those of
``models/kernel/include/linux/gfp.h``, with which code under test is compiled.
"""

from __future__ import annotations

from enum import IntFlag


class Gfp(IntFlag):
    """What a request permits, and how it is to be answered."""

    NONE = 0
    DIRECT_RECLAIM = 1 << 10
    """It may sleep."""
    KSWAPD_RECLAIM = 1 << 11
    IO = 1 << 12
    FS = 1 << 13
    HIGH = 1 << 14
    ZERO = 1 << 15
    NOWARN = 1 << 16
    NOFAIL = 1 << 17
    NORETRY = 1 << 18
    ACCOUNT = 1 << 19
    """It is charged to the memory control group."""
    RETRY_MAYFAIL = 1 << 20
    MEMALLOC = 1 << 21
    NOMEMALLOC = 1 << 22
    HARDWALL = 1 << 23


KERNEL = Gfp.DIRECT_RECLAIM | Gfp.KSWAPD_RECLAIM | Gfp.IO | Gfp.FS
"""``GFP_KERNEL``."""
NOWAIT = Gfp.KSWAPD_RECLAIM | Gfp.NOWARN
"""``GFP_NOWAIT``, as kernels of today have it."""
