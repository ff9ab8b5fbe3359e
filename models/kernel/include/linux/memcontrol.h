/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_MEMCONTROL_H
#define XASPLIT_LINUX_MEMCONTROL_H

#include <linux/types.h>

struct mem_cgroup;

#endif
