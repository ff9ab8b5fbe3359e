# SPDX-License-Identifier: GPL-2.0-or-later
"""Defects of the model: the unchanged port disagrees with it, and so do the specs."""

from __future__ import annotations

from models.mutants.mutant import Mutant, Part

_AGREES = "agrees-with-model"

MUTANTS = (
    Mutant(
        "model-leaf-values",
        "the model's leaves count no values",
        "split_parts.py",
        "journal.set_nr_values(node, array.slots if values else 0)",
        "journal.set_nr_values(node, 0)",
        (_AGREES, "node-nr-values"),
        part=Part.MODEL,
    ),
    Mutant(
        "model-regrouped-values",
        "the model's horizontal split takes no values off",
        "split_parts.py",
        "values = target.slots * (is_value(entry) - target.was_value)",
        "values = target.slots * is_value(entry)",
        (_AGREES, "node-nr-values"),
        part=Part.MODEL,
    ),
    Mutant(
        "model-offset",
        "the model's topmost new nodes are told the offset within the old entry",
        "split.py",
        "link(cursor, target, child, target.offset + child.offset)",
        "link(cursor, target, child, child.offset)",
        (_AGREES, "split-nodes-outside"),
        part=Part.MODEL,
    ),
    Mutant(
        "model-inner-unreported",
        "the model does not report nodes below the topmost new ones",
        "split.py",
        "        cursor.tell(child)\n",
        "",
        (_AGREES, "update-reported"),
        part=Part.MODEL,
    ),
    Mutant(
        "model-one-mark-short",
        "the model's leaves bear two of the three marks",
        "split_parts.py",
        "    for mark in range(MARKS):\n        if marks >> mark & 1:\n            journal",
        "    for mark in range(MARKS - 1):\n        if marks >> mark & 1:\n            journal",
        (_AGREES, "split-marks"),
        part=Part.MODEL,
    ),
    Mutant(
        "model-merge-values",
        "the model's store takes old siblings for slots without a value",
        "store.py",
        "        if not is_sibling(old, array.s):\n            was_value = is_value(old)",
        "        was_value = is_value(old)",
        (_AGREES, "split-merge"),
        part=Part.MODEL,
    ),
    Mutant(
        "model-try-refusal",
        "the model's try_split refuses with the error for a lack of memory",
        "try_split.py",
        "_fail(cursor, EINVAL)",
        "_fail(cursor, ENOMEM)",
        (_AGREES, "try-split-refuses"),
        part=Part.MODEL,
    ),
    Mutant(
        "model-leak",
        "the model's failed allocation forgets the nodes that it had",
        "split.py",
        "            destroy(cursor)\n            cursor.set_err(ENOMEM)",
        "            cursor.alloc = None\n            cursor.set_err(ENOMEM)",
        (_AGREES, "live-nodes"),
        part=Part.MODEL,
    ),
)
