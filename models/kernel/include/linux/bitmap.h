/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_BITMAP_H
#define XASPLIT_LINUX_BITMAP_H

#include <linux/kernel.h>

#define BIT(number) (1UL << (number))
#define BITS_TO_LONGS(bits) DIV_ROUND_UP(bits, 8 * sizeof(long))

static inline unsigned long *xasplit_word(unsigned long number, unsigned long *map)
{
	return &map[number / (8 * sizeof(long))];
}

static inline unsigned long xasplit_bit(unsigned long number)
{
	return 1UL << (number % (8 * sizeof(long)));
}

/* A marked access, as in the kernel; __set_bit() and its like are plain ones. */
static inline bool test_bit(unsigned long number, const unsigned long *map)
{
	return (READ_ONCE(map[number / (8 * sizeof(long))]) & xasplit_bit(number)) != 0;
}

static inline void __set_bit(unsigned long number, unsigned long *map)
{
	*xasplit_word(number, map) |= xasplit_bit(number);
}

static inline void __clear_bit(unsigned long number, unsigned long *map)
{
	*xasplit_word(number, map) &= ~xasplit_bit(number);
}

static inline bool __test_and_set_bit(unsigned long number, unsigned long *map)
{
	bool old = test_bit(number, map);

	__set_bit(number, map);
	return old;
}

static inline bool __test_and_clear_bit(unsigned long number, unsigned long *map)
{
	bool old = test_bit(number, map);

	__clear_bit(number, map);
	return old;
}

#define set_bit(number, map) __set_bit(number, map)
#define clear_bit(number, map) __clear_bit(number, map)
#define test_and_set_bit(number, map) __test_and_set_bit(number, map)
#define test_and_clear_bit(number, map) __test_and_clear_bit(number, map)

/* Undefined for 0, as in the kernel. */
static inline unsigned long __ffs(unsigned long word)
{
	return (unsigned long)__builtin_ctzl(word);
}

static inline unsigned long __fls(unsigned long word)
{
	return 8 * sizeof(long) - 1 - (unsigned long)__builtin_clzl(word);
}

static inline unsigned long find_next_bit(const unsigned long *map, unsigned long size,
					  unsigned long start)
{
	const unsigned long width = 8 * sizeof(long);

	while (start < size) {
		unsigned long word = map[start / width] >> (start % width);

		if (word) {
			start += __ffs(word);
			break;
		}
		start += width - start % width;
	}
	return start < size ? start : size;
}

static inline unsigned long find_first_bit(const unsigned long *map, unsigned long size)
{
	return find_next_bit(map, size, 0);
}

static inline bool bitmap_empty(const unsigned long *map, unsigned int bits)
{
	return find_next_bit(map, bits, 0) == bits;
}

/* Whole longs, as in the kernel: bits at and above `bits` change too. */
static inline void bitmap_fill(unsigned long *map, unsigned int bits)
{
	for (size_t i = 0; i < BITS_TO_LONGS(bits); i++)
		map[i] = ~0UL;
}

static inline void bitmap_zero(unsigned long *map, unsigned int bits)
{
	for (size_t i = 0; i < BITS_TO_LONGS(bits); i++)
		map[i] = 0;
}

static inline void bitmap_set(unsigned long *map, unsigned int start, unsigned int bits)
{
	for (unsigned int i = 0; i < bits; i++)
		__set_bit((unsigned long)start + i, map);
}

static inline void bitmap_clear(unsigned long *map, unsigned int start, unsigned int bits)
{
	for (unsigned int i = 0; i < bits; i++)
		__clear_bit((unsigned long)start + i, map);
}

static inline bool bitmap_full(const unsigned long *map, unsigned int bits)
{
	for (unsigned int i = 0; i < bits; i++)
		if (!test_bit(i, map))
			return false;
	return true;
}

static inline unsigned int bitmap_weight(const unsigned long *map, unsigned int bits)
{
	unsigned int set = 0;

	for (unsigned int i = 0; i < bits; i++)
		set += test_bit(i, map);
	return set;
}

/* Whole longs, as in the kernel. */
static inline void bitmap_copy(unsigned long *to, const unsigned long *from, unsigned int bits)
{
	for (size_t i = 0; i < BITS_TO_LONGS(bits); i++)
		to[i] = from[i];
}

static inline void bitmap_or(unsigned long *to, const unsigned long *a, const unsigned long *b,
			     unsigned int bits)
{
	for (size_t i = 0; i < BITS_TO_LONGS(bits); i++)
		to[i] = a[i] | b[i];
}

#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]

#include <linux/find.h>

#endif
