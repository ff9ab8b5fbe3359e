/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Included before the code under test, which is compiled with its debug assertions (XA_DEBUG).  One that
 * fails in a reader is told, and the reader goes on as a kernel without them does: one exploration is of
 * both.  What an assertion loads only adds to what the reader knows, and it may always have known no
 * more than before.
 */
#ifndef XASPLIT_RCU_ASSERTIONS_H
#define XASPLIT_RCU_ASSERTIONS_H

#include <linux/xarray.h>

void xasplit_debug_assertion(const char *file, int line, const char *text);

#define XASPLIT_GO_ON(condition) \
	do { \
		if (condition) \
			xasplit_debug_assertion(__FILE__, __LINE__, #condition); \
	} while (0)

#ifdef XA_NODE_BUG_ON
#undef XA_NODE_BUG_ON
#define XA_NODE_BUG_ON(node, condition) XASPLIT_GO_ON(condition)
#endif
#ifdef XA_BUG_ON
#undef XA_BUG_ON
#define XA_BUG_ON(xa, condition) XASPLIT_GO_ON(condition)
#endif

#endif
