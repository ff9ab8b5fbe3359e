# SPDX-License-Identifier: GPL-2.0-or-later
"""Bugs that the XArray once had, re-created as small defects of the port.

Each is named by the id of the change that fixed it upstream, where one is known, and by what was
wrong, in our words and not in those of that change, whose text was not at hand.  What it does to
the port is ours, since the port's code is another.
"""

from __future__ import annotations

from models.mutants.mutant import Check, Mutant

_SPLIT = "lib/xarray_split.c"
_MARKED_LEAF = (
    "if (offset == canonical) {\n"
    "\t\t\tRCU_INIT_POINTER(node->slots[offset], new->entry);\n"
    "\t\t\tsplit_set_marks(node, offset, new);"
)
_FIND_STEP = "xas_move(xas, xas_slot(xas, xas->xa_node) + 1U);\n\t/* An index of 0 behind"

MUTANTS = (
    Mutant(
        "2021: splitting to non-zero orders",
        "the siblings of new entries of several slots were not written",
        _SPLIT,
        "offset > canonical; offset--)",
        "offset > end; offset--)",
        ("sibling-run",),
    ),
    Mutant(
        "LRU list not updated in xas_split",
        "a split told the update callback of no node, so that nodes that had lost their values"
        " stayed listed",
        _SPLIT,
        "/* What the new entries are like; constant throughout a split. */",
        "#define xas_update(xas, node) ((void)(node))\n",
        ("update-split-node", "update-reported", "lru"),
    ),
    Mutant(
        "2a0774c2886d: marks put on siblings when splitting",
        "sibling slots of the new nodes got the entry's marks too",
        _SPLIT,
        _MARKED_LEAF,
        "split_set_marks(node, offset, new);\n\t\t" + _MARKED_LEAF.rpartition("\n")[0],
        ("sibling-mark",),
    ),
    Mutant(
        "cbc02854331e: a sibling that points to a sibling",
        "a sibling could refer to a sibling, and a load took that for the entry; the array's part",
        _SPLIT,
        "rcu_assign_pointer(node->slots[offset], xa_mk_sibling(canonical));",
        "rcu_assign_pointer(node->slots[offset], xa_mk_sibling(canonical - !!canonical));",
        ("sibling-target",),
    ),
    Mutant(
        "3e3c658055c0: a multi-order entry mistaken for a node",
        "an entry of a higher order in the way of create_range was taken for a node",
        "lib/xarray_create.c",
        "(!entry || xa_is_node(entry))",
        "(!entry || !xa_is_zero(entry))",
        ("no-crash",),
        Check.MACHINE,
    ),
    Mutant(
        "19c30f4dd092: sibling detection for orders that are chunk multiples",
        "an iteration found an entry again whose order is a multiple of the chunk shift, since it"
        " has no siblings to tell that by",
        "lib/xarray_iter.c",
        _FIND_STEP,
        "if (xas->xa_node->shift && !(xas_get_order(xas) % XA_CHUNK_SHIFT))\n"
        "\t\txas->xa_index++;\n\telse\n\t\t" + _FIND_STEP,
        ("answer-find",),
    ),
    Mutant(
        "198b62f83eef: one page stored into a large entry",
        "a large shadow entry was not split before one page was stored into it, which then stood"
        " for every index",
        _SPLIT,
        "if (xas_is_node(xas))\n\t\tsplit_here(xas, old, entry, order);",
        "if (xas_is_node(xas) && !xa_is_value(old))\n\t\tsplit_here(xas, old, entry, order);",
        ("split-entries",),
    ),
    Mutant(
        "xas_try_split: node used without initialisation",
        "a preallocated node was used with what its last life had left in it",
        _SPLIT,
        "node->count = XA_CHUNK_SIZE;\n\tnode->nr_values = 0;",
        "if (!node->count)\n\t\tnode->count = XA_CHUNK_SIZE;\n\tnode->nr_values = 0;",
        ("node-count",),
    ),
    Mutant(
        "xas_destroy: spare nodes leaked",
        "of several nodes on a cursor only the first was freed",
        "lib/xarray_node.c",
        "while ((node = xas_take_spare(xas)) != NULL) {",
        "if ((node = xas_take_spare(xas)) != NULL) {",
        ("split-failure",),
    ),
)

FOR_READERS = {
    "63b1898fffcd": "sibling-to-node",
    "cbc02854331e": "sibling-before",
}
"""The races that only a reader next to a writer sees, which neither sweep nor machines can show:
by the id of the upstream change the control in ``models/readers/controls.py`` that re-creates it.

63b1898fffcd: ``xas_load`` next to ``xas_split`` returned the wrong page, since a reader that
follows a sibling found a node where it expects the entry.  cbc02854331e: a reader between two
stores of a split met a sibling that points to a sibling; the control lets new siblings refer to the
slot before their own entry, so that the reader ends at another entry."""
