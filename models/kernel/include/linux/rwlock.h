/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_RWLOCK_H
#define XASPLIT_LINUX_RWLOCK_H

#include <linux/spinlock.h>

#endif
