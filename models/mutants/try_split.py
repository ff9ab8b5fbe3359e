# SPDX-License-Identifier: GPL-2.0-or-later
"""Defects in ``xas_try_split``: what it refuses, what it allocates, what it leaves."""

from __future__ import annotations

from models.mutants.mutant import Check, Mutant

_FILE = "lib/xarray_split.c"
_REFUSE = "if ((xas->xa_sibs + 1UL) << xas->xa_shift < least) {"
_NO_NODE = "} else {\n\t\t\txas_set_err(xas, -ENOMEM);\n\t\t\treturn;"

MUTANTS = (
    Mutant(
        "try-limit",
        "try_split takes on what needs two nodes, and has one",
        _FILE,
        _REFUSE,
        "if (nodes > 2) {",
        ("no-assertion",),
    ),
    Mutant(
        "try-accepts-lower",
        "try_split takes on every split that one node is enough for",
        _FILE,
        _REFUSE,
        "if (nodes > 1) {",
        ("try-split-refuses",),
    ),
    Mutant(
        "try-refusal-error",
        "try_split refuses with the error for a lack of memory",
        _FILE,
        "xas_set_err(xas, -EINVAL);",
        "xas_set_err(xas, -ENOMEM);",
        ("try-split-refuses",),
    ),
    Mutant(
        "try-refuses-node",
        "try_split refuses every split that needs a node",
        _FILE,
        _REFUSE,
        "if (nodes) {",
        ("try-split-accepts",),
    ),
    Mutant(
        "try-always-allocates",
        "try_split requests a node for a horizontal split too",
        _FILE,
        "if (nodes && !xas->xa_alloc) {",
        "if (!xas->xa_alloc) {",
        ("try-split-requests", "try-split-no-leftover"),
    ),
    Mutant(
        "try-failure-error",
        "try_split reports a lack of memory as a busy entry",
        _FILE,
        _NO_NODE,
        _NO_NODE.replace("ENOMEM", "EBUSY"),
        ("try-split-failure",),
    ),
    Mutant(
        "try-failure-clears-marks",
        "try_split clears the entry's marks before it knows that there is a node",
        _FILE,
        _NO_NODE,
        _NO_NODE.replace("xas_set_err", "xas_init_marks(xas);\n\t\t\txas_set_err"),
        ("split-unchanged",),
    ),
    Mutant(
        "try-min-order",
        "the lowest order is a whole level below, not one order",
        _FILE,
        "return order - 1;",
        "return order - XA_CHUNK_SHIFT;",
        ("try-split-min-order",),
    ),
    Mutant(
        "try-limit-in-32-bits",
        "the lowest order that try_split takes is compared as a size of 32 bits",
        "lib/xarray_split.c",
        "unsigned long least = 1UL << xas_try_split_min_order(order);",
        "unsigned int least = 1U << xas_try_split_min_order(order) % 32;",
        ("try-split-refuses",),
        Check.HIGH,
    ),
)
