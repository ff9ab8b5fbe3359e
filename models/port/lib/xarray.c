// SPDX-License-Identifier: GPL-2.0-or-later
/* Walking down the tree, storing at the cursor, and the plain interface on top of both. */

#include "xarray_internal.h"

/* How many low bits of an index are told apart below `head`: 0 for an entry and for NULL. */
unsigned int index_bits(const void *head)
{
	return xa_is_node(head) ? xa_to_node(head)->shift + XA_CHUNK_SHIFT : 0;
}

/* The largest index below `head`. */
unsigned long max_index(const void *head)
{
	unsigned int span = index_bits(head);

	/* The top node may have slots for indices that do not exist. */
	return span < BITS_PER_LONG ? (1UL << span) - 1 : ULONG_MAX;
}

/*
 * Where a walk starts: what the cursor's own slot holds if it stands on one, else the head.
 * NULL if it is in error, or if its index lies beyond the tree, which makes it XAS_BOUNDS.
 */
void *xas_start(struct xa_state *xas)
{
	void *head;

	switch (xas_where(xas)) {
	case XAS_IN_TREE:
		return xas_reload(xas);
	case XAS_IN_ERROR:
		return NULL;
	case XAS_AT_START:
	case XAS_AT_END:
		break;
	}
	head = xa_head(xas->xa);
	if (max_index(head) < xas->xa_index)
		return set_bounds(xas);
	xas->xa_node = NULL;
	return head;
}

/*
 * The entry that covers slot `*offset` of the node, and in `*offset` its canonical slot.  A reader
 * that follows a sibling may find that the entry was split meanwhile; then the node there is
 * another index's, and it has to start again.
 */
void *xas_canonical(const struct xa_state *xas, const struct xa_node *node, unsigned int *offset)
{
	const struct xarray *xa = xas->xa;
	void *held = xa_entry(xa, node, *offset);
	bool followed = false;

	for (; xa_is_sibling(held); held = xa_entry(xa, node, *offset)) {
		followed = true;
		*offset = xa_to_sibling(held);
	}
	return followed && xa_is_node(held) ? XA_RETRY_ENTRY : held;
}

/* Go to the slot of `node` that covers the cursor's index, and return what it holds. */
void *xas_enter(struct xa_state *xas, struct xa_node *node)
{
	unsigned int offset = xas_slot(xas, node);
	void *held = xas_canonical(xas, node, &offset);

	xas_place(xas, node, offset);
	return held;
}

/* The node in which a walk goes on that has come to `held`, or NULL where it ends. */
static struct xa_node *xas_below(const struct xa_state *xas, const void *held)
{
	struct xa_node *node = xa_is_node(held) ? xa_to_node(held) : NULL;

	return node && node->shift >= xas->xa_shift ? node : NULL;
}

/*
 * Walk to the cursor's index.  With a cursor of a larger order the walk ends at that order's
 * level, and what is there may be a node.
 */
void *xas_load(struct xa_state *xas)
{
	void *held = xas_start(xas);
	struct xa_node *below;

	while ((below = xas_below(xas, held)) != NULL)
		held = xas_enter(xas, below);
	return held;
}

/* The same until the walk ends in a node that is still in the tree. */
void *xas_load_settled(struct xa_state *xas)
{
	void *held = xas_load(xas);

	for (; xa_is_retry(held); held = xas_load(xas))
		xas_reset(xas);
	return held;
}

/* What the slot that the cursor stands on holds now. */
void *xas_reload(struct xa_state *xas)
{
	unsigned int offset;

	if (xas->xa_node) {
		offset = xas_slot(xas, xas->xa_node);
		return xas_canonical(xas, xas->xa_node, &offset);
	}
	return xa_head(xas->xa);
}

/* The order of the entry that the cursor was walked to, 0 .. 63. */
int xas_get_order(struct xa_state *xas)
{
	const struct xa_node *node = xas->xa_node;
	void *sibling = xa_mk_sibling(xas->xa_offset);
	unsigned int slots = 1;
	int order = 0;

	if (xas_not_node(node))
		return 0;
	while (xas->xa_offset + slots < XA_CHUNK_SIZE &&
	       xa_entry(xas->xa, node, xas->xa_offset + slots) == sibling) {
		slots *= 2;
		order++;
	}
	return order + node->shift;
}

/* The marks of slots after `first` and before `end` go to `first`, with which they become one entry. */
static void node_gather_marks(struct xa_node *node, unsigned int first, unsigned int end)
{
	for (xa_mark_t mark = XA_MARK_0; mark <= XA_MARK_MAX; mark++) {
		unsigned long *row = node->marks[mark];
		unsigned long offset = first;

		while ((offset = find_next_bit(row, end, offset + 1)) < end) {
			row_set(row, first, true);
			row_set(row, (unsigned int)offset, false);
		}
	}
}

static void xas_store_head(struct xa_state *xas, void *entry)
{
	void *old = xa_head_locked(xas->xa);

	if (!entry)
		xas_init_marks(xas);
	rcu_assign_pointer(xas->xa->xa_head, entry);
	/* A cursor larger than the whole tree erases all of it. */
	if (xa_is_node(old))
		xas_free_nodes(xas, xa_to_node(old));
}

/*
 * Write the cursor's slots.  Where an old entry reaches past them, all of it goes: an erase clears
 * the rest too, and after a store the rest are siblings of the new entry, as they stand.  In either
 * case all slots of the old entry change kind with it.  Returns by how much count has changed.
 */
