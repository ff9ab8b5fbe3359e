// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a function in the manner of lib/test_xarray.c finds around it there, for an XArray that comes
 * without that file: checks that are counted, a store of any order, and an array.
 */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/xarray.h>

static unsigned int tests_run;
static unsigned int tests_passed;

#undef XA_BUG_ON
#define XA_BUG_ON(xa, x) do {						\
	(void)(xa);							\
	tests_run++;							\
	if (x)								\
		printk("check failed in %s, line %d\n", __func__, __LINE__); \
	else								\
		tests_passed++;						\
} while (0)

static inline void *xa_store_order(struct xarray *xa, unsigned long index, unsigned int order,
				   void *entry, gfp_t gfp)
{
	void *old = NULL;
	XA_STATE_ORDER(xas, xa, index, order);

	for (bool again = true; again; again = xas_nomem(&xas, gfp)) {
		xas_lock(&xas);
		old = xas_store(&xas, entry);
		xas_unlock(&xas);
	}
	return old;
}

static DEFINE_XARRAY(array);
