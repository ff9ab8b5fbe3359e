# SPDX-License-Identifier: GPL-2.0-or-later
"""Defects in the tree that a split builds: slots, siblings, links and places of nodes."""

from __future__ import annotations

from models.mutants.mutant import Mutant

_FILE = "lib/xarray_split.c"
_LEAF_SIBLING = "RCU_INIT_POINTER(node->slots[offset], xa_mk_sibling(canonical));"
_SPLIT_SIBLING = "rcu_assign_pointer(node->slots[offset], xa_mk_sibling(canonical));"

MUTANTS = (
    Mutant(
        "sibling-mask",
        "the canonical slot in a leaf is the offset within the run, not the run's start",
        _FILE,
        "unsigned int canonical = offset - offset % new->slots;",
        "unsigned int canonical = offset & (new->slots - 1);",
        ("sibling-run", "split-entries"),
    ),
    Mutant(
        "sibling-chain",
        "siblings in a leaf refer to the slot before the canonical one",
        _FILE,
        _LEAF_SIBLING,
        _LEAF_SIBLING.replace("(canonical)", "(canonical ? canonical - 1 : 0)"),
        ("sibling-target",),
    ),
    Mutant(
        "sibling-out-of-range",
        "the payload of siblings in a leaf is counted from the end of the node",
        _FILE,
        _LEAF_SIBLING,
        _LEAF_SIBLING.replace("(canonical)", "(XA_CHUNK_SIZE + canonical)"),
        ("slot-kind",),
    ),
    Mutant(
        "error-word-in-slot",
        "leaves hold an error word where siblings belong",
        _FILE,
        _LEAF_SIBLING,
        _LEAF_SIBLING.replace("xa_mk_sibling(canonical)", "XA_ERROR(-EINVAL)"),
        ("slot-error",),
    ),
    Mutant(
        "sibling-of-old-entry",
        "after a horizontal split all siblings still refer to the old canonical slot",
        _FILE,
        _SPLIT_SIBLING,
        _SPLIT_SIBLING.replace("canonical", "first"),
        ("sibling-run",),
    ),
    Mutant(
        "slot-from-raw-index",
        "the first slot is taken from the index, which may lie inside the entry",
        _FILE,
        "unsigned int first = xas->xa_offset;",
        "unsigned int first = xas_slot(xas, xas->xa_node);",
        ("split-index", "split-nodes-outside"),
    ),
    Mutant(
        "one-slot-too-many",
        "the split runs over the slot behind the entry",
        _FILE,
        "unsigned int last = first + slots - 1;",
        "unsigned int last = first + slots - (first + slots == XA_CHUNK_SIZE);",
        ("split-outside",),
    ),
    Mutant(
        "parent-of-inner",
        "the parent of nodes below the topmost new ones stays what it was on the stack",
        _FILE,
        "RCU_INIT_POINTER(child->parent, parent);",
        "",
        ("node-parent",),
    ),
    Mutant(
        "parent-of-topmost",
        "the parent of the topmost new nodes stays what it was on the stack",
        _FILE,
        "RCU_INIT_POINTER(child->parent, node);",
        "",
        ("node-parent",),
    ),
    Mutant(
        "array-not-set",
        "the array field of new nodes is not set",
        _FILE,
        "node->array = xas->xa;",
        "",
        ("node-array", "update-array"),
    ),
    Mutant(
        "offset-of-inner",
        "the offset of nodes below the topmost new ones is not set",
        _FILE,
        "child->offset = (unsigned char)offset;\n\tRCU_INIT_POINTER(child->parent, parent);",
        "RCU_INIT_POINTER(child->parent, parent);",
        ("child-offset",),
    ),
    Mutant(
        "offset-of-topmost",
        "the offset of the topmost new nodes is not set",
        _FILE,
        "child->offset = (unsigned char)offset;\n\t\tRCU_INIT_POINTER(child->parent, node);",
        "RCU_INIT_POINTER(child->parent, node);",
        ("child-offset",),
    ),
    Mutant(
        "shift-of-leaf",
        "the shift of leaves is one too high",
        _FILE,
        "split_take(xas, new->shift);",
        "split_take(xas, new->shift + 1);",
        ("node-shift",),
    ),
    Mutant(
        "shift-of-inner",
        "a node above leaves gets their shift",
        _FILE,
        "split_take(xas, (*stack)->shift + XA_CHUNK_SHIFT)",
        "split_take(xas, (*stack)->shift)",
        ("child-shift", "leaf-child"),
    ),
    Mutant(
        "last-slot-empty",
        "the last slot of a leaf is not filled",
        _FILE,
        "for (unsigned int offset = 0; offset < XA_CHUNK_SIZE; offset++) {",
        "for (unsigned int offset = 0; offset < XA_CHUNK_SIZE - 1; offset++) {",
        ("node-count", "split-entries"),
    ),
    Mutant(
        "same-subtree-twice",
        "one subtree is linked into every slot of the entry",
        _FILE,
        "struct xa_node *child = stack_pop(&stack);",
        "struct xa_node *child = stack;",
        ("tree", "split-new-nodes"),
    ),
    Mutant(
        "canonical-first",
        "the canonical slot is replaced first, while siblings still refer to it",
        _FILE,
        "for (unsigned int offset = last + 1; offset-- > first; ) {\n\t\tstruct xa_node *child",
        "for (unsigned int offset = first; offset <= last; offset++) {\n\t\tstruct xa_node *child",
        ("publish-order",),
    ),
    Mutant(
        "sibling-before-entry",
        "a horizontal split writes siblings before the entry that they refer to",
        _FILE,
        "\t\trcu_assign_pointer(node->slots[canonical], new->entry);\n"
        "\t\tfor (unsigned int offset = end - 1; offset > canonical; offset--)\n"
        f"\t\t\t{_SPLIT_SIBLING}\n",
        "\t\tfor (unsigned int offset = end - 1; offset > canonical; offset--)\n"
        f"\t\t\t{_SPLIT_SIBLING}\n"
        "\t\trcu_assign_pointer(node->slots[canonical], new->entry);\n",
        ("publish-visible",),
    ),
    Mutant(
        "plain-store",
        "subtrees are linked with a plain store instead of a release store",
        _FILE,
        "rcu_assign_pointer(node->slots[offset], xa_mk_node(child));",
        "RCU_INIT_POINTER(node->slots[offset], xa_mk_node(child));",
        ("publish-all",),
    ),
    Mutant(
        "rewrites-neighbour",
        "a split writes the slot before the entry again, with what it held",
        _FILE,
        "struct xa_node *stack = split_build(xas, node->shift - XA_CHUNK_SHIFT,",
        "if (first)\n\t\trcu_assign_pointer(node->slots[first - 1], node->slots[first - 1]);\n"
        "\tstruct xa_node *stack = split_build(xas, node->shift - XA_CHUNK_SHIFT,",
        ("publish-elsewhere",),
    ),
)
