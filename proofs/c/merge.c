// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A split, and then a store of the old entry at the old order, as xa_store_order() does it.
 *
 * Checked: the store asks for no node, the array is as it was before the split, and every new node was
 * reported with a count of 0 and given back, once.
 * Assumed: what tree.h says of the array; no request fails; what split.c checks of the split holds.
 */
#define AS_BEFORE "split-merge"
#include "tree.h"

void harness(void)
{
	struct expected want = build();
	CURSOR(xas, want.index, M);
	CURSOR(whole, want.index, N);

	xas_split_alloc(&xas, want.new, N, GFP_KERNEL);
	if (xas_error(&xas))
		return;
	xas_lock(&xas);
	xas_split(&xas, want.new, N);
	xas_store(&whole, want.old);
	xas_unlock(&xas);

	CHECK(!xas_error(&whole), "answer-store-error");
	CHECK(requests == NEEDED, "split-merge");
	CHECK(given_back == NEEDED, "live-nodes");
	for (unsigned int k = PATH; k < PATH + NEEDED; k++)
		CHECK(told[k].times && told[k].last_count == 0, "update-removed");
	CHECK(!warnings, "no-warning");
	check_unchanged(&want);
}
