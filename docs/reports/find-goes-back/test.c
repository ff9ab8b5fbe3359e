static noinline void check_find_goes_back(struct xarray *xa)
{
	unsigned int order = XA_CHUNK_SHIFT + 3;
	unsigned long start = (2UL << order) - 1;
	XA_STATE(xas, xa, start);
	XA_STATE_ORDER(split, xa, start, 0);
	void *entry;

	xa_store_order(xa, start, order, xa, GFP_KERNEL);
	xas_split_alloc(&split, xa, order, GFP_KERNEL);
	XA_BUG_ON(xa, xas_error(&split));

	rcu_read_lock();
	XA_BUG_ON(xa, xas_find(&xas, ULONG_MAX) != xa);
	/* Before the reader goes on, somebody splits what it is in. */
	xas_lock(&split);
	xas_split(&split, xa, order);
	xas_unlock(&split);
	entry = xas_find(&xas, ULONG_MAX);
	XA_BUG_ON(xa, entry && xas.xa_index <= start);
	rcu_read_unlock();

	xas_destroy(&split);
	xa_destroy(xa);
}
