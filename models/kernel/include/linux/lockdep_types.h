/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_LOCKDEP_TYPES_H
#define XASPLIT_LINUX_LOCKDEP_TYPES_H

#include <linux/types.h>

struct lock_class_key {
	char unused;
};

#endif
