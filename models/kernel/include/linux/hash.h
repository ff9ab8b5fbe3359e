/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Other numbers than the kernel's come out. */
#ifndef XASPLIT_LINUX_HASH_H
#define XASPLIT_LINUX_HASH_H

#include <linux/types.h>

/* A multiplication by an odd number near the golden ratio's part of the word. */
static inline u32 hash_64(u64 number, unsigned int bits)
{
	return (u32)((number * 0x9e3779b97f4a7c15ULL) >> (64 - bits));
}

static inline u32 hash_32(u32 number, unsigned int bits)
{
	return (number * 0x9e3779b1U) >> (32 - bits);
}

#define hash_long(number, bits) hash_64((u64)(number), bits)

static inline u32 hash_ptr(const void *pointer, unsigned int bits)
{
	return hash_long((unsigned long)pointer, bits);
}

#endif
