# SPDX-License-Identifier: GPL-2.0-or-later
"""Defects outside the split that the sweep meets: making the array, looking, merging, draining."""

from __future__ import annotations

from models.mutants.mutant import Mutant

_STORE = "lib/xarray.c"
_ITERATION = "lib/xarray_iter.c"
_NODE = "lib/xarray_node.c"
_MARK = "lib/xarray_mark.c"
_FREE_CHILD = "if (kind_of(old) == SLOT_CHILD)\n\t\t\txas_free_nodes(xas, xa_to_node(old));"

MUTANTS = (
    Mutant(
        "merge-stale-values",
        "a store that fills no more slots than before leaves nr_values as it was",
        _STORE,
        "if (count || values) {",
        "if (count) {",
        ("split-merge", "node-nr-values"),
    ),
    Mutant(
        "merge-stale-count",
        "a store counts slots that it fills, and none that held something",
        _STORE,
        "count += !!entry - !!old;",
        "count += entry && old && !xa_is_sibling(old) && offset > first ? -1 : !!entry - !!old;",
        ("node-count", "split-merge"),
    ),
    Mutant(
        "merge-siblings-uncounted",
        "a store takes old siblings for slots without a value",
        _STORE,
        "xa_is_value(entry) - xa_is_value(held);",
        "xa_is_value(entry) - xa_is_value(old);",
        ("node-nr-values",),
    ),
    Mutant(
        "merge-leaks-subtree",
        "a store over a slot with a node forgets the subtree",
        _STORE,
        _FREE_CHILD,
        "",
        ("split-merge", "live-nodes", "lru-stray"),
    ),
    Mutant(
        "subtree-half-freed",
        "freeing a subtree frees its top alone",
        _NODE,
        "case SLOT_CHILD:\n\t\t\treturn offset;",
        "case SLOT_CHILD:\n\t\t\tbreak;",
        ("live-nodes",),
    ),
    Mutant(
        "sibling-of-slot-0",
        "the siblings that a store writes refer to the first slot of the node",
        _STORE,
        "xa_mk_sibling(first) : entry;",
        "xa_mk_sibling(0) : entry;",
        ("refines",),
    ),
    Mutant(
        "empty-node-kept",
        "an erase leaves the emptied node in the tree",
        _STORE,
        "else if (xas_store_slots(xas, entry) < 0)\n\t\txas_delete_node(xas);",
        "else\n\t\txas_store_slots(xas, entry);",
        ("node-empty",),
    ),
    Mutant(
        "head-not-null",
        "the head of an emptied array gets a retry entry",
        _NODE,
        "RCU_INIT_POINTER(xa->xa_head, NULL);",
        "RCU_INIT_POINTER(xa->xa_head, XA_RETRY_ENTRY);",
        ("head",),
    ),
    Mutant(
        "array-mark-not-set",
        "marks do not reach the array's flags",
        _MARK,
        "xas->xa->xa_flags |= XA_FLAGS_MARK(mark);",
        ";",
        ("array-mark",),
    ),
    Mutant(
        "array-mark-not-cleared",
        "the array's flags keep a mark that no entry bears any more",
        _MARK,
        "xas->xa->xa_flags &= ~XA_FLAGS_MARK(mark);",
        ";",
        ("array-mark",),
    ),
    Mutant(
        "tall-tree-refused",
        "a tree of three levels is refused as if an argument were wrong",
        "lib/xarray_create.c",
        "if (!node)\n\t\treturn NULL;\n\tXA_NODE_BUG_ON(node, shift >= BITS_PER_LONG);",
        "if (node && shift >= 2 * XA_CHUNK_SHIFT)\n\t\txas_set_err(xas, -EINVAL);\n"
        "\tif (xas_error(xas))\n\t\treturn NULL;",
        ("answer-store-error",),
    ),
    Mutant(
        "store-answers-nothing",
        "a store does not tell what it replaced",
        _STORE,
        "return old;\n}\n\nvoid *xa_load",
        "return NULL;\n}\n\nvoid *xa_load",
        ("answer-store",),
    ),
    Mutant(
        "load-stops-at-sibling",
        "a walk does not follow a sibling to the canonical slot",
        _STORE,
        "for (; xa_is_sibling(held);",
        "for (; 0 && xa_is_sibling(held);",
        ("answer-load",),
    ),
    Mutant(
        "order-by-slots",
        "the order grows with every slot of the entry instead of every doubling",
        _STORE,
        "slots *= 2;",
        "slots++;",
        ("answer-order",),
    ),
    Mutant(
        "mark-of-sibling-slot",
        "a mark is looked up in the index's slot, which may be a sibling",
        _MARK,
        "node_get_mark(node, xas->xa_offset, mark);",
        "node_get_mark(node, xas_slot(xas, node), mark);",
        ("answer-mark",),
    ),
    Mutant(
        "iteration-finds-siblings",
        "an iteration takes siblings for entries",
        _ITERATION,
        "case SLOT_SIBLING:\n\t\txas_move(xas, xas->xa_offset + 1U);\n\t\treturn NULL;\n",
        "\txas_move(xas, xas->xa_offset + 1U);\n\t\treturn NULL;\n\tcase SLOT_SIBLING:\n",
        ("answer-find",),
    ),
    Mutant(
        "marked-iteration-skips",
        "a marked iteration that climbs passes the slot that it climbed to",
        _ITERATION,
        "done = 0;\n\t\t\txas_climb(xas);",
        "done = 1;\n\t\t\txas_climb(xas);",
        ("answer-find-marked",),
    ),
    Mutant(
        "pause-inside-entry",
        "a paused iteration goes on inside the entry that it found",
        _ITERATION,
        "} while (kind == SLOT_SIBLING);",
        "} while (0 && kind == SLOT_SIBLING);",
        ("ends",),
    ),
    Mutant(
        "pause-skips",
        "a paused iteration passes the slot behind the entry that it found",
        _ITERATION,
        "return slot;",
        "return slot + (slot < XA_CHUNK_SIZE);",
        ("answer-pause",),
    ),
    Mutant(
        "step-stands-still",
        "next and prev answer what the slot of the index before holds",
        _ITERATION,
        "xas_place(xas, node, slot_of(node, to));",
        "xas_place(xas, node, slot_of(node, node->shift ? to : from));",
        ("answer-step",),
    ),
    Mutant(
        "growth-loses-value",
        "a node put above an entry at index 0 does not count it as a value",
        "lib/xarray_create.c",
        "top->nr_values = xa_is_value(head);",
        "",
        ("node-nr-values",),
    ),
    Mutant(
        "growth-loses-marks",
        "a node put on top does not take over the array's marks",
        "lib/xarray_create.c",
        "if (xa_marked(xa, mark))\n\t\t\t__set_bit(0, top->marks[mark]);",
        ";",
        ("array-mark",),
    ),
)
