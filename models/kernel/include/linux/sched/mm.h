/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_SCHED_MM_H
#define XASPLIT_LINUX_SCHED_MM_H

#include <hooks.h>
#include <linux/gfp.h>

static inline void might_sleep(void)
{
	xasplit_might_sleep();
}

static inline void might_alloc(gfp_t flags)
{
	if (gfpflags_allow_blocking(flags))
		might_sleep();
}

#endif
