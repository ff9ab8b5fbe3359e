/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_RWSEM_H
#define XASPLIT_LINUX_RWSEM_H

#include <linux/mutex.h>

struct rw_semaphore {
	struct mutex mutex;
};

#define DECLARE_RWSEM(name) struct rw_semaphore name = { { __SPIN_LOCK_UNLOCKED(name) } }
#define init_rwsem(sem) mutex_init(&(sem)->mutex)
#define down_read(sem) mutex_lock(&(sem)->mutex)
#define up_read(sem) mutex_unlock(&(sem)->mutex)
#define down_write(sem) mutex_lock(&(sem)->mutex)
#define up_write(sem) mutex_unlock(&(sem)->mutex)

#endif
