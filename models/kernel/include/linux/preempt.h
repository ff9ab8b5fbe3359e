/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nobody else runs. */
#ifndef XASPLIT_LINUX_PREEMPT_H
#define XASPLIT_LINUX_PREEMPT_H

#include <linux/compiler.h>

#define preempt_disable() barrier()
#define preempt_enable() barrier()
#define in_interrupt() 0
#define in_task() 1
#define in_atomic() 0

#endif
