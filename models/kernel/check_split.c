// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A kernel's own check_split() on its own, against an XArray that need not be a kernel's: the file
 * that XASPLIT_TEST names is compiled whole, but only check_split() is called and linked.  What the
 * rest of the file uses is declared here so that it compiles.
 */
#include <linux/module.h>
#include <linux/xarray.h>

#include <stdlib.h>

#define xa_limit_32b XA_LIMIT(0, UINT_MAX)
#define xa_limit_31b XA_LIMIT(0, INT_MAX)
#define XA_CHECK_SCHED 4096
#define DEFINE_XARRAY_ALLOC(name) DEFINE_XARRAY(name)
#define DEFINE_XARRAY_ALLOC1(name) DEFINE_XARRAY(name)
#define xa_for_each(xa, index, entry) for (; (entry) && (index); )

/* Orders below this many chunk shifts are tried; the file's own number is replaced by this name. */
static unsigned int levels;

/* Nothing is to run by itself. */
#undef module_init
#undef module_exit
#define module_init(function) _Static_assert(1, "")
#define module_exit(function) _Static_assert(1, "")

#include XASPLIT_TEST

int xasplit_module_init(void)
{
	levels = (unsigned int)atoi(getenv("XASPLIT_LEVELS"));
	check_split(&array);
	printf("XArray: %u of %u tests passed\n", tests_passed, tests_run);
	return 0;
}
