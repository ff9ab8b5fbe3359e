// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Marks.  An entry's mark is on its canonical slot; a slot with a child node has the mark if any
 * slot of the child has it, and the array's flag tells of the top node likewise.
 */

#include "xarray_internal.h"

bool xas_get_mark(const struct xa_state *xas, xa_mark_t mark)
{
	const struct xa_node *node = xas->xa_node;

	if (node)
		return xas_is_node(xas) && node_get_mark(node, xas->xa_offset, mark);
	return xa_marked(xas->xa, mark);
}

/*
 * Let the slot that the cursor stands on bear the mark or not, and with it what is above, as far up
 * as the answer to "does any slot bear it" has changed.  Nothing where the cursor is not in the tree.
 */
static void xas_mark(const struct xa_state *xas, xa_mark_t mark, bool bear)
{
	unsigned int offset = xas->xa_offset;

	if (xas_where(xas) != XAS_IN_TREE)
		return;
	for (struct xa_node *node = xas->xa_node; node; node = xa_parent_locked(xas->xa, node)) {
		unsigned long *row = node->marks[mark];
		bool any = !bitmap_empty(row, XA_CHUNK_SIZE);

		row_set(row, offset, bear);
		if (any == !bitmap_empty(row, XA_CHUNK_SIZE))
			return;
		offset = node->offset;
	}
	if (bear)
		WRITE_ONCE(xas->xa->xa_flags, xas->xa->xa_flags | XA_FLAGS_MARK(mark));
	else
		WRITE_ONCE(xas->xa->xa_flags, xas->xa->xa_flags & ~XA_FLAGS_MARK(mark));
}

void xas_set_mark(const struct xa_state *xas, xa_mark_t mark)
{
	xas_mark(xas, mark, true);
}

void xas_clear_mark(const struct xa_state *xas, xa_mark_t mark)
{
	xas_mark(xas, mark, false);
}

/* A slot without an entry has no marks, but for the one that tells that it is free. */
void xas_init_marks(const struct xa_state *xas)
{
	for (xa_mark_t mark = XA_MARK_0; mark <= XA_MARK_MAX; mark++)
		xas_mark(xas, mark, mark == XA_FREE_MARK && xa_tracks_free(xas->xa));
}

bool xa_get_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	bool marked;
	XA_STATE(xas, xa, index);

	rcu_read_lock();
	marked = xas_load_settled(&xas) && xas_get_mark(&xas, mark);
	rcu_read_unlock();
	return marked;
}

/* There is nothing to mark where there is no entry. */
void xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	XA_STATE(xas, xa, index);

	xa_lock(xa);
	if (xas_load(&xas))
		xas_set_mark(&xas, mark);
	xa_unlock(xa);
}

void xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	XA_STATE(xas, xa, index);

	xa_lock(xa);
	if (xas_load(&xas))
		xas_clear_mark(&xas, mark);
	xa_unlock(xa);
}
