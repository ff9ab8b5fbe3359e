// SPDX-License-Identifier: GPL-2.0-or-later
/* Walking down the tree, storing at the cursor, and the plain interface on top of both. */

#include "xarray_internal.h"

/* The largest index below `head` (a node, an entry or NULL). */
unsigned long max_index(const void *head)
{
	unsigned int span;

	if (!xa_is_node(head))
		return 0;
	/* The top node may have slots for indices that do not exist. */
	span = xa_to_node(head)->shift + XA_CHUNK_SHIFT;
	return span < BITS_PER_LONG ? (1UL << span) - 1 : ULONG_MAX;
}

/*
 * Where a walk starts: what the cursor's own slot holds if it stands on one, else the head.
 * NULL if it is in error, or if its index lies beyond the tree, which makes it XAS_BOUNDS.
 */
void *xas_start(struct xa_state *xas)
{
	void *head;

	if (xas_valid(xas))
		return xas_reload(xas);
	if (xas_error(xas))
		return NULL;
	head = xa_head(xas->xa);
	if (xas->xa_index > max_index(head))
		return set_bounds(xas);
	xas->xa_node = NULL;
	return head;
}

/*
 * The entry that covers slot `*offset` of the node, and in `*offset` its canonical slot.  A reader
 * that follows a sibling may find that the entry was split meanwhile; then the node there is
 * another index's, and it has to start again.
 */
static void *xas_canonical(const struct xa_state *xas, const struct xa_node *node,
			   unsigned int *offset)
{
	void *entry = xa_entry(xas->xa, node, *offset);

	while (xa_is_sibling(entry)) {
		*offset = xa_to_sibling(entry);
		entry = xa_entry(xas->xa, node, *offset);
		if (node->shift && xa_is_node(entry))
			return XA_RETRY_ENTRY;
	}
	return entry;
}

void *xas_descend(struct xa_state *xas, struct xa_node *node)
{
	unsigned int offset = get_offset(xas->xa_index, node);
	void *entry = xas_canonical(xas, node, &offset);

	xas_place(xas, node, offset);
	return entry;
}

/*
 * Walk to the cursor's index.  With a cursor of a larger order the walk ends at that order's
 * level, and what is there may be a node.
 */
void *xas_load(struct xa_state *xas)
{
	void *entry = xas_start(xas);

	while (xa_is_node(entry)) {
		struct xa_node *node = xa_to_node(entry);

		if (xas->xa_shift > node->shift)
			break;
		entry = xas_descend(xas, node);
		if (!node->shift)
			break;
	}
	return entry;
}

