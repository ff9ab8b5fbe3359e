/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Included before all else when code under test is compiled to be measured: what watches over it in
 * other programs (publications, protections, bits one by one) costs nothing here, as in a kernel
 * without debugging options.
 */
#ifndef XASPLIT_BARE_H
#define XASPLIT_BARE_H

#include <linux/bitmap.h>
#include <linux/rcupdate.h>

#undef rcu_dereference_check
#undef rcu_dereference_protected
#undef rcu_assign_pointer
#define rcu_dereference_check(place, condition) READ_ONCE(place)
#define rcu_dereference_protected(place, condition) (place)
#define rcu_assign_pointer(place, value) \
	__atomic_store_n((void **)(void *)&(place), (void *)(value), __ATOMIC_RELEASE)

/* The bits start..start+bits-1, as far as they lie in this word of a bitmap. */
static inline unsigned long bare_mask(unsigned long word, unsigned long start, unsigned long bits)
{
	const unsigned long width = 8 * sizeof(long);
	unsigned long from = word * width < start ? start - word * width : 0;
	unsigned long end = start + bits - word * width;

	return (end < width ? (1UL << end) - 1 : ~0UL) & ~0UL << from;
}

/* Word by word, as a kernel sets and clears bits whose number the compiler knows. */
static inline void bare_bitmap_set(unsigned long *map, unsigned int start, unsigned int bits)
{
	for (unsigned long word = start / 64; word * 64 < (unsigned long)start + bits; word++)
		map[word] |= bare_mask(word, start, bits);
}

static inline void bare_bitmap_clear(unsigned long *map, unsigned int start, unsigned int bits)
{
	for (unsigned long word = start / 64; word * 64 < (unsigned long)start + bits; word++)
		map[word] &= ~bare_mask(word, start, bits);
}

#define bitmap_set(map, start, bits) bare_bitmap_set(map, start, bits)
#define bitmap_clear(map, start, bits) bare_bitmap_clear(map, start, bits)

_Static_assert(sizeof(long) == 8, "measured on 64-bit machines");

#endif
