/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_DELAY_H
#define XASPLIT_LINUX_DELAY_H

#include <linux/sched/mm.h>

#define udelay(time) ((void)(time))
#define msleep(time) ((void)(time), might_sleep())
#define cpu_relax() barrier()

#endif
