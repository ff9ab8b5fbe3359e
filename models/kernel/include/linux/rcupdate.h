/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_RCUPDATE_H
#define XASPLIT_LINUX_RCUPDATE_H

#include <hooks.h>
#include <linux/cleanup.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>

static inline void rcu_read_lock(void)
{
	xasplit_read_lock();
}

static inline void rcu_read_unlock(void)
{
	xasplit_read_unlock();
}

static inline bool rcu_read_lock_held(void)
{
	return xasplit_read_depth != 0;
}

static inline void xasplit_demand(bool protection, const char *file, int line, const char *text)
{
	if (unlikely(!protection))
		xasplit_unprotected(file, line, text);
}

#define rcu_dereference_raw(place) READ_ONCE(place)
#define rcu_access_pointer(place) READ_ONCE(place)
#define rcu_dereference_check(place, condition) \
	(xasplit_demand((condition) || rcu_read_lock_held(), __FILE__, __LINE__, #place), \
	 READ_ONCE(place))
#define rcu_dereference_protected(place, condition) \
	(xasplit_demand((condition), __FILE__, __LINE__, #place), (place))
#define rcu_dereference(place) rcu_dereference_check(place, 0)

/* Callers pass places with side effects, such as slots[offset--]: evaluated once each. */
#define rcu_assign_pointer(place, value) \
	do { \
		__typeof__(&(place)) publish_place_ = &(place); \
		void *publish_value_ = (void *)(value); \
		xasplit_publish((const void *)publish_place_, publish_value_); \
		__atomic_store_n((void **)(void *)publish_place_, publish_value_, \
				 __ATOMIC_RELEASE); \
	} while (0)
#define RCU_INIT_POINTER(place, value) WRITE_ONCE(place, (__typeof__(place))(value))

#define call_rcu(head, func) xasplit_call_rcu(head, func)
#define synchronize_rcu() ((void)0)
#define rcu_barrier() ((void)0)
#define rcu_replace_pointer(place, value, condition) \
	__extension__({ \
		__typeof__(place) replaced_ = rcu_dereference_protected(place, condition); \
		rcu_assign_pointer(place, value); \
		replaced_; \
	})

DEFINE_LOCK_GUARD_0(rcu, rcu_read_lock(), rcu_read_unlock())

#endif
