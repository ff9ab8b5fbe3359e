/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_CPU_H
#define XASPLIT_LINUX_CPU_H

#include <linux/cpumask.h>

#endif
