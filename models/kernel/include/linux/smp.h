/* SPDX-License-Identifier: GPL-2.0-or-later */
/* There is one processor. */
#ifndef XASPLIT_LINUX_SMP_H
#define XASPLIT_LINUX_SMP_H

#include <linux/preempt.h>

#define smp_processor_id() 0
#define raw_smp_processor_id() 0
#define get_cpu() 0
#define put_cpu() ((void)0)

#endif
