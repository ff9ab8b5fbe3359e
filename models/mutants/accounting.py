# SPDX-License-Identifier: GPL-2.0-or-later
"""Defects in what a split counts and marks: count, nr_values in every pair of kinds, marks."""

from __future__ import annotations

from models.mutants.mutant import Mutant

_FILE = "lib/xarray_split.c"
_OLD_VALUE = "if (xa_is_value(old))\n\t\tvalues -= slots;"
_NEW_VALUE = "if (xa_is_value(entry))\n\t\t\tvalues += slots;"
_LEAF_VALUES = "node->nr_values = XA_CHUNK_SIZE;"
_LEAF_ENTRY = "RCU_INIT_POINTER(node->slots[offset], new->entry);"

MUTANTS = (
    Mutant(
        "value-to-pointer",
        "nr_values keeps the slots of a value that becomes pointers",
        _FILE,
        _OLD_VALUE,
        _OLD_VALUE.replace("(old))", "(old) && xa_is_value(entry))"),
        ("node-nr-values",),
    ),
    Mutant(
        "value-to-value",
        "nr_values keeps the slots of a value that becomes values",
        _FILE,
        _OLD_VALUE,
        _OLD_VALUE.replace("(old))", "(old) && !xa_is_value(entry))"),
        ("node-nr-values",),
    ),
    Mutant(
        "old-siblings-uncounted",
        "only the canonical slot of an old value is taken off nr_values",
        _FILE,
        _OLD_VALUE,
        _OLD_VALUE.replace("slots", "1"),
        ("node-nr-values",),
    ),
    Mutant(
        "pointer-to-value",
        "nr_values misses the slots of a pointer that becomes values",
        _FILE,
        _NEW_VALUE,
        _NEW_VALUE.replace("(entry))", "(entry) && xa_is_value(old))"),
        ("node-nr-values",),
    ),
    Mutant(
        "value-to-value-lost",
        "nr_values loses the slots of a value that becomes values",
        _FILE,
        _NEW_VALUE,
        _NEW_VALUE.replace("(entry))", "(entry) && !xa_is_value(old))"),
        ("node-nr-values",),
    ),
    Mutant(
        "pointer-to-pointer",
        "nr_values grows when a pointer becomes pointers",
        _FILE,
        _NEW_VALUE,
        "if (xa_is_value(entry) || !xa_is_value(old))\n\t\t\tvalues += slots;",
        ("node-nr-values",),
    ),
    Mutant(
        "new-siblings-uncounted",
        "nr_values grows by the number of new values, without their siblings",
        _FILE,
        _NEW_VALUE,
        _NEW_VALUE.replace("slots", "slots / new.slots"),
        ("node-nr-values",),
    ),
    Mutant(
        "values-moved-down-counted",
        "the split node counts values that live in its new children",
        _FILE,
        "split_vertically(xas, node, first, last, &new);",
        "split_vertically(xas, node, first, last, &new);\n"
        "\t\tif (xa_is_value(entry))\n\t\t\tvalues += slots;",
        ("node-nr-values",),
    ),
    Mutant(
        "values-not-written",
        "nr_values of the split node is worked out and thrown away",
        _FILE,
        "node->nr_values = (unsigned char)values;",
        "",
        ("node-nr-values",),
    ),
    Mutant(
        "leaf-siblings-uncounted",
        "nr_values of a leaf counts canonical slots only",
        _FILE,
        _LEAF_VALUES,
        "node->nr_values = (unsigned char)(XA_CHUNK_SIZE / new->slots);",
        ("node-nr-values",),
    ),
    Mutant(
        "leaf-values-zero",
        "nr_values of a leaf of values is left at 0",
        _FILE,
        _LEAF_VALUES,
        ";",
        ("node-nr-values",),
    ),
    Mutant(
        "values-stale",
        "nr_values of new nodes is what the slab left there",
        _FILE,
        "node->nr_values = 0;",
        "",
        ("node-nr-values",),
    ),
    Mutant(
        "count-one-low",
        "count of new nodes is one too low",
        _FILE,
        "node->count = XA_CHUNK_SIZE;",
        "node->count = XA_CHUNK_SIZE - 1;",
        ("node-count",),
    ),
    Mutant(
        "mark-lost-in-leaf",
        "new entries in leaves lose the marks",
        _FILE,
        f"{_LEAF_ENTRY}\n\t\t\tsplit_set_marks(node, offset, new);",
        _LEAF_ENTRY,
        ("split-marks", "child-mark"),
    ),
    Mutant(
        "mark-on-sibling",
        "sibling slots in leaves get the marks too",
        _FILE,
        "RCU_INIT_POINTER(node->slots[offset], xa_mk_sibling(canonical));",
        "RCU_INIT_POINTER(node->slots[offset], xa_mk_sibling(canonical));\n"
        "\t\t\tsplit_set_marks(node, offset, new);",
        ("sibling-mark",),
    ),
    Mutant(
        "mark-not-propagated",
        "new inner nodes bear no marks for their children",
        _FILE,
        "split_set_marks(parent, offset, new);",
        "",
        ("child-mark",),
    ),
    Mutant(
        "mark-not-in-split-node",
        "the split node has the marks for the canonical slot's child only",
        _FILE,
        "split_set_marks(node, offset, new);\n\t\trcu_assign_pointer",
        "rcu_assign_pointer",
        ("child-mark",),
    ),
    Mutant(
        "mark-lost-horizontally",
        "after a horizontal split only the first new entry has the marks",
        _FILE,
        "split_set_marks(node, canonical, new);",
        "",
        ("split-marks",),
    ),
    Mutant(
        "third-mark-lost",
        "the last of the three marks is not inherited",
        _FILE,
        "mark <= XA_MARK_MAX; mark++)\n\t\tnew.marks[mark]",
        "mark < XA_MARK_MAX; mark++)\n\t\tnew.marks[mark]",
        ("split-marks",),
    ),
    Mutant(
        "mark-from-raw-index",
        "the marks are read from the index's slot, which may be a sibling",
        _FILE,
        "new.marks[mark] = node_get_mark(node, first, mark);",
        "new.marks[mark] = node_get_mark(node, xas_slot(xas, node), mark);",
        ("split-marks", "split-index"),
    ),
)
