// SPDX-License-Identifier: GPL-2.0-or-later
/* Storing at an index that is free, in arrays whose XA_FREE_MARK tells which are. */

#include "xarray_internal.h"

/* The first index of a slot of the node that `index` is in; for XA_CHUNK_SIZE that behind the node. */
static unsigned long slot_begin(const struct xa_node *node, unsigned long index, unsigned long slot)
{
	return (index & (~XA_CHUNK_MASK << node->shift)) + (slot << node->shift);
}

/*
 * Follow the marks down to `*index`, or to the first index behind it that they lead to.  True: it is free.
 * False: they end, and it is the next one to try, or 0 behind the last index of all.
 */
static bool follow_free(const struct xarray *xa, unsigned long *index)
{
	void *held = xa_head_locked(xa);
	bool is_free = true;

	if (max_index(held) < *index)
		return true;
	if (!xa_is_node(held)) {
		is_free = xa_marked(xa, XA_FREE_MARK);
		*index += !is_free;
	}
	while (is_free && kind_of(held) == SLOT_CHILD) {
		const struct xa_node *node = xa_to_node(held);
		unsigned int from = slot_of(node, *index);
		unsigned int slot = (unsigned int)xa_next_mark(node, XA_FREE_MARK, from);

		if (slot != from)
			*index = slot_begin(node, *index, slot);
		is_free = slot < XA_CHUNK_SIZE;
		held = is_free ? xa_entry_locked(xa, node, slot) : NULL;
	}
	return is_free;
}

/* With the lock: set the cursor to the lowest free index, or to an error if there is none. */
static void xas_set_free(struct xa_state *xas, struct xa_limit limit)
{
	unsigned long index = limit.min, from;
	bool found;

	do {
		from = index;
		found = follow_free(xas->xa, &index);
	} while (!found && index > from && index <= limit.max);
	xas_set(xas, index);
	if (!found || index > limit.max)
		xas_set_err(xas, -EBUSY);
}

/* The same, and store there; again where there is memory now that was short.  0 or an errno. */
static int xas_store_free(struct xa_state *xas, struct xa_limit limit, void *entry, gfp_t gfp)
{
	bool again = true;

	while (again) {
		xas_set_free(xas, limit);
		xas_store(xas, entry ? entry : XA_ZERO_ENTRY);
		xas_clear_mark(xas, XA_FREE_MARK);
		again = __xas_nomem(xas, gfp);
	}
	return xas_error(xas);
}

/*
 * Store at the lowest free index of a range, whose number goes to `*id`; a NULL entry reserves it.  The
 * caller holds the lock, which is dropped to allocate memory if `gfp` permits to block.  Returns 0, -EBUSY
 * if no index is free, -ENOMEM, or -EINVAL if the array is none that tells.
 */
int __xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, gfp_t gfp)
{
	const bool wrong = xa_is_advanced(entry) || !xa_tracks_free(xa);
	int error = -EINVAL;
	XA_STATE(xas, xa, 0);

	WARN_ON(wrong);
	if (!wrong)
		error = xas_store_free(&xas, limit, entry, gfp);
	*id = error ? *id : (u32)xas.xa_index;
	return error;
}

/*
 * The same from `*next` on, and only if that fails from the beginning of the range; `*next` is then the
 * index behind the one that was found.  Returns 1 if the search began anew, be it that there was none
 * behind the one found before.
 */
int __xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, u32 *next,
		      gfp_t gfp)
{
	const u32 lowest = limit.min, following = max(lowest, *next);
	bool anew = (xa->xa_flags & XA_FLAGS_ALLOC_WRAPPED) != 0;
	int error = __xa_alloc(xa, id, entry, XA_LIMIT(following, limit.max), gfp);

	if (error && lowest < following) {
		error = __xa_alloc(xa, id, entry, limit, gfp);
		anew = true;
	}
	if (!error) {
		*next = *id + 1;
		xa_set_flag(xa, XA_FLAGS_ALLOC_WRAPPED, !*next);
	}
	return error ? error : anew;
}
