/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time stands still: a case must go the same way each time. */
#ifndef XASPLIT_LINUX_JIFFIES_H
#define XASPLIT_LINUX_JIFFIES_H

#include <linux/types.h>

#define HZ 1000
#define jiffies 0UL
#define time_after(a, b) ((long)((b) - (a)) < 0)
#define time_before(a, b) time_after(b, a)
#define msecs_to_jiffies(number) ((unsigned long)(number))
#define jiffies_to_msecs(number) ((unsigned int)(number))

#endif
