/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A mutex may be taken only where sleeping is allowed. */
#ifndef XASPLIT_LINUX_MUTEX_H
#define XASPLIT_LINUX_MUTEX_H

#include <linux/sched/mm.h>
#include <linux/spinlock.h>

struct mutex {
	spinlock_t lock;
};

#define DEFINE_MUTEX(name) struct mutex name = { __SPIN_LOCK_UNLOCKED(name) }
#define mutex_init(mutex) spin_lock_init(&(mutex)->lock)
#define mutex_destroy(mutex) ((void)(mutex))

static inline void mutex_lock(struct mutex *mutex)
{
	might_sleep();
	spin_lock(&mutex->lock);
}

static inline int mutex_trylock(struct mutex *mutex)
{
	return spin_trylock(&mutex->lock);
}

static inline void mutex_unlock(struct mutex *mutex)
{
	spin_unlock(&mutex->lock);
}

static inline bool mutex_is_locked(struct mutex *mutex)
{
	return mutex->lock.held != 0;
}

#include <linux/cleanup.h>

DEFINE_GUARD(mutex, struct mutex *, mutex_lock(_T), mutex_unlock(_T))

#endif
