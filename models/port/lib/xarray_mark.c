// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Marks.  An entry's mark is on its canonical slot; a slot with a child node has the mark if any
 * slot of the child has it, and the array's flag tells of the top node likewise.
 */

#include "xarray_internal.h"

bool xas_get_mark(const struct xa_state *xas, xa_mark_t mark)
{
	if (xas_invalid(xas))
		return false;
	if (!xas->xa_node)
		return xa_marked(xas->xa, mark);
	return node_get_mark(xas->xa_node, xas->xa_offset, mark);
}

/* Does nothing on a cursor that was not walked to an entry. */
void xas_set_mark(const struct xa_state *xas, xa_mark_t mark)
{
	struct xa_node *node = xas->xa_node;
	unsigned int offset = xas->xa_offset;

	if (xas_invalid(xas))
		return;
	for (; node; node = xa_parent_locked(xas->xa, node)) {
		/* Above a slot that has it, all have it. */
		if (__test_and_set_bit(offset, node->marks[mark]))
			return;
		offset = node->offset;
	}
	xas->xa->xa_flags |= XA_FLAGS_MARK(mark);
}

void xas_clear_mark(const struct xa_state *xas, xa_mark_t mark)
{
	struct xa_node *node = xas->xa_node;
	unsigned int offset = xas->xa_offset;

	if (xas_invalid(xas))
		return;
	for (; node; node = xa_parent_locked(xas->xa, node)) {
		if (!__test_and_clear_bit(offset, node->marks[mark]))
			return;
		if (!bitmap_empty(node->marks[mark], XA_CHUNK_SIZE))
			return;
		offset = node->offset;
	}
	xas->xa->xa_flags &= ~XA_FLAGS_MARK(mark);
}

/* A slot without an entry has no marks. */
void xas_init_marks(const struct xa_state *xas)
{
	for (xa_mark_t mark = XA_MARK_0; mark <= XA_MARK_MAX; mark++)
		xas_clear_mark(xas, mark);
}

bool xa_get_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	XA_STATE(xas, xa, index);
	void *entry;
	bool marked;

	rcu_read_lock();
	do {
		entry = xas_load(&xas);
		marked = entry && xas_get_mark(&xas, mark);
	} while (xa_is_retry(entry) && xas_retry(&xas, entry));
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
