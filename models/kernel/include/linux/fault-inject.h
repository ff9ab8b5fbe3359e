/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_FAULT_INJECT_H
#define XASPLIT_LINUX_FAULT_INJECT_H

#include <linux/types.h>

struct fault_attr;

#endif
