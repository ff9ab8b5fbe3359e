# SPDX-License-Identifier: GPL-2.0-or-later
"""Defects in the update callback: not made, made too early, made where nothing changed."""

from __future__ import annotations

from models.mutants.mutant import Mutant

_FILE = "lib/xarray_split.c"
_STORE = "lib/xarray.c"
_ADOPTED = "split_set_marks(parent, offset, new);\n\txas_update(xas, child);"
_LINKED = "rcu_assign_pointer(node->slots[offset], xa_mk_node(child));\n\t\txas_update(xas, child);"
_ALLOCATED = (
    "xas_put_spare(xas, node);\n\t\t} else {\n"
    "\t\t\txas_set_err(xas, -ENOMEM);\n\t\t\txas_destroy(xas);"
)
_DONE = "XA_NODE_BUG_ON(node, node->nr_values > node->count);\n\txas_update(xas, node);"

MUTANTS = (
    Mutant(
        "children-unreported",
        "nodes below the topmost new ones are not reported",
        _FILE,
        _ADOPTED,
        "split_set_marks(parent, offset, new);",
        ("update-reported", "lru"),
    ),
    Mutant(
        "inner-unreported",
        "new nodes above the leaves are not reported",
        _FILE,
        _ADOPTED,
        _ADOPTED.replace("xas_update", "if (child->shift == new->shift)\n\t\txas_update"),
        ("update-reported",),
    ),
    Mutant(
        "topmost-unreported",
        "the topmost new nodes are not reported",
        _FILE,
        _LINKED,
        _LINKED.partition("\n")[0],
        ("update-reported", "lru"),
    ),
    Mutant(
        "split-node-unreported",
        "the node that held the old entry is not reported",
        _FILE,
        _DONE,
        _DONE.partition("\n")[0],
        ("update-split-node", "lru"),
    ),
    Mutant(
        "reported-before-offset",
        "new nodes are reported before their offset is set, and again afterwards",
        _FILE,
        "child->offset = (unsigned char)offset;\n\tRCU_INIT_POINTER(child->parent, parent);",
        "xas_update(xas, child);\n\tchild->offset = (unsigned char)offset;\n"
        "\tRCU_INIT_POINTER(child->parent, parent);",
        ("update-valid",),
    ),
    Mutant(
        "reported-before-values",
        "the split node is reported before its nr_values is set",
        _FILE,
        f"node->nr_values = (unsigned char)values;\n\t{_DONE}",
        "xas_update(xas, node);\n\tnode->nr_values = (unsigned char)values;",
        ("update-valid", "lru"),
    ),
    Mutant(
        "reported-without-lock",
        "the allocation reports the nodes that it puts on the cursor",
        _FILE,
        _ALLOCATED,
        "node->array = xas->xa;\n\t\t\tnode->count = node->nr_values = 0;\n"
        f"\t\t\txas_update(xas, node);\n\t\t\t{_ALLOCATED}",
        ("locked",),
    ),
    Mutant(
        "refusal-reported",
        "a refused try_split reports the node that it did not change",
        _FILE,
        "xas_set_err(xas, -EINVAL);",
        "xas_update(xas, xas->xa_node);\n\t\txas_set_err(xas, -EINVAL);",
        ("update-quiet",),
    ),
    Mutant(
        "store-reported-early",
        "a store reports its node before nr_values is changed",
        _STORE,
        "node->nr_values = (unsigned char)(node->nr_values + values);\n"
        "\t\tXA_NODE_BUG_ON(node, node->count > XA_CHUNK_SIZE || node->nr_values > node->count);\n"
        "\t\txas_update(xas, node);",
        "xas_update(xas, node);\n\t\tnode->nr_values = (unsigned char)(node->nr_values + values);",
        ("update-final", "lru"),
    ),
    Mutant(
        "removal-unreported",
        "a node that a store takes out is not reported, if it is not on the LRU",
        "lib/xarray_node.c",
        "node->nr_values = 0;\n\tnode->count = 0;\n\txas_update(xas, node);",
        "bool listed = node->count == node->nr_values;\n\n"
        "\tnode->nr_values = 0;\n\tnode->count = 0;\n\tif (listed)\n\t\txas_update(xas, node);",
        ("update-removed",),
    ),
)
