// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Iteration.  All of it may run under the RCU read lock alone, so every function may return a
 * retry entry: xas_retry() then makes the cursor start again from its index.
 */

#include "xarray_internal.h"

/* Move to slot `offset` of the cursor's node, up to XA_CHUNK_SIZE, and to its first index. */
static void xas_move(struct xa_state *xas, unsigned int offset)
{
	unsigned int shift = xas->xa_node->shift;

	xas->xa_offset = (unsigned char)offset;
	xas->xa_index &= ~XA_CHUNK_MASK << shift;
	/* Past the last slot of all, and in slots without indices, this wraps to small ones. */
	xas->xa_index += (unsigned long)offset << shift;
}

/* From the end of a node to the slot after it in the parent; the index is right already. */
static void xas_climb(struct xa_state *xas)
{
	struct xa_node *node = xas->xa_node;

	xas_place(xas, xa_parent(xas->xa, node), node->offset + 1U);
}

/*
 * The next entry after the one that the cursor stands on, or from its index on if it was not
 * walked yet; at most at `max`.  At the end of the tree the cursor goes to XAS_BOUNDS, and its
 * index is the first that is not in the tree.
 */
void *xas_find(struct xa_state *xas, unsigned long max)
{
	if (xas_error(xas) || xas->xa_node == XAS_BOUNDS)
		return NULL;
	if (xas->xa_index > max)
		return set_bounds(xas);
	if (!xas->xa_node) {
		xas->xa_index = 1;
		return set_bounds(xas);
	}
	if (xas->xa_node == XAS_RESTART) {
		void *entry = xas_load(xas);

		if (entry || xas_not_node(xas->xa_node))
			return entry;
	}

	/*
	 * The walk to an index inside an entry ended on the canonical slot.  That entry covered the
	 * index; it may be split by now, so that the slots before the index are not its siblings.
	 */
	xas_move(xas, get_offset(xas->xa_index, xas->xa_node) + 1U);
	/* An index of 0 behind an entry is the end of the index space. */
	while (xas->xa_node && xas->xa_index && xas->xa_index <= max) {
		void *entry;

		if (xas->xa_offset == XA_CHUNK_SIZE) {
			xas_climb(xas);
			continue;
		}
		entry = xa_entry(xas->xa, xas->xa_node, xas->xa_offset);
		if (xa_is_node(entry))
			xas_place(xas, xa_to_node(entry), 0);
		else if (!entry || xa_is_sibling(entry))
			xas_move(xas, xas->xa_offset + 1U);
		else
			return entry;
	}
	if (!xas->xa_node || !xas->xa_index)
		return set_bounds(xas);
	return NULL;
}

/* Stand on the canonical slot, if the cursor's slot is a sibling.  False: it was split meanwhile. */
static bool xas_to_canonical(struct xa_state *xas)
{
	struct xa_node *node = xas->xa_node;
	void *entry = xa_entry(xas->xa, node, xas->xa_offset);

	while (xa_is_sibling(entry)) {
		unsigned int offset = xa_to_sibling(entry);

		entry = xa_entry(xas->xa, node, offset);
		if (xa_is_node(entry) && node->shift)
			return false;
		xas_move(xas, offset);
	}
	return true;
}

/*
 * Like xas_find(), for entries with the mark.  Where nothing is found up to `max`, the cursor goes
 * to XAS_RESTART if the tree is larger than that.
 */
