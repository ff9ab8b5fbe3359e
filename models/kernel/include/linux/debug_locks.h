/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_DEBUG_LOCKS_H
#define XASPLIT_LINUX_DEBUG_LOCKS_H

#include <linux/lockdep.h>

#define debug_check_no_locks_held() ((void)0)

#endif
