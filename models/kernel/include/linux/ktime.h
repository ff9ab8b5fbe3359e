/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time stands still: a case must go the same way each time. */
#ifndef XASPLIT_LINUX_KTIME_H
#define XASPLIT_LINUX_KTIME_H

#include <linux/types.h>

typedef s64 ktime_t;

#define ktime_get() ((ktime_t)0)
#define ktime_get_ns() ((u64)0)
#define ktime_sub(later, earlier) ((later) - (earlier))
#define ktime_to_ns(time) (time)

#endif
