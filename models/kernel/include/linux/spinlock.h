/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One thread runs: a lock is a flag that the program watches. */
#ifndef XASPLIT_LINUX_SPINLOCK_H
#define XASPLIT_LINUX_SPINLOCK_H

#include <hooks.h>
#include <linux/cleanup.h>
#include <linux/types.h>

typedef struct {
	int held;
} spinlock_t;

#define __SPIN_LOCK_UNLOCKED(name) { 0 }
#define DEFINE_SPINLOCK(name) spinlock_t name = __SPIN_LOCK_UNLOCKED(name)

static inline void spin_lock_init(spinlock_t *lock)
{
	lock->held = 0;
}

static inline void spin_lock(spinlock_t *lock)
{
	xasplit_lock(&lock->held, XASPLIT_LOCK);
}

static inline void spin_unlock(spinlock_t *lock)
{
	xasplit_unlock(&lock->held, XASPLIT_LOCK);
}

static inline void spin_lock_bh(spinlock_t *lock)
{
	xasplit_lock(&lock->held, XASPLIT_LOCK_BH);
}

static inline void spin_unlock_bh(spinlock_t *lock)
{
	xasplit_unlock(&lock->held, XASPLIT_LOCK_BH);
}

static inline void spin_lock_irq(spinlock_t *lock)
{
	xasplit_lock(&lock->held, XASPLIT_LOCK_IRQ);
}

static inline void spin_unlock_irq(spinlock_t *lock)
{
	xasplit_unlock(&lock->held, XASPLIT_LOCK_IRQ);
}

static inline int spin_trylock(spinlock_t *lock)
{
	if (lock->held)
		return 0;
	xasplit_lock(&lock->held, XASPLIT_LOCK);
	return 1;
}

#define spin_lock_nested(lock, subclass) spin_lock(lock)
#define spin_lock_bh_nested(lock, subclass) spin_lock_bh(lock)
#define spin_lock_irqsave(lock, flags) \
	do { \
		(flags) = 0; \
		xasplit_lock(&(lock)->held, XASPLIT_LOCK_IRQSAVE); \
	} while (0)
#define spin_lock_irqsave_nested(lock, flags, subclass) spin_lock_irqsave(lock, flags)
#define spin_unlock_irqrestore(lock, flags) \
	do { \
		(void)(flags); \
		xasplit_unlock(&(lock)->held, XASPLIT_LOCK_IRQSAVE); \
	} while (0)

DEFINE_LOCK_GUARD_1(spinlock, spinlock_t, spin_lock(_T->lock), spin_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_bh, spinlock_t, spin_lock_bh(_T->lock), spin_unlock_bh(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_irq, spinlock_t, spin_lock_irq(_T->lock), spin_unlock_irq(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_irqsave, spinlock_t, spin_lock_irqsave(_T->lock, _T->flags),
		    spin_unlock_irqrestore(_T->lock, _T->flags), unsigned long flags)

#endif
