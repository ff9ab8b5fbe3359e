/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_SCHED_SIGNAL_H
#define XASPLIT_LINUX_SCHED_SIGNAL_H

#include <linux/sched.h>

#endif
