// SPDX-License-Identifier: GPL-2.0-or-later
/* Making a place for an entry: growing the tree at the top, and down to the entry's level. */

#include "xarray_internal.h"

/* The new node is a child of the cursor's slot, or the top if the cursor stands on the head. */
static struct xa_node *xas_alloc(struct xa_state *xas, unsigned int shift)
{
	struct xa_node *parent = xas->xa_node;
	struct xa_node *node = xas_take_spare(xas);

	if (!node)
		node = xas_new_node(xas, GFP_NOWAIT | __GFP_NOWARN);
	if (!node) {
		xas_set_err(xas, -ENOMEM);
		return NULL;
	}
	XA_NODE_BUG_ON(node, shift >= BITS_PER_LONG);
	node->shift = (unsigned char)shift;
	node->offset = parent ? xas->xa_offset : 0;
	node->count = 0;
	node->nr_values = 0;
	node->array = xas->xa;
	RCU_INIT_POINTER(node->parent, parent);
	if (parent) {
		parent->count++;
		XA_NODE_BUG_ON(parent, parent->count > XA_CHUNK_SIZE);
		xas_update(xas, parent);
	}
	return node;
}

/*
 * The largest index that the tree must reach to.  The head cannot hold an entry of an order above
 * 0, so such an entry at index 0 needs a tree that could hold an entry next to it as well.
 */
static unsigned long xas_max(const struct xa_state *xas)
{
	unsigned long rest = ((xas->xa_sibs + 1UL) << xas->xa_shift) - 1;
	unsigned long max = xas->xa_index | rest;

	return rest && max == rest ? max + 1 : max;
}

/* Put one more node on top, whose slot 0 takes what the head holds. */
static bool xas_grow(struct xa_state *xas, unsigned int shift)
{
	struct xarray *xa = xas->xa;
	void *head = xa_head_locked(xa);
	struct xa_node *node = xas_alloc(xas, shift);

	if (!node)
		return false;
	node->count = 1;
	node->nr_values = xa_is_value(head);
	RCU_INIT_POINTER(node->slots[0], head);
	for (xa_mark_t mark = XA_MARK_0; mark <= XA_MARK_MAX; mark++)
		if (xa_marked(xa, mark))
			__set_bit(0, node->marks[mark]);

	/* Readers that climb from the old top must find the new one complete. */
	if (xa_is_node(head)) {
		xa_to_node(head)->offset = 0;
		rcu_assign_pointer(xa_to_node(head)->parent, node);
	}
	rcu_assign_pointer(xa->xa_head, xa_mk_node(node));
	xas_update(xas, node);
	return true;
}

/*
 * Make the tree high enough for the cursor, and return how many bits of the index the head covers
 * then: 0 for a single entry.  An empty array gets no nodes yet, only its future height is told.
 */
static unsigned int xas_expand(struct xa_state *xas)
{
	const struct xarray *xa = xas->xa;
	unsigned long max = xas_max(xas);
	void *head = xa_head_locked(xa);
	unsigned int bits = 0;

	xas->xa_node = NULL;
	if (!head) {
		while (bits < BITS_PER_LONG && max >> bits)
			bits += XA_CHUNK_SHIFT;
		return bits;
	}
	if (xa_is_node(head))
		bits = xa_to_node(head)->shift + XA_CHUNK_SHIFT;
	for (; max > max_index(xa_head_locked(xa)); bits += XA_CHUNK_SHIFT)
		if (!xas_grow(xas, bits))
			break;
	return bits;
}

/*
 * Make sure that there is a slot for the cursor's entry, and walk there; where a larger entry
 * covers the index, to that one.  Returns what the slot holds; NULL with an error on the cursor if
 * memory is short.  Without `allow_root` the entry gets a node even if it could be in the head.
 */
void *xas_create(struct xa_state *xas, bool allow_root)
{
	struct xarray *xa = xas->xa;
	struct xa_node *node = xas->xa_node;
	void __rcu **slot;
	unsigned int shift;
	void *entry;

	if (xas_top(node)) {
		shift = xas_expand(xas);
		if (xas_error(xas))
			return NULL;
		if (!shift && !allow_root)
			shift = XA_CHUNK_SHIFT;
		slot = &xa->xa_head;
		entry = xa_head_locked(xa);
	} else if (xas_error(xas)) {
		return NULL;
	} else {
		shift = node->shift;
		slot = &node->slots[xas->xa_offset];
		entry = xa_entry_locked(xa, node, xas->xa_offset);
	}

	while (shift > xas->xa_shift && (!entry || xa_is_node(entry))) {
		shift -= XA_CHUNK_SHIFT;
		if (entry) {
			node = xa_to_node(entry);
		} else {
			node = xas_alloc(xas, shift);
			if (!node)
				return NULL;
			rcu_assign_pointer(*slot, xa_mk_node(node));
		}
		entry = xas_descend(xas, node);
		slot = &node->slots[xas->xa_offset];
	}
	return entry;
}
