// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Iteration.  All of it may run under the RCU read lock alone, so every function may return a
 * retry entry: xas_retry() then makes the cursor start again from its index.
 */

#include "xarray_internal.h"

/* Move to slot `offset` of the cursor's node, up to XA_CHUNK_SIZE, and to its first index. */
static void xas_move(struct xa_state *xas, unsigned int offset)
{
	const unsigned int shift = xas->xa_node->shift;
	unsigned long first = xas->xa_index & (~XA_CHUNK_MASK << shift);

	/* Past the last slot of all, and in slots without indices, this wraps to small ones. */
	xas->xa_index = first + ((unsigned long)offset << shift);
	xas->xa_offset = (unsigned char)offset;
}

/* From the end of a node to the slot after it in the parent; the index is right already. */
static void xas_climb(struct xa_state *xas)
{
	struct xa_node *full = xas->xa_node;

	xas_place(xas, xa_parent(xas->xa, full), full->offset + 1U);
}

/* Whether the head's only entry was found already: then there is nothing from index 1 on. */
static bool xas_beyond_head(struct xa_state *xas)
{
	if (xas->xa_node)
		return false;
	xas->xa_index = 1;
	return true;
}

/*
 * One step of an iteration: to where the next entry may be, without passing any.  Returns the entry
 * that the cursor stands on, if it does; then it has not moved.
 */
static void *xas_advance(struct xa_state *xas)
{
	void *held;

	if (xas->xa_offset == XA_CHUNK_SIZE) {
		xas_climb(xas);
		return NULL;
	}
	held = xas_read(xas, xas->xa_offset);
	switch (kind_of(held)) {
	case SLOT_CHILD:
		xas_place(xas, xa_to_node(held), 0);
		return NULL;
	case SLOT_EMPTY:
	case SLOT_SIBLING:
		xas_move(xas, xas->xa_offset + 1U);
		return NULL;
	case SLOT_ENTRY:
		break;
	}
	return held;
}

/*
 * The next entry after the one that the cursor stands on, or from its index on if it was not
 * walked yet; at most at `max`.  At the end of the tree the cursor goes to XAS_BOUNDS, and its
 * index is the first that is not in the tree.
 */
void *xas_find(struct xa_state *xas, unsigned long max)
{
	enum xas_where where = xas_where(xas);
	void *found = NULL;

	if (where == XAS_IN_ERROR || where == XAS_AT_END)
		return NULL;
	if (max < xas->xa_index || xas_beyond_head(xas))
		return set_bounds(xas);
	if (where == XAS_AT_START)
		found = xas_load(xas);
	if (found || !xas_is_node(xas))
		return found;

	/*
	 * The walk to an index inside an entry ended on the canonical slot.  That entry covered the
	 * index; it may be split by now, so that the slots before the index are not its siblings.
	 */
	xas_move(xas, xas_slot(xas, xas->xa_node) + 1U);
	/* An index of 0 behind an entry is the end of the index space. */
	while (!found && xas->xa_node && xas->xa_index && xas->xa_index <= max)
		found = xas_advance(xas);
	if (!found && !(xas->xa_node && xas->xa_index))
		set_bounds(xas);
	return found;
}

/* Stand on the canonical slot, if the cursor's slot is a sibling.  False: it was split meanwhile. */
static bool xas_to_canonical(struct xa_state *xas)
{
	unsigned int offset = xas->xa_offset;
	const void *held = xas_canonical(xas, xas->xa_node, &offset);

	if (offset == xas->xa_offset)
		return true;
	if (xa_is_retry(held))
		return false;
	xas_move(xas, offset);
	return true;
}

/* Nothing found: XAS_BOUNDS after the last index of the tree, XAS_RESTART if that is after `max`. */
static void *xas_none_marked(struct xa_state *xas, unsigned long max)
{
	xas->xa_node = xas->xa_index <= max ? XAS_BOUNDS : XAS_RESTART;
	return NULL;
}

/*
 * Like xas_find(), for entries with the mark.  Where nothing is found up to `max`, the cursor goes
 * to XAS_RESTART if the tree is larger than that.
 */
