// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loads, orders and marks, by the code's own lookups, at any index after a split.
 *
 * Checked: the entry, its order and each of its marks, inside the range and outside.
 * Assumed: what tree.h says of the array; no request fails.  xas_load() instead of xa_load(), whose
 * loop over retry entries has no bound; WITHOUT_ORDER: the code has no xas_get_order().
 */
#include "tree.h"

void harness(void)
{
	struct expected want = build();
	unsigned long index = probe();
	unsigned int order = 0, marks = 0;
	void *entry = NULL;
	CURSOR(xas, want.index, M);
	CURSOR(look, index, 0);

	xas_split_alloc(&xas, want.new, N, GFP_KERNEL);
	if (xas_error(&xas))
		return;
	xas_lock(&xas);
	xas_split(&xas, want.new, N);
	xas_unlock(&xas);

	if (in_old_range(&want, index)) {
		entry = want.new;
		order = M;
		marks = want.marks;
	} else if (at_other(&want, index)) {
		entry = want.other;
		order = LEVEL * S;
		marks = want.other_marks;
	}
	rcu_read_lock();
	CHECK(xas_load(&look) == entry, "answer-load");
	if (entry) {
#ifndef WITHOUT_ORDER
		CHECK(xas_get_order(&look) == (int)order, "answer-order");
#endif
		CHECK(xas_get_mark(&look, XA_MARK_0) == (marks & 1), "answer-mark");
		CHECK(xas_get_mark(&look, XA_MARK_1) == (marks >> 1 & 1), "answer-mark");
		CHECK(xas_get_mark(&look, XA_MARK_2) == (marks >> 2 & 1), "answer-mark");
	}
	rcu_read_unlock();
}
