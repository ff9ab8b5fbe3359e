/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_MODULE_H
#define XASPLIT_LINUX_MODULE_H

#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/list.h>

/* Gives the module's start function, static in its file, a name that a program can call. */
#define module_init(function) \
	int xasplit_module_init(void); \
	int xasplit_module_init(void) \
	{ \
		return function(); \
	} \
	_Static_assert(1, "")
#define module_exit(function) \
	void xasplit_module_exit(void); \
	void xasplit_module_exit(void) \
	{ \
		function(); \
	} \
	_Static_assert(1, "")

#define MODULE_AUTHOR(text) _Static_assert(1, text)
#define MODULE_DESCRIPTION(text) _Static_assert(1, text)
#define MODULE_LICENSE(text) _Static_assert(1, text)

#endif