void *xas_find_marked(struct xa_state *xas, unsigned long max, xa_mark_t mark)
{
	/* How many slots from the cursor's on are dealt with: its own, or none. */
	unsigned int done = 1;

	switch (xas_where(xas)) {
	case XAS_IN_ERROR:
		return NULL;
	case XAS_IN_TREE:
		if (max < xas->xa_index || xas_beyond_head(xas))
			return xas_none_marked(xas, max);
		break;
	case XAS_AT_END:
		/* Already past the last index of all; not to be started again from the first. */
		if (!xas->xa_index)
			return NULL;
		fallthrough;
	case XAS_AT_START: {
		void *head;

		if (max < xas->xa_index)
			return xas_none_marked(xas, max);
		head = xa_head(xas->xa);
		if (max_index(head) < xas->xa_index)
			return xas_none_marked(xas, max);
		xas->xa_node = xa_is_node(head) ? xa_to_node(head) : NULL;
		if (!xas->xa_node && head && xa_marked(xas->xa, mark))
			return head;
		if (xas_beyond_head(xas))
			return xas_none_marked(xas, max);
		xas_place(xas, xas->xa_node, xas_slot(xas, xas->xa_node));
		done = 0;
	}
	}

	while (xas->xa_node) {
		unsigned int offset;
		void *held;

		if (xas->xa_offset == XA_CHUNK_SIZE) {
			done = 0;
			xas_climb(xas);
			continue;
		}
		if (!done && !xas_to_canonical(xas))
			return XA_RETRY_ENTRY;

		offset = (unsigned int)xa_next_mark(xas->xa_node, mark, xas->xa_offset + done);
		if (offset != xas->xa_offset) {
			xas_move(xas, offset);
			/* An index of 0 behind a slot is the end of the index space. */
			if (!xas->xa_index || xas->xa_index > max)
				break;
			if (offset == XA_CHUNK_SIZE)
				continue;
		}

		held = xas_read(xas, offset);
		done = 1;
		switch (kind_of(held)) {
		case SLOT_ENTRY:
			return held;
		case SLOT_CHILD:
			xas_place(xas, xa_to_node(held), xas_slot(xas, xa_to_node(held)));
			done = 0;
			break;
		case SLOT_EMPTY:
		case SLOT_SIBLING:
			/*
			 * The mark was for what is not there any more, or not there yet: an entry
			 * just erased; or a new entry of a split under way, whose index the old
			 * entry covers, and that one came before it.
			 */
			break;
		}
	}
	return xas_none_marked(xas, max);
}

/* The cursor's index was `from` and is one more or less now: stand on its slot, and return that. */
static void *xas_step(struct xa_state *xas, unsigned long from)
{
	unsigned long to = xas->xa_index;
	struct xa_node *node;
	void *held;

	if (xas_where(xas) == XAS_AT_END)
		return xas_load(xas);
	/* From one end of the index space to the other. */
	if ((from == ULONG_MAX && !to) || (!from && to == ULONG_MAX))
		return set_bounds(xas);
	/* Up to the node that covers both indices. */
	node = xas->xa_node;
	while (node && ((from ^ to) >> node->shift) > XA_CHUNK_MASK)
		node = xa_parent(xas->xa, node);
	if (!node)
		return set_bounds(xas);
	do {
		xas_place(xas, node, slot_of(node, to));
		held = xas_read(xas, xas->xa_offset);
		node = xa_to_node(held);
	} while (kind_of(held) == SLOT_CHILD);
	return held;
}

/*
 * Go to the next index and return what its slot holds, which may be NULL or a sibling.  A cursor
 * that was not walked yet is walked to its own index instead.
 */
void *xas_next(struct xa_state *xas)
{
	if (xas_frozen(xas->xa_node))
		return xas_load(xas);
	xas->xa_index++;
	return xas_step(xas, xas->xa_index - 1);
}

/* The same towards index 0. */
void *xas_prev(struct xa_state *xas)
{
	if (xas_frozen(xas->xa_node))
		return xas_load(xas);
	xas->xa_index--;
	return xas_step(xas, xas->xa_index + 1);
}

/* The first slot after that of the cursor's index which is no sibling, or XA_CHUNK_SIZE. */
static unsigned int xas_slot_behind(const struct xa_state *xas)
{
	/* As xas_find(), not from the canonical slot. */
	unsigned int slot = xas_slot(xas, xas->xa_node);
	enum slot_kind kind;

	do {
		slot++;
		if (slot == XA_CHUNK_SIZE)
			break;
		kind = kind_of(xas_read(xas, slot));
	} while (kind == SLOT_SIBLING);
	return slot;
}

/*
 * Before the lock or the read section is given up in the middle of an iteration: the next xas_find()
 * goes on behind the entry that the cursor stands on.
 */
void xas_pause(struct xa_state *xas)
{
	if (xas_where(xas) != XAS_IN_TREE)
		return;
	/* The cursor's index may be any of the entry's. */
	if (xas->xa_node)
		xas_move(xas, xas_slot_behind(xas));
	else
		xas->xa_index++;
	/* There is nothing behind the last index. */
	xas->xa_node = xas->xa_index ? XAS_RESTART : XAS_BOUNDS;
}
