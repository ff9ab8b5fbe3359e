/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_LOCKDEP_H
#define XASPLIT_LINUX_LOCKDEP_H

#include <linux/bug.h>
#include <linux/spinlock.h>

static inline bool lockdep_is_held(const spinlock_t *lock)
{
	return lock->held != 0;
}

/* Only the checks that the program watches do something. */
#define lockdep_set_class(lock, key) ((void)(lock))
#define lockdep_assert_once(condition) ((void)(condition))
#define lockdep_assert_not_held(lock) ((void)(lock))
#define lockdep_assert_none_held_once() ((void)0)
#define might_lock(lock) ((void)(lock))

#define lockdep_assert_held(lock) \
	do { \
		if (!lockdep_is_held(lock)) \
			xasplit_unprotected(__FILE__, __LINE__, #lock); \
	} while (0)

#endif