/* What the slot that the cursor stands on holds now. */
void *xas_reload(struct xa_state *xas)
{
	const struct xa_node *node = xas->xa_node;
	unsigned int offset;

	if (!node)
		return xa_head(xas->xa);
	offset = get_offset(xas->xa_index, node);
	return xas_canonical(xas, node, &offset);
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

/* Marks of the slots that become one entry all end up on its first slot. */
static void xas_squash_marks(const struct xa_state *xas)
{
	unsigned int first = xas->xa_offset;
	unsigned int end = first + xas->xa_sibs + 1;

	for (xa_mark_t mark = XA_MARK_0; mark <= XA_MARK_MAX; mark++) {
		unsigned long *marks = xas->xa_node->marks[mark];

		if (find_next_bit(marks, end, first + 1) == end)
			continue;
		__set_bit(first, marks);
		bitmap_clear(marks, first + 1, xas->xa_sibs);
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
 * case all slots of the old entry change kind with it.
 */
static void xas_store_slots(struct xa_state *xas, void *entry)
{
	struct xa_node *node = xas->xa_node;
	unsigned int first = xas->xa_offset;
	unsigned int last = first + xas->xa_sibs;
	unsigned int end = last + 1;
	void *held = NULL;
	int count = 0, values = 0;

	while (end < XA_CHUNK_SIZE && xa_is_sibling(xa_entry_locked(xas->xa, node, end)))
		end++;
	if (xas->xa_sibs)
		xas_squash_marks(xas);
	/* Before the entry goes: a marked search must not find a NULL. */
	if (!entry)
		xas_init_marks(xas);

	for (unsigned int offset = first; offset < end; offset++) {
		void *old = xa_entry_locked(xas->xa, node, offset);
		void *new = entry && offset > first ? xa_mk_sibling(first) : entry;

		if (!xa_is_sibling(old))
			held = old;
		values += xa_is_value(entry) - xa_is_value(held);
		if (entry && offset > last)
			continue;
		count += !!entry - !!old;
		rcu_assign_pointer(node->slots[offset], new);
		if (node->shift && xa_is_node(old))
			xas_free_nodes(xas, xa_to_node(old));
	}

	if (!count && !values)
		return;
	node->count = (unsigned char)(node->count + count);
	node->nr_values = (unsigned char)(node->nr_values + values);
	XA_NODE_BUG_ON(node, node->count > XA_CHUNK_SIZE);
	XA_NODE_BUG_ON(node, node->nr_values > node->count);
	xas_update(xas, node);
	if (count < 0)
		xas_delete_node(xas);
}

/*
 * Store `entry` at the cursor, or erase with NULL.  A cursor of smaller order than the entry that
 * is there changes that entry as a whole.  A store keeps marks, an erase clears them.  Returns the
 * old entry, which means something for a cursor of order 0 only; xas_error() tells of failure.
 */
void *xas_store(struct xa_state *xas, void *entry)
{
	unsigned int offset = xas->xa_offset;
	struct xa_node *node;
	void *old;

	if (entry)
		old = xas_create(xas, !xa_is_node(entry) && !xa_is_zero(entry));
	else
		old = xas_load(xas);
	if (xas_invalid(xas))
		return old;

	node = xas->xa_node;
	if (node) {
		/* A cursor that stepped here may stand on a sibling. */
		offset = xas->xa_offset;
		old = xas_canonical(xas, node, &offset);
		xas_place(xas, node, offset);
		if (xas->xa_shift < node->shift)
			xas->xa_sibs = 0;
	}
	if (old == entry && !xas->xa_sibs)
		return old;
	if (node)
		xas_store_slots(xas, entry);
	else
		xas_store_head(xas, entry);
	return old;
}

void *xa_load(struct xarray *xa, unsigned long index)
{
	XA_STATE(xas, xa, index);
	void *entry;

	rcu_read_lock();
	do {
		entry = xas_load(&xas);
	} while (xa_is_retry(entry) && xas_retry(&xas, entry));
	rcu_read_unlock();

	return xa_is_zero(entry) ? NULL : entry;
}

int xa_get_order(struct xarray *xa, unsigned long index)
{
	XA_STATE(xas, xa, index);
	void *entry;
	int order;

	rcu_read_lock();
	do {
		entry = xas_load(&xas);
	} while (xa_is_retry(entry) && xas_retry(&xas, entry));
	order = entry ? xas_get_order(&xas) : 0;
	rcu_read_unlock();

	return order;
}

/* What the plain interface answers: the old entry, or an error entry. */
static void *xas_result(const struct xa_state *xas, void *old)
{
	if (xas_error(xas))
		return xas->xa_node;
	return xa_is_zero(old) ? NULL : old;
}

void *__xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	XA_STATE(xas, xa, index);
	void *old;

	if (WARN_ON(xa_is_advanced(entry)))
		return XA_ERROR(-EINVAL);
	do {
		old = xas_store(&xas, entry);
	} while (__xas_nomem(&xas, gfp));

	return xas_result(&xas, old);
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
	XA_STATE(xas, xa, index);

	return xas_result(&xas, xas_store(&xas, NULL));
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
	xa_unlock(xa);
}
