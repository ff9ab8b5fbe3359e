# SPDX-License-Identifier: GPL-2.0-or-later
"""Defects of the driver: what it must tell of the code under test, whatever that does.

The code under test cannot break these properties by itself, since the driver writes the snapshots
and ends a case in which the lock is missing.
"""

from __future__ import annotations

from models.case.finding import AGREES
from models.mutants.mutant import Mutant, Part

MUTANTS = (
    Mutant(
        "snapshot-mark-shifted",
        "a snapshot tells of the array's marks one bit too high",
        "snapshot.c",
        "(xa_marked(&array, mark) << mark);",
        "(xa_marked(&array, mark) << (mark + 1));",
        ("snapshot",),
        part=Part.DRIVER,
    ),
    Mutant(
        "snapshot-cut-short",
        "a snapshot tells of one node less than it has",
        "snapshot.c",
        "put32(header + 4, reached);",
        "put32(header + 4, reached - (reached > 0));",
        (AGREES[0],),
        part=Part.DRIVER,
    ),
    Mutant(
        "callback-without-lock",
        "the lock is dropped around the update callback, and the driver does not end the case",
        "hooks.c",
        "\tlog_callback(node, array.xa_lock.held);\n",
        "\tint held = array.xa_lock.held;\n\n\tarray.xa_lock.held = 0;\n"
        "\tlog_callback(node, array.xa_lock.held);\n\tarray.xa_lock.held = held;\n",
        ("update-lock",),
        part=Part.DRIVER,
    ),
)
