/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_BUG_H
#define XASPLIT_LINUX_BUG_H

#include <hooks.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/printk.h>
#include <linux/types.h>

static inline bool xasplit_warn_if(bool condition, const char *file, int line, const char *text)
{
	if (unlikely(condition))
		xasplit_warn(file, line, text);
	return condition;
}

#define BUG() xasplit_bug(__FILE__, __LINE__, __func__)
#define BUG_ON(condition) \
	do { \
		if (unlikely(condition)) \
			xasplit_bug(__FILE__, __LINE__, #condition); \
	} while (0)

/* Each occurrence counts, also of the _ONCE forms: cases must not depend on earlier ones. */
#define WARN_ON(condition) xasplit_warn_if(!!(condition), __FILE__, __LINE__, #condition)
#define WARN_ON_ONCE(condition) WARN_ON(condition)
#define WARN(condition, ...) WARN_ON(condition)
#define WARN_ONCE(condition, ...) WARN_ON(condition)
#define VM_BUG_ON(condition) BUG_ON(condition)
#define VM_WARN_ON(condition) WARN_ON(condition)
#define VM_WARN_ON_ONCE(condition) WARN_ON(condition)

#endif
