/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time stands still: a case must go the same way each time. */
#ifndef XASPLIT_LINUX_SCHED_CLOCK_H
#define XASPLIT_LINUX_SCHED_CLOCK_H

#include <linux/types.h>

#define sched_clock() ((u64)0)
#define local_clock() sched_clock()

#endif
