static noinline void check_next_marked_sibling(struct xarray *xa)
{
	XA_STATE(xas, xa, 0);
	struct xa_node *node;
	void *entry;

	xa_store_order(xa, 0, 1, xa, GFP_KERNEL);
	xa_set_mark(xa, 0, XA_MARK_0);

	rcu_read_lock();
	XA_BUG_ON(xa, xas_find_marked(&xas, ULONG_MAX, XA_MARK_0) != xa);
	node = xas.xa_node;
	/*
	 * A split marks a slot before it replaces the sibling in it: what a
	 * reader can find in between, made by hand.
	 */
	__set_bit(1, node->marks[0]);
	entry = xas_next_marked(&xas, ULONG_MAX, XA_MARK_0);
	XA_BUG_ON(xa, xa_is_internal(entry));
	rcu_read_unlock();

	__clear_bit(1, node->marks[0]);
	xa_destroy(xa);
}
