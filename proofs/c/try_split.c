// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * xas_try_split() from an order N to an order M, with memory and without.
 *
 * Checked: what is no lower than xas_try_split_min_order() is split as xas_split() does it, with the
 * one request that it needs, or none; where that fails, and where M is lower (-EINVAL), the array is
 * as it was; never a node on the cursor, nor a warning.
 * Assumed: what tree.h says of the array; the cursor holds no node before.
 */
#include "tree.h"

#define LOWEST (N % S ? N - N % S : N ? N - 1 : 0)

void harness(void)
{
	struct expected want = build();
	bool fails = in_fails & 1;
	CURSOR(xas, want.index, M);

	fail_at = fails;
	CHECK(xas_try_split_min_order(N) == LOWEST, "try-split-min-order");
	xas_lock(&xas);
	xas_try_split(&xas, want.new, N);
	xas_unlock(&xas);
	CHECK(!xas.xa_alloc, "try-split-no-leftover");
	CHECK(!warnings, "no-warning");
	if (M < LOWEST) {
		CHECK(xas_error(&xas) == -EINVAL, "try-split-refuses");
		CHECK(given_back == taken, "live-nodes");
		check_unchanged(&want);
	} else if (NEEDED && fails) {
		CHECK(xas_error(&xas) == -ENOMEM, "try-split-failure");
		CHECK(requests == 1, "try-split-requests");
		check_unchanged(&want);
	} else {
		CHECK(xas_error(&xas) != -EINVAL, "try-split-accepts");
		CHECK(!xas_error(&xas), "try-split-failure");
		CHECK(requests == NEEDED, "try-split-requests");
		CHECK(!given_back, "live-nodes");
		check_split(&want);
		check_reports();
	}
}