static int xas_store_slots(struct xa_state *xas, void *entry)
{
	unsigned int first = xas->xa_offset;
	unsigned int last = first + xas->xa_sibs;
	unsigned int end = last + 1;
	struct xa_node *node = xas->xa_node;
	void *held = NULL;
	int count = 0, values = 0;

	while (end < XA_CHUNK_SIZE && xa_is_sibling(xa_entry_locked(xas->xa, node, end)))
		end++;
	node_gather_marks(node, first, last + 1);
	/* Before the entry goes: a marked search must not find a NULL. */
	if (!entry)
		xas_init_marks(xas);

	for (unsigned int offset = first; !entry && xa_tracks_free(xas->xa) && offset != end; offset++)
		row_set(node->marks[XA_FREE_MARK], offset, true);
	for (unsigned int offset = first; offset != end; offset++) {
		void *new = entry && offset > first ? xa_mk_sibling(first) : entry;
		void __rcu **slot = &node->slots[offset];
		void *old = XA_READ_LOCKED(xas->xa, *slot);

		if (kind_of(old) != SLOT_SIBLING)
			held = old;
		values += xa_is_value(entry) - xa_is_value(held);
		if (entry && offset > last)
			continue;
		count += !!entry - !!old;
		rcu_assign_pointer(*slot, new);
		if (kind_of(old) == SLOT_CHILD)
			xas_free_nodes(xas, xa_to_node(old));
	}

	if (count || values) {
		node->count = (unsigned char)(node->count + count);
		node->nr_values = (unsigned char)(node->nr_values + values);
		XA_NODE_BUG_ON(node, node->count > XA_CHUNK_SIZE || node->nr_values > node->count);
		xas_update(xas, node);
	}
	return count;
}

/*
 * Store `entry` at the cursor, or erase with NULL.  A cursor of smaller order than the entry that
 * is there changes that entry as a whole.  A store keeps marks, an erase clears them.  Returns the
 * old entry, which means something for a cursor of order 0 only; xas_error() tells of failure.
 */
void *xas_store(struct xa_state *xas, void *entry)
{
	unsigned int offset;
	void *old;

	if (entry)
		old = xas_create(xas, !xa_is_node(entry) && !xa_is_zero(entry));
	else
		old = xas_load(xas);
	if (xas_where(xas) != XAS_IN_TREE)
		return old;

	if (xas->xa_node) {
		/* A cursor that stepped here may stand on a sibling. */
		offset = xas->xa_offset;
		old = xas_canonical(xas, xas->xa_node, &offset);
		xas_place(xas, xas->xa_node, offset);
		if (xas->xa_shift < xas->xa_node->shift)
			xas->xa_sibs = 0;
	}
	if (old == entry && !xas->xa_sibs)
		return old;
	if (!xas->xa_node)
		xas_store_head(xas, entry);
	else if (xas_store_slots(xas, entry) < 0)
		xas_delete_node(xas);
	return old;
}

void *xa_load(struct xarray *xa, unsigned long index)
{
	void *held;
	XA_STATE(xas, xa, index);

	rcu_read_lock();
	held = xas_load_settled(&xas);
	rcu_read_unlock();
	return xa_is_zero(held) ? NULL : held;
}

int xa_get_order(struct xarray *xa, unsigned long index)
{
	int order;
	XA_STATE(xas, xa, index);

	rcu_read_lock();
	order = xas_load_settled(&xas) ? xas_get_order(&xas) : 0;
	rcu_read_unlock();
	return order;
}

/* What is stored is not free any more. */
static void *xas_put(struct xa_state *xas, void *entry)
{
	void *old = xas_store(xas, entry);

	if (xa_tracks_free(xas->xa) && entry)
		xas_clear_mark(xas, XA_FREE_MARK);
	return old;
}

/* Store or erase at one index; what the plain interface answers: the old entry or an error entry. */
static void *xa_replace(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	void *old;
	XA_STATE(xas, xa, index);

	old = xas_put(&xas, entry);
	while (__xas_nomem(&xas, gfp))
		old = xas_put(&xas, entry);
	old = xa_is_zero(old) ? NULL : old;
	return xas_error(&xas) ? xas.xa_node : old;
}

void *__xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	bool reserved = xa_is_advanced(entry);

	WARN_ON(reserved);
	/* Where free indices are tracked this reserves one: only an erase frees it. */
	if (!entry && xa_tracks_free(xa))
		entry = XA_ZERO_ENTRY;
	return reserved ? XA_ERROR(-EINVAL) : xa_replace(xa, index, entry, gfp);
}

void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	void *old;

	xa_lock(xa);
	old = __xa_store(xa, index, entry, gfp);
	xa_unlock(xa);
	return old;
}

void *__xa_erase(struct xarray *xa, unsigned long index)
{
	return xa_replace(xa, index, NULL, 0);
}

void *xa_erase(struct xarray *xa, unsigned long index)
{
	void *old;

	xa_lock(xa);
	old = __xa_erase(xa, index);
	xa_unlock(xa);
	return old;
}

/* Empty the array and free its nodes; the entries are the caller's to free. */
void xa_destroy(struct xarray *xa)
{
	XA_STATE(xas, xa, 0);

	xa_lock(xa);
	xas.xa_node = NULL;
	xas_store_head(&xas, NULL);
	if (xa_zero_busy(xa))
		xas_clear_mark(&xas, XA_FREE_MARK);
	xa_unlock(xa);
}
