# SPDX-License-Identifier: GPL-2.0-or-later
"""The properties that a case breaks when it does not come to its end."""

from __future__ import annotations

from models.driver.worker import Status

ENDS = {
    Status.ASSERTION: ("no-assertion", "no assertion of the code under test fails"),
    Status.WARNING: ("no-warning", "the code under test does not warn"),
    Status.CANARY: ("stays-in-node", "nothing is written beside a node's own memory"),
    Status.DOUBLE_FREE: ("freed-once", "no node is freed twice"),
    Status.FREED_ON_LRU: ("freed-off-lru", "no node is freed while it is on the LRU"),
    Status.BAD_FREE: ("frees-nodes", "only live nodes are freed, reported or kept on a cursor"),
    Status.UNSUPPORTED: ("supported", "the implementation offers the operation that it is asked"),
    Status.LOCK: ("locked", "publications and callbacks come under the lock, and locks balance"),
    Status.CRASH: ("no-crash", "the code under test does not crash"),
    Status.HANG: ("ends", "every operation ends"),
    Status.OVERRUN: ("stays-in-room", "no more is written to a caller's memory than there is room"),
    Status.SANITIZER: ("no-undefined", "no undefined behaviour and no bad memory access"),
}
HANGS = ENDS[Status.HANG][0]
