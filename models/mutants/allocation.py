# SPDX-License-Identifier: GPL-2.0-or-later
"""Defects in what a split allocates and refuses, and in what is left when that fails."""

from __future__ import annotations

from models.mutants.mutant import Mutant

_FILE = "lib/xarray_split.c"
_LOOP = "for (unsigned long nodes = split_nodes(order, xas->xa_shift); nodes; nodes--) {"
_FAILED = "xas_set_err(xas, -ENOMEM);\n\t\t\txas_destroy(xas);\n\t\t\treturn;"
_BEGIN = "/* What the new entries are like; constant throughout a split. */"
_HELD_BACK = """\
static struct xa_node *held_back;
static void hold_back(struct xa_state *xas, struct xa_node *node)
{
	if (held_back)
		xas_put_spare(xas, node);
	else
		held_back = node;
}
static struct xa_node *fetch(struct xa_state *xas)
{
	struct xa_node *node = held_back;

	held_back = NULL;
	return node ? node : xas_take_spare(xas);
}
#define xas_put_spare hold_back
#define xas_take_spare fetch
"""
_SPLIT = "if (xas_is_node(xas))\n\t\tsplit_here(xas, old, entry, order);"

MUTANTS = (
    Mutant(
        "one-node-too-many",
        "one node more is allocated than needed",
        _FILE,
        _LOOP,
        _LOOP.replace("xas->xa_shift);", "xas->xa_shift) + 1;"),
        ("split-requests", "split-no-leftover"),
    ),
    Mutant(
        "one-node-too-few",
        "one node less is allocated than needed",
        _FILE,
        _LOOP,
        _LOOP.replace("nodes; nodes--", "nodes > 1; nodes--"),
        ("split-requests", "no-assertion"),
    ),
    Mutant(
        "level-forgotten",
        "the lowest level of new nodes is not counted",
        _FILE,
        "level > shift;",
        "level > shift + XA_CHUNK_SHIFT;",
        ("split-requests",),
    ),
    Mutant(
        "subtrees-not-counted",
        "further levels are counted for one slot of the entry instead of all",
        _FILE,
        "nodes = nodes * XA_CHUNK_SIZE + slots_of(order);",
        "nodes = nodes * XA_CHUNK_SIZE + (nodes ? 1 : slots_of(order));",
        ("split-requests",),
    ),
    Mutant(
        "count-in-a-byte",
        "nodes are counted in eight bits",
        _FILE,
        "unsigned long nodes = 0;",
        "unsigned char nodes = 0;",
        ("split-requests",),
    ),
    Mutant(
        "count-in-16-bits",
        "nodes are counted in sixteen bits",
        _FILE,
        "unsigned long nodes = 0;",
        "unsigned short nodes = 0;",
        ("split-requests",),
    ),
    Mutant(
        "count-in-32-bits",
        "nodes are counted in an unsigned int, as the series of November 2025 does",
        _FILE,
        "unsigned long nodes = 0;",
        "unsigned int nodes = 0;",
        ("split-requests",),
        chunk_shift=6,
    ),
    Mutant(
        "count-in-int",
        "nodes are counted down in an int, which is negative from order 34 on at s=3",
        _FILE,
        _LOOP,
        "for (int nodes = (int)split_nodes(order, xas->xa_shift); nodes > 0; nodes--) {",
        ("split-requests",),
    ),
    Mutant(
        "leak-on-failure",
        "a failed request leaves the nodes allocated before to nobody",
        _FILE,
        _FAILED,
        _FAILED.replace("xas_destroy(xas)", "xas->xa_alloc = NULL"),
        ("split-unchanged", "live-nodes", "lookup-pure"),
    ),
    Mutant(
        "kept-on-failure",
        "a failed request leaves the nodes allocated before on the cursor",
        _FILE,
        _FAILED,
        _FAILED.replace("xas_destroy(xas);", ""),
        ("split-failure",),
    ),
    Mutant(
        "double-free-on-failure",
        "a failed request frees the node allocated last twice",
        _FILE,
        _FAILED,
        "void radix_tree_node_rcu_free(struct rcu_head *head);\n\n\t\t\tif (xas->xa_alloc)\n"
        "\t\t\t\tradix_tree_node_rcu_free(&xas->xa_alloc->rcu_head);\n\t\t\t" + _FAILED,
        ("freed-once",),
    ),
    Mutant(
        "failure-unreported",
        "a failed request ends the allocation without an error",
        _FILE,
        _FAILED,
        "return;",
        ("split-failure",),
    ),
    Mutant(
        "failure-not-the-end",
        "after a failed request one more is made",
        _FILE,
        _FAILED,
        "xas_put_spare(xas, xas_new_node(xas, gfp));\n\t\t\t" + _FAILED,
        ("split-failure",),
    ),
    Mutant(
        "node-held-back",
        "one of the nodes that were requested waits for the split elsewhere than on the cursor",
        _FILE,
        _BEGIN,
        _HELD_BACK,
        ("split-cursor",),
    ),
    Mutant(
        "warns-when-deep",
        "a split of more than one new level warns, though it is performed",
        _FILE,
        "(void)entry;",
        "WARN_ON(xas->xa_shift + 2 * XA_CHUNK_SHIFT <= order);",
        ("split-no-warning",),
    ),
    Mutant(
        "refuses-deep",
        "a split of more than one new level is refused, by an implementation that claims it",
        _FILE,
        "(void)entry;",
        "if (WARN_ON(xas->xa_shift + 2 * XA_CHUNK_SHIFT <= order)) {\n"
        "\t\txas_set_err(xas, -ENOMEM);\n\t\treturn;\n\t}",
        ("split-result",),
    ),
    Mutant(
        "one-level-limit",
        "a one-level implementation refuses one order below its limit",
        _FILE,
        "(void)entry;",
        "if (WARN_ON(xas->xa_shift + 2 * XA_CHUNK_SHIFT <= order + 1)) {\n"
        "\t\txas_set_err(xas, -ENOMEM);\n\t\treturn;\n\t}",
        ("split-refusal",),
        one_level=True,
    ),
    Mutant(
        "allocates-under-lock",
        "the split requests a node under the lock, reports it, and leaves it on the cursor",
        _FILE,
        _SPLIT,
        "if (xas_is_node(xas)) {\n"
        "\t\tsplit_here(xas, old, entry, order);\n"
        "\t\tstruct xa_node *extra = xas_new_node(xas, GFP_NOWAIT);\n"
        "\t\tif (extra) {\n"
        "\t\t\textra->array = xas->xa;\n\t\t\textra->count = extra->nr_values = 0;\n"
        "\t\t\txas_update(xas, extra);\n\t\t\txas_put_spare(xas, extra);\n\t\t}\n\t}",
        ("split-no-allocation", "split-no-leftover", "update-unlinked"),
    ),
)
