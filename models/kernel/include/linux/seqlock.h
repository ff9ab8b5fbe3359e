/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_SEQLOCK_H
#define XASPLIT_LINUX_SEQLOCK_H

#include <linux/spinlock.h>

typedef struct {
	unsigned int sequence;
} seqcount_t;

static inline void seqcount_init(seqcount_t *count)
{
	count->sequence = 0;
}

static inline unsigned int read_seqcount_begin(const seqcount_t *count)
{
	return READ_ONCE(count->sequence);
}

static inline int read_seqcount_retry(const seqcount_t *count, unsigned int start)
{
	return READ_ONCE(count->sequence) != start;
}

static inline void write_seqcount_begin(seqcount_t *count)
{
	WRITE_ONCE(count->sequence, count->sequence + 1);
}

static inline void write_seqcount_end(seqcount_t *count)
{
	WRITE_ONCE(count->sequence, count->sequence + 1);
}

#endif
