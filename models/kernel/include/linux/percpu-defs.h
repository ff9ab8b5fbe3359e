/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_PERCPU_DEFS_H
#define XASPLIT_LINUX_PERCPU_DEFS_H

#include <linux/percpu.h>

#endif
