/* SPDX-License-Identifier: GPL-2.0-or-later */
/* There is one processor. */
#ifndef XASPLIT_LINUX_CPUMASK_H
#define XASPLIT_LINUX_CPUMASK_H

#include <linux/smp.h>

#define nr_cpu_ids 1U
#define num_online_cpus() 1U
#define num_possible_cpus() 1U
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < 1; (cpu)++)
#define for_each_online_cpu(cpu) for_each_possible_cpu(cpu)

#endif
