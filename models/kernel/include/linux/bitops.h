/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_BITOPS_H
#define XASPLIT_LINUX_BITOPS_H

#include <linux/bits.h>

static inline int fls(unsigned int word)
{
	return word ? 32 - __builtin_clz(word) : 0;
}

static inline int fls64(u64 word)
{
	return word ? 64 - __builtin_clzll(word) : 0;
}

static inline unsigned int fls_long(unsigned long word)
{
	return (unsigned int)fls64(word);
}

static inline int get_count_order(unsigned int number)
{
	return number ? fls(number - 1) : -1;
}

static inline unsigned int hweight32(u32 word)
{
	return (unsigned int)__builtin_popcount(word);
}

static inline unsigned int hweight64(u64 word)
{
	return (unsigned int)__builtin_popcountll(word);
}

static inline unsigned long hweight_long(unsigned long word)
{
	return (unsigned long)__builtin_popcountl(word);
}

static inline unsigned int hweight8(u8 word)
{
	return hweight32(word);
}

static inline unsigned int hweight16(u16 word)
{
	return hweight32(word);
}

/* Undefined for ~0, as in the kernel. */
static inline unsigned long ffz(unsigned long word)
{
	return __ffs(~word);
}

static inline void __change_bit(unsigned long number, unsigned long *map)
{
	*xasplit_word(number, map) ^= xasplit_bit(number);
}

#endif
