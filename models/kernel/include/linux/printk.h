/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log output.  The dump functions of the XArray run right before an assertion fails, on a tree that
 * may be broken: their arguments are type-checked by the compiler but never evaluated.
 */
#ifndef XASPLIT_LINUX_PRINTK_H
#define XASPLIT_LINUX_PRINTK_H

#include <stdio.h>

static inline void xasplit_ignore(const char *format, ...)
{
	(void)format;
}

#define XASPLIT_SILENT(...) \
	do { \
		if (0) \
			xasplit_ignore(__VA_ARGS__); \
	} while (0)

#define pr_cont(...) XASPLIT_SILENT(__VA_ARGS__)
#define pr_debug(...) XASPLIT_SILENT(__VA_ARGS__)
#define pr_info(...) XASPLIT_SILENT(__VA_ARGS__)
#define pr_warn(...) XASPLIT_SILENT(__VA_ARGS__)
#define pr_err(...) XASPLIT_SILENT(__VA_ARGS__)
#define printk(...) printf(__VA_ARGS__)
#define dump_stack() ((void)0)

#endif
