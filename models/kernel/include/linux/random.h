/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_RANDOM_H
#define XASPLIT_LINUX_RANDOM_H

#include <linux/types.h>
#include <string.h>

/* One seed for each file: the same case must go the same way each time. */
static inline u64 get_random_u64(void)
{
	static u64 state = 0x9e3779b97f4a7c15ULL;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static inline u32 get_random_u32(void)
{
	return (u32)(get_random_u64() >> 32);
}

static inline u32 get_random_u32_below(u32 end)
{
	return (u32)(((u64)get_random_u32() * end) >> 32);
}

static inline unsigned long get_random_long(void)
{
	return (unsigned long)get_random_u64();
}

static inline void get_random_bytes(void *place, size_t bytes)
{
	for (unsigned char *at = (unsigned char *)place; bytes; bytes--)
		*at++ = (unsigned char)get_random_u64();
}

#endif
