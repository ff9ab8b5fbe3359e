// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * xas_split_alloc() of which request number FAIL_AT fails.
 *
 * Checked: it ends at once with -ENOMEM, gives back what it took, once each, and neither warns nor
 * leaves a node on the cursor; the array is as it was, and nothing is reported.
 * Assumed: what tree.h says of the array.
 */
#include "tree.h"

void harness(void)
{
	struct expected want = build();
	CURSOR(xas, want.index, M);

	fail_at = FAIL_AT;
	xas_split_alloc(&xas, want.new, N, GFP_KERNEL);
	CHECK(xas_error(&xas) == -ENOMEM, "split-failure");
	CHECK(requests == FAIL_AT, "split-failure");
	CHECK(!xas.xa_alloc, "split-failure");
	CHECK(!warnings, "split-failure");
	CHECK(given_back == taken, "live-nodes");
	for (unsigned int k = 0; k < PATH; k++)
		CHECK(!told[k].times, "update-quiet");
	check_unchanged(&want);
}
