// SPDX-License-Identifier: GPL-2.0-or-later
/* The plain interface to what is stored only where something else is, and to ranges. */

#include "xarray_internal.h"

/* With the lock: put `new` in the place of `old` if the cursor's index holds that; what it holds. */
static void *xas_exchange(struct xa_state *xas, const void *old, void *new)
{
	void *const held = xas_load(xas);

	if (held != old)
		return held;
	xas_store(xas, new);
	/* What took a free index: it is free no more. */
	if (!old && new && xa_tracks_free(xas->xa))
		xas_clear_mark(xas, XA_FREE_MARK);
	return held;
}

/* The same for an index, where NULL is nothing.  Returns a zero entry as it is, or an error entry. */
static void *xa_exchange(struct xarray *xa, unsigned long index, void *old, void *new, gfp_t gfp)
{
	bool again = true;
	void *held = NULL;
	XA_STATE(xas, xa, index);

	while (again) {
		xas_lock(&xas);
		held = xas_exchange(&xas, old, new);
		xas_unlock(&xas);
		again = xas_nomem(&xas, gfp);
	}
	return xas_error(&xas) ? xas.xa_node : held;
}

/*
 * Like cmpxchg(): `entry` takes the place of `old` if that is what the index holds.  Returns what it
 * held, NULL if it was reserved, or an error entry.  An entry of several indices is replaced as a whole.
 */
void *xa_cmpxchg(struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp)
{
	void *held = xa_exchange(xa, index, old, entry, gfp);

	return xa_is_zero(held) ? NULL : held;
}

/* Store where nothing is, not even a reservation, else -EBUSY; a NULL entry reserves. */
int xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	void *held = xa_exchange(xa, index, NULL, entry ? entry : XA_ZERO_ENTRY, gfp);

	return !held || xa_is_err(held) ? xa_err(held) : -EBUSY;
}

/* Make sure that a store needs no memory: an index that holds nothing gets an entry that reads as NULL. */
int xa_reserve(struct xarray *xa, unsigned long index, gfp_t gfp)
{
	return xa_err(xa_exchange(xa, index, NULL, XA_ZERO_ENTRY, gfp));
}

/* Give up a reservation that nothing was stored to. */
void xa_release(struct xarray *xa, unsigned long index)
{
	xa_exchange(xa, index, XA_ZERO_ENTRY, NULL, 0);
}

/* Indices of which all from `first` to `last` are still to be stored, until none is `left`. */
struct rest {
	unsigned long first, last;
	bool left;
};

/* Whether a slot of `shift` begins with the rest, and ends with it or before. */
static bool rest_has(const struct rest *rest, unsigned int shift)
{
	unsigned long low = shift < BITS_PER_LONG ? (1UL << shift) - 1 : ULONG_MAX;

	return !(rest->first & low) && rest->last - rest->first >= low;
}

/* Store in the slots that one node has for the beginning of the rest, as large as they may be. */
static void xas_store_piece(struct xa_state *xas, struct rest *rest, void *entry)
{
	unsigned int shift = 0;
	unsigned long more, end;

	while (rest_has(rest, shift + XA_CHUNK_SHIFT))
		shift += XA_CHUNK_SHIFT;
	/* Slots after the first, to the end of the rest or of the node. */
	more = (rest->last - rest->first - ((1UL << shift) - 1)) >> shift;
	more = min(more, XA_CHUNK_MASK - (rest->first >> shift & XA_CHUNK_MASK));
	end = rest->first + (more << shift) + ((1UL << shift) - 1);

	xas_set(xas, rest->first);
	xas->xa_shift = (unsigned char)shift;
	xas->xa_sibs = (unsigned char)more;
	xas_store(xas, entry);
	if (xas_error(xas))
		return;
	rest->left = end != rest->last;
	rest->first = end + 1;
}

/* With the lock: make room at the end of the rest, and store as much of it as there is memory for. */
static void xas_store_rest(struct xa_state *xas, struct rest *rest, void *entry)
{
	if (entry && rest->last != ULONG_MAX) {
		xas_set_order(xas, rest->last, (unsigned int)__ffs(rest->last + 1));
		xas_create(xas, true);
	}
	while (rest->left && !xas_error(xas))
		xas_store_piece(xas, rest, entry);
}

/*
 * Store at every index from `first` to `last`, or erase.  There is room for the last one before the first
 * is stored; what was stored when memory ran out stays.  Returns NULL or an error entry.
 */
void *xa_store_range(struct xarray *xa, unsigned long first, unsigned long last, void *entry,
		     gfp_t gfp)
{
	struct rest rest = { first, last, true };
	bool wrong = xa_is_internal(entry);
	XA_STATE(xas, xa, first);

	WARN_ON(wrong);
	if (wrong || first > last)
		xas_set_err(&xas, -EINVAL);
	for (bool again = !xas_error(&xas); again; again = xas_nomem(&xas, gfp)) {
		xas_lock(&xas);
		xas_store_rest(&xas, &rest, entry);
		xas_unlock(&xas);
	}
	return xas_error(&xas) ? xas.xa_node : NULL;
}
