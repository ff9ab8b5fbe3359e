// SPDX-License-Identifier: GPL-2.0-or-later
/* Making a place for an entry: growing the tree at the top, and down to the entry's level. */

#include "xarray_internal.h"

/* A node from the cursor's stock, or else a fresh one; NULL with -ENOMEM on it if there is none. */
static struct xa_node *xas_any_node(struct xa_state *xas)
{
	struct xa_node *node = xas_take_spare(xas);

	if (!node)
		node = xas_new_node(xas, GFP_NOWAIT | __GFP_NOWARN);
	if (!node)
		xas_set_err(xas, -ENOMEM);
	return node;
}

/*
 * An empty node of `shift` to come below the cursor's slot, which counts it already, or on top if
 * the cursor stands on the head.
 */
static struct xa_node *xas_prepare(struct xa_state *xas, unsigned int shift)
{
	struct xa_node *const above = xas->xa_node;
	struct xa_node *node = xas_any_node(xas);

	if (!node)
		return NULL;
	XA_NODE_BUG_ON(node, shift >= BITS_PER_LONG);
	RCU_INIT_POINTER(node->parent, above);
	node->offset = above ? xas->xa_offset : 0;
	node->shift = (unsigned char)shift;
	node->array = xas->xa;
	node->nr_values = 0;
	node->count = 0;
	if (above) {
		XA_NODE_BUG_ON(above, above->count >= XA_CHUNK_SIZE);
		above->count++;
		xas_update(xas, above);
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

/* All slots of a new node are free. */
static void node_set_free(const struct xarray *xa, struct xa_node *node)
{
	if (xa_tracks_free(xa))
		bitmap_set(node->marks[XA_FREE_MARK], 0, XA_CHUNK_SIZE);
}

/* Put one more node on top, whose slot 0 takes `head`: what the head holds, or is to hold. */
static bool xas_grow(struct xa_state *xas, unsigned int shift, void *head)
{
	struct xa_node *top = xas_prepare(xas, shift);
	struct xarray *xa = xas->xa;
	struct xa_node *child = xa_is_node(head) ? xa_to_node(head) : NULL;

	if (!top)
		return false;
	node_set_free(xa, top);
	top->count = 1;
	top->nr_values = xa_is_value(head);
	for (xa_mark_t mark = XA_MARK_0; mark <= XA_MARK_MAX; mark++)
		row_set(top->marks[mark], 0, xa_marked(xa, mark));
	/* What lies beyond the old top is free. */
	if (xa_tracks_free(xa))
		xa_bear(xa, XA_FREE_MARK, true);
	RCU_INIT_POINTER(top->slots[0], head);

	/* Readers that climb from the old top must find the new one complete. */
	if (child) {
		child->offset = 0;
		rcu_assign_pointer(child->parent, top);
	}
	rcu_assign_pointer(xa->xa_head, xa_mk_node(top));
	xas_update(xas, top);
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
	unsigned int bits = index_bits(head);

	if (xa_zero_busy(xa) && !head)
		head = XA_ZERO_ENTRY;
	if (!head) {
		while (bits < BITS_PER_LONG && max >> bits)
			bits += XA_CHUNK_SHIFT;
		return bits;
	}
	for (; max > max_index(head); bits += XA_CHUNK_SHIFT) {
		if (!xas_grow(xas, bits, head))
			break;
		head = xa_head_locked(xa);
	}
	return bits;
}

/* What the cursor's slot holds, or the head. */
static void *xas_held(const struct xa_state *xas)
{
	if (xas->xa_node)
		return XA_READ_LOCKED(xas->xa, xas->xa_node->slots[xas->xa_offset]);
	return xa_head_locked(xas->xa);
}

/* Put an empty node into the cursor's slot, or into the head; NULL if memory is short. */
static struct xa_node *xas_plant(struct xa_state *xas, unsigned int shift)
{
	struct xa_node *node = xas_prepare(xas, shift);

	if (!node)
		return NULL;
	node_set_free(xas->xa, node);
	if (xas->xa_node)
		rcu_assign_pointer(xas->xa_node->slots[xas->xa_offset], xa_mk_node(node));
	else
		rcu_assign_pointer(xas->xa->xa_head, xa_mk_node(node));
	return node;
}

/*
 * Make sure that there is a slot for the cursor's entry, and walk there; where a larger entry
 * covers the index, to that one.  Returns what the slot holds; NULL with an error on the cursor if
 * memory is short.  Without `allow_root` the entry gets a node even if it could be in the head.
 */
void *xas_create(struct xa_state *xas, bool allow_root)
{
	/* How many bits of the index are told apart below the cursor's slot, or below the head. */
	unsigned int bits = 0;
	void *entry;

	if (xas_is_node(xas)) {
		bits = xas->xa_node->shift;
	} else if (!xas_error(xas)) {
		xas->xa_node = NULL;
		bits = xas_expand(xas);
		if (!allow_root && bits < XA_CHUNK_SHIFT)
			bits = XA_CHUNK_SHIFT;
	}
	if (xas_where(xas) == XAS_IN_ERROR)
		return NULL;

	entry = xas_held(xas);
	while (bits > xas->xa_shift && (!entry || xa_is_node(entry))) {
		struct xa_node *below;

		bits -= XA_CHUNK_SHIFT;
		below = entry ? xa_to_node(entry) : xas_plant(xas, bits);
		if (!below)
			return NULL;
		entry = xas_enter(xas, below);
	}
	return entry;
}

/*
 * Make sure that every index that the cursor covers has a slot of its own, or a larger entry, so
 * that stores there need no memory.  From the last chunk to the first, so that memory that is short
 * leaves them in order.  Afterwards the cursor is one of order 0, on the slot of its index, and has
 * no node in stock: one that xas_nomem() put there may not have been needed.  If memory is short:
 * -ENOMEM, and the cursor is what it was.
 */
void xas_create_range(struct xa_state *xas)
{
	unsigned long first = xas->xa_index;
	unsigned long last = first | (((xas->xa_sibs + 1UL) << xas->xa_shift) - 1);
	struct xa_state at = {
		.xa = xas->xa, .xa_index = last, .xa_node = XAS_RESTART, .xa_alloc = xas->xa_alloc,
		.xa_update = xas->xa_update, .xa_lru = xas->xa_lru,
	};

	for (;; xas_set(&at, at.xa_index - XA_CHUNK_SIZE)) {
		xas_create(&at, true);
		if (xas_error(&at) || at.xa_index - first < XA_CHUNK_SIZE)
			break;
	}
	xas->xa_alloc = at.xa_alloc;
	xas->xa_node = at.xa_node;
	if (xas_error(xas))
		return;
	xas->xa_shift = xas->xa_sibs = 0;
	xas_place(xas, at.xa_node, at.xa_node ? xas_slot(xas, at.xa_node) : at.xa_offset);
	xas_destroy(xas);
}
