// SPDX-License-Identifier: GPL-2.0-or-later
/* Searches in which more counts than that an entry is there: where it begins, or which range it is in. */

#include "xarray_internal.h"

/* The first index of the slot that the cursor stands on; that of its entry if it is the canonical one. */
static unsigned long xas_slot_begin(const struct xa_state *xas)
{
	const unsigned long slot = xas->xa_offset;
	const unsigned int shift = xas->xa_node ? xas->xa_node->shift : 0;

	return (xas->xa_index & (~XA_CHUNK_MASK << shift)) + (slot << shift);
}

/*
 * The entry in the cursor's range where its walk down to the first index ends: the one around all of
 * the range, or one that begins with it.  NULL leaves the cursor where that index would be.
 */
static void *xas_first_conflict(struct xa_state *xas)
{
	void *held = xas_start(xas);

	while (kind_of(held) == SLOT_CHILD)
		held = xas_enter(xas, xa_to_node(held));
	return held;
}

/* Go to a slot, or below it to the first one of a leaf, and return what that holds. */
static void *xas_first_below(struct xa_state *xas, struct xa_node *node, unsigned int offset)
{
	void *held;

	for (;; offset = 0) {
		xas_place(xas, node, offset);
		held = xas_read(xas, offset);
		if (kind_of(held) != SLOT_CHILD)
			return held;
		node = xa_to_node(held);
	}
}

/*
 * The next entry that is in the way of one that the cursor is for: each entry in its range, or the
 * larger one around it.  With the lock held, and a cursor that was not walked yet; until NULL, which
 * leaves the cursor where its entry goes.
 */
void *xas_find_conflict(struct xa_state *xas)
{
	const bool begins = xas_where(xas) != XAS_IN_TREE;
	void *held = begins ? xas_first_conflict(xas) : NULL;

	if (held || !xas_is_node(xas))
		return held;

	while (xas->xa_node && xas->xa_node->shift <= xas->xa_shift) {
		struct xa_node *const node = xas->xa_node;
		const bool own = node->shift == xas->xa_shift;
		const unsigned int sibs = own ? xas->xa_sibs : (unsigned int)XA_CHUNK_MASK;

		if ((xas->xa_offset | sibs) == xas->xa_offset) {
			if (own) {
				xas->xa_offset = (unsigned char)(xas->xa_offset - sibs);
				break;
			}
			xas_place(xas, xa_parent_locked(xas->xa, node), node->offset);
			continue;
		}
		held = xas_first_below(xas, node, xas->xa_offset + 1U);
		if (kind_of(held) == SLOT_ENTRY)
			return held;
	}
	return NULL;
}

/* The next entry, of those with the mark if `filter` is one; as xas_next_entry() and its like. */
static void *xas_next_match(struct xa_state *xas, unsigned long max, xa_mark_t filter)
{
	if (filter <= XA_MARK_MAX)
		return xas_next_marked(xas, max, filter);
	return xas_next_entry(xas, max);
}

/*
 * The first entry that begins after `*indexp` and not after `max`, of those with the mark that
 * `filter` is, or of all that are there (XA_PRESENT).  `*indexp` becomes its index if there is one.
 */
void *xa_find_after(struct xarray *xa, unsigned long *indexp, unsigned long max, xa_mark_t filter)
{
	const unsigned long after = *indexp;
	void *held = NULL;
	XA_STATE(xas, xa, after + 1);

	rcu_read_lock();
	if (after < max)
		held = xas_next_match(&xas, max, filter);
	/* A walk to the middle of an entry finds that entry. */
	while (held && (xas_retry(&xas, held) || xas_slot_begin(&xas) <= after))
		held = xas_next_match(&xas, max, filter);
	*indexp = held ? xas.xa_index : after;
	rcu_read_unlock();
	return held;
}

/*
 * Copy to `dst` the first `n` entries from `start` to `max`, of those that `filter` tells as for
 * xa_find_after(); returns how many there were.
 */
unsigned int xa_extract(struct xarray *xa, void **dst, unsigned long start, unsigned long max,
			unsigned int n, xa_mark_t filter)
{
	unsigned int got = 0;
	void *held = NULL;
	XA_STATE(xas, xa, start);

	rcu_read_lock();
	while (got < n && (held = xas_next_match(&xas, max, filter)) != NULL)
		if (!xas_retry(&xas, held))
			dst[got++] = held;
	rcu_read_unlock();
	return got;
}
