# SPDX-License-Identifier: GPL-2.0-or-later
"""Defects that only a history shows: stores, erases, marks and steps that no split case reaches."""

from __future__ import annotations

from models.mutants.mutant import Check, Mutant

_MACHINE = Check.MACHINE
_STORE = "lib/xarray.c"
_NODE = "lib/xarray_node.c"
_MARK = "lib/xarray_mark.c"

MUTANTS = (
    Mutant(
        "erase-keeps-marks",
        "an erase leaves the entry's marks behind in a node that stays",
        _STORE,
        "if (!entry)\n\t\txas_init_marks(xas);\n\n",
        "",
        ("null-mark",),
        _MACHINE,
    ),
    Mutant(
        "tree-not-lowered",
        "an erase does not lower the tree when only slot 0 of the root is left",
        _NODE,
        "if (!xa_parent_locked(xa, node))\n\t\txas_shrink(xas, node);",
        "",
        ("root-lowest",),
        _MACHINE,
    ),
    Mutant(
        "mark-changes-values",
        "setting a mark forgets the node's values",
        _MARK,
        "if (any == !bitmap_empty",
        "if (bear)\n\t\t\tnode->nr_values = 0;\n\t\tif (any == !bitmap_empty",
        ("marks-only", "node-nr-values"),
        _MACHINE,
    ),
    Mutant(
        "clear-reaches-too-far",
        "clearing a mark clears it above, whatever other slots bear",
        _MARK,
        "if (any == !bitmap_empty(row, XA_CHUNK_SIZE))",
        "if (any && bear)",
        ("child-mark",),
        _MACHINE,
    ),
    Mutant(
        "squash-loses-mark",
        "a store over several marked entries clears their marks instead of gathering them",
        _STORE,
        "__set_bit(first, row);",
        "",
        ("refines",),
        _MACHINE,
    ),
    Mutant(
        "span-of-whole-word",
        "the reach of the top node is shifted by more than the width of a word",
        _STORE,
        "return span < BITS_PER_LONG ? (1UL << span) - 1 : ULONG_MAX;",
        "return (1UL << (span % BITS_PER_LONG)) - 1;",
        ("refines",),
        _MACHINE,
    ),
    Mutant(
        "erase-canonical-only",
        "an erase through a smaller cursor leaves the siblings of the entry behind",
        _STORE,
        "if (entry && offset > last)",
        "if (offset > last)",
        ("sibling-target",),
        _MACHINE,
    ),
    Mutant(
        "parent-count-kept",
        "a node that lost a child keeps counting it",
        _NODE,
        "parent->count--;",
        "",
        ("node-count",),
        _MACHINE,
    ),
    Mutant(
        "old-root-remembered",
        "a node that becomes the root keeps its parent",
        _NODE,
        "RCU_INIT_POINTER(child->parent, NULL);",
        ";",
        ("node-parent",),
        _MACHINE,
    ),
    Mutant(
        "spare-lost",
        "the node that is fetched for a store that was short of memory does not reach the cursor",
        _NODE,
        "xas_put_spare(xas, node);\n\txas_reset(xas);",
        "xas_reset(xas);",
        ("live-nodes",),
        _MACHINE,
    ),
)
