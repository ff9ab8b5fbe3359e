/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Without the kernel's saturation. */
#ifndef XASPLIT_LINUX_REFCOUNT_H
#define XASPLIT_LINUX_REFCOUNT_H

#include <linux/atomic.h>

typedef struct {
	atomic_t refs;
} refcount_t;

#define REFCOUNT_INIT(number) { ATOMIC_INIT(number) }

static inline void refcount_set(refcount_t *count, int number)
{
	atomic_set(&count->refs, number);
}

static inline unsigned int refcount_read(const refcount_t *count)
{
	return (unsigned int)atomic_read(&count->refs);
}

static inline void refcount_inc(refcount_t *count)
{
	atomic_inc(&count->refs);
}

static inline bool refcount_inc_not_zero(refcount_t *count)
{
	if (!atomic_read(&count->refs))
		return false;
	atomic_inc(&count->refs);
	return true;
}

static inline bool refcount_dec_and_test(refcount_t *count)
{
	return atomic_dec_and_test(&count->refs);
}

#endif
