// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * xas_split_alloc() and xas_split() from an order N to an order M.
 *
 * Checked: requests and cursor in between, every index afterwards, every field of every node, marks,
 * reports, and that nothing is warned of, allocated in the split or left over.
 * Assumed: what tree.h says of the array; no request fails; the entry is the same in both calls.  With
 * REFUSES the split is beyond what the code supports, and must be refused.
 */
#include "tree.h"

static unsigned int on_cursor(const struct xa_state *xas)
{
	const struct xa_node *node = xas->xa_alloc;
	unsigned int nodes = 0;

	for (; node && nodes <= NEEDED; node = node->parent)
		nodes++;
	return nodes;
}

void harness(void)
{
	struct expected want = build();
	CURSOR(xas, want.index, M);

	xas_split_alloc(&xas, want.new, N, GFP_KERNEL);
	if (REFUSES) {
		CHECK(xas_error(&xas) == -ENOMEM && warnings == 1 && !requests, "split-refusal");
		CHECK(!xas.xa_alloc, "split-refusal");
		check_unchanged(&want);
		return;
	}
	CHECK(!xas_error(&xas), "split-result");
	CHECK(requests == NEEDED, "split-requests");
	CHECK(on_cursor(&xas) == NEEDED, "split-cursor");
	CHECK(!warnings, "split-no-warning");
	if (xas_error(&xas) || requests != NEEDED)
		return;

	xas_lock(&xas);
	xas_split(&xas, want.new, N);
	xas_unlock(&xas);
	CHECK(!xas_error(&xas), "split-result");
	CHECK(requests == NEEDED, "split-no-allocation");
	CHECK(!xas.xa_alloc, "split-no-leftover");
	CHECK(!given_back, "live-nodes");
	CHECK(!warnings, "split-no-warning");
	check_split(&want);
	check_reports();
}