void *xas_find_marked(struct xa_state *xas, unsigned long max, xa_mark_t mark)
{
	/* Whether the slot that the cursor stands on is dealt with. */
	bool advance = true;

	if (xas_error(xas))
		return NULL;
	/* Already past the last index of all; not to be started again from the first. */
	if (xas->xa_node == XAS_BOUNDS && !xas->xa_index)
		return NULL;
	if (xas->xa_index > max)
		goto beyond_max;
	if (!xas->xa_node) {
		xas->xa_index = 1;
		goto end_of_tree;
	}
	if (xas_top(xas->xa_node)) {
		void *head = xa_head(xas->xa);

		xas->xa_node = NULL;
		if (xas->xa_index > max_index(head))
			goto end_of_tree;
		if (!xa_is_node(head)) {
			if (head && xa_marked(xas->xa, mark))
				return head;
			xas->xa_index = 1;
			goto end_of_tree;
		}
		xas_place(xas, xa_to_node(head), get_offset(xas->xa_index, xa_to_node(head)));
		advance = false;
	}

	for (;;) {
		const struct xa_node *node = xas->xa_node;
		unsigned int offset;
		void *entry;

		if (xas->xa_offset == XA_CHUNK_SIZE) {
			xas_climb(xas);
			if (!xas->xa_node)
				break;
			advance = false;
			continue;
		}
		if (!advance && !xas_to_canonical(xas))
			return XA_RETRY_ENTRY;

		offset = xas->xa_offset + (advance ? 1U : 0U);
		offset = (unsigned int)find_next_bit(node->marks[mark], XA_CHUNK_SIZE, offset);
		if (offset != xas->xa_offset) {
			xas_move(xas, offset);
			/* An index of 0 behind a slot is the end of the index space. */
			if (!xas->xa_index)
				break;
			if (xas->xa_index > max)
				goto beyond_max;
			if (offset == XA_CHUNK_SIZE)
				continue;
		}

		entry = xa_entry(xas->xa, node, offset);
		advance = !xa_is_node(entry);
		if (!advance)
			xas_place(xas, xa_to_node(entry), get_offset(xas->xa_index, xa_to_node(entry)));
		else if (entry && !xa_is_sibling(entry))
			return entry;
		/*
		 * Else the mark was for what is not there any more, or not there yet: an entry just
		 * erased; or a new entry of a split under way, whose index the old entry covers, and
		 * that one came before it.
		 */
	}

end_of_tree:
	if (xas->xa_index <= max)
		return set_bounds(xas);
beyond_max:
	xas_reset(xas);
	return NULL;
}

/* The cursor's index was `from` and is one more or less now: stand on its slot, and return that. */
static void *xas_step(struct xa_state *xas, unsigned long from)
{
	const struct xarray *xa = xas->xa;
	struct xa_node *node = xas->xa_node;
	unsigned long to = xas->xa_index;
	void *entry;

	if (node == XAS_BOUNDS)
		return xas_load(xas);
	/* From one end of the index space to the other. */
	if ((from == ULONG_MAX && !to) || (!from && to == ULONG_MAX))
		return set_bounds(xas);
	/* Up to the node that covers both indices. */
	while (node && ((from ^ to) >> node->shift) > XA_CHUNK_MASK)
		node = xa_parent(xa, node);
	if (!node)
		return set_bounds(xas);
	for (;;) {
		xas_place(xas, node, get_offset(to, node));
		entry = xa_entry(xa, node, xas->xa_offset);
		if (!xa_is_node(entry) || !node->shift)
			return entry;
		node = xa_to_node(entry);
	}
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

/*
 * Before the lock or the read section is given up in the middle of an iteration: the next xas_find()
 * goes on behind the entry that the cursor stands on.
 */
void xas_pause(struct xa_state *xas)
{
	const struct xa_node *node = xas->xa_node;

	if (xas_invalid(xas))
		return;
	if (node) {
		/* As xas_find(), not from the canonical slot. */
		unsigned int offset = get_offset(xas->xa_index, node);

		do {
			offset++;
		} while (offset < XA_CHUNK_SIZE && xa_is_sibling(xa_entry(xas->xa, node, offset)));
		/* The cursor's index may be any of the entry's. */
		xas_move(xas, offset);
	} else {
		xas->xa_index++;
	}
	xas_reset(xas);
	/* There is nothing behind the last index. */
	if (!xas->xa_index)
		set_bounds(xas);
}
