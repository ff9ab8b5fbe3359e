# SPDX-License-Identifier: GPL-2.0-or-later
"""A right multi-level split for a kernel of today, as a series of two patches, and defects in it.

The two functions of the kernel are taken out whole and ours put in their place, so that it works on
every kernel that has them.
"""

import re
import shutil
from pathlib import Path

from models.kernel.source import Source
from tests.kernel_tree import git

ALLOC = """\
static unsigned long deep_nodes(const struct xa_state *xas, unsigned int order)
{
	unsigned long each = 1UL << (order % XA_CHUNK_SHIFT), nodes = 0;
	unsigned int level = order - order % XA_CHUNK_SHIFT;

	for (; level > xas->xa_shift; level -= XA_CHUNK_SHIFT)
		nodes = (nodes << XA_CHUNK_SHIFT) + each;
	return nodes;
}

void xas_split_alloc(struct xa_state *xas, void *entry, unsigned int order, gfp_t gfp)
{
	unsigned long nodes = deep_nodes(xas, order);

	if (xas->xa->xa_flags & XA_FLAGS_ACCOUNT)
		gfp |= __GFP_ACCOUNT;
	while (nodes--) {
		struct xa_node *fresh;

		fresh = kmem_cache_alloc_lru(radix_tree_node_cachep, xas->xa_lru, gfp);
		if (!fresh) {
			xas_destroy(xas);
			xas_set_err(xas, -ENOMEM);
			return;
		}
		fresh->array = xas->xa;
		RCU_INIT_POINTER(fresh->parent, xas->xa_alloc);
		xas->xa_alloc = fresh;
	}
}
"""
SPLIT = """\
static void deep_marks(struct xa_node *node, unsigned int slot, unsigned int bits)
{
	xa_mark_t one;

	for (one = XA_MARK_0; one <= XA_MARK_MAX; one++)
		if (bits & (1U << (__force unsigned int)one))
			node_set_mark(node, slot, one);
}

static struct xa_node *
deep_tree(struct xa_state *xas, void *entry, unsigned int shift, unsigned int bits)
{
	struct xa_node *top = xas->xa_alloc;
	unsigned int slot, first;
	xa_mark_t one;

	xas->xa_alloc = rcu_dereference_raw(top->parent);
	top->shift = shift;
	top->count = XA_CHUNK_SIZE;
	top->nr_values = 0;
	for (one = XA_MARK_0; one <= XA_MARK_MAX; one++)
		bitmap_clear(top->marks[(__force unsigned int)one], 0, XA_CHUNK_SIZE);
	for (slot = 0; slot < XA_CHUNK_SIZE; slot++) {
		first = slot;
		if (shift > xas->xa_shift) {
			struct xa_node *below = deep_tree(xas, entry, shift - XA_CHUNK_SHIFT, bits);

			below->offset = slot;
			RCU_INIT_POINTER(below->parent, top);
			RCU_INIT_POINTER(top->slots[slot], xa_mk_node(below));
			xas_update(xas, below);
		} else {
			first -= slot % (xas->xa_sibs + 1U);
			RCU_INIT_POINTER(top->slots[slot], slot == first ? entry : xa_mk_sibling(first));
			if (xa_is_value(entry))
				top->nr_values++;
		}
		if (slot == first)
			deep_marks(top, slot, bits);
	}
	return top;
}

void xas_split(struct xa_state *xas, void *entry, unsigned int order)
{
	unsigned int slots = 1U << (order % XA_CHUNK_SHIFT), bits = 0, slot, part;
	void *old = xas_load(xas);
	struct xa_node *node = xas->xa_node;
	xa_mark_t one;
	int values = 0;

	if (xas_top(node))
		return;
	for (one = XA_MARK_0; one <= XA_MARK_MAX; one++)
		if (node_get_mark(node, xas->xa_offset, one))
			bits |= 1U << (__force unsigned int)one;
	if (xa_is_value(old))
		values -= slots;
	for (slot = xas->xa_offset + slots; slot > xas->xa_offset; ) {
		if (xas->xa_shift < node->shift) {
			struct xa_node *below = deep_tree(xas, entry, node->shift - XA_CHUNK_SHIFT, bits);

			slot--;
			below->offset = slot;
			RCU_INIT_POINTER(below->parent, node);
			deep_marks(node, slot, bits);
			rcu_assign_pointer(node->slots[slot], xa_mk_node(below));
			xas_update(xas, below);
			continue;
		}
		slot -= xas->xa_sibs + 1U;
		deep_marks(node, slot, bits);
		rcu_assign_pointer(node->slots[slot], entry);
		for (part = 1; part <= xas->xa_sibs; part++)
			rcu_assign_pointer(node->slots[slot + part], xa_mk_sibling(slot));
		if (xa_is_value(entry))
			values += xas->xa_sibs + 1;
	}
	node->nr_values += values;
	xas_update(xas, node);
}
"""
LEAK = ("		if (!fresh) {\n			xas_destroy(xas);\n", "		if (!fresh) {\n")
ONE_MORE = (
    "	unsigned long nodes = deep_nodes(xas, order);\n",
    "	unsigned long nodes = deep_nodes(xas, order) + (order > 2 * XA_CHUNK_SHIFT);\n",
)
VALUES = (
    "		if (xa_is_value(entry))\n			values +=",
    "		if (xa_is_value(old))\n			values +=",
)
OFFSET = (
    "			slot--;\n			below->offset = slot;\n",
    "			slot--;\n			below->offset = xas->xa_offset;\n",
)
_ADOPTED = "			RCU_INIT_POINTER(top->slots[slot], xa_mk_node(below));\n"
UNREPORTED = (f"{_ADOPTED}			xas_update(xas, below);\n", _ADOPTED)
MARK = (
    "one <= XA_MARK_MAX; one++)\n		if (bits",
    "one < XA_MARK_MAX; one++)\n		if (bits",
)


def make_tree(kernel: Source, folder: Path) -> Path:
    """A git tree of a kernel's own files in ``folder``; its commit is tagged "base"."""
    shutil.copytree(kernel.directory, folder)
    (folder / "Makefile").write_text("VERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = 4\n")
    git(folder, "init", "--quiet")
    git(folder, "add", "--force", ".")
    git(folder, "commit", "--quiet", "--message=base")
    git(folder, "tag", "base")
    return folder


def put(tree: Path, name: str, text: str, subject: str) -> None:
    """Commit ``text`` in the place of a function of ``lib/xarray.c``, or of one of ours."""
    path = tree / "lib/xarray.c"
    whole = path.read_text()
    found = re.search(rf"^(?:static )?[\w ]+\*?{name}\(.*?^}}\n", whole, re.MULTILINE | re.DOTALL)
    assert found, name
    path.write_text(whole[: found.start()] + text + whole[found.end() :])
    git(tree, "commit", "--quiet", "--all", f"--message={subject}")


def defect(tree: Path, edit: tuple[str, str]) -> None:
    """Make an edit, not yet committed."""
    path = tree / "lib/xarray.c"
    text = path.read_text()
    assert text.count(edit[0]) == 1, edit[0]
    path.write_text(text.replace(*edit))


def commit(tree: Path, subject: str) -> None:
    """Commit what was edited."""
    git(tree, "commit", "--quiet", "--all", f"--message={subject}")
