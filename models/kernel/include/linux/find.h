/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_FIND_H
#define XASPLIT_LINUX_FIND_H

#include <linux/bitmap.h>

static inline unsigned long find_next_zero_bit(const unsigned long *map, unsigned long size,
					       unsigned long start)
{
	while (start < size && test_bit(start, map))
		start++;
	return start < size ? start : size;
}

static inline unsigned long find_first_zero_bit(const unsigned long *map, unsigned long size)
{
	return find_next_zero_bit(map, size, 0);
}

static inline unsigned long find_last_bit(const unsigned long *map, unsigned long size)
{
	for (unsigned long bit = size; bit--;)
		if (test_bit(bit, map))
			return bit;
	return size;
}

#define for_each_set_bit(bit, map, size) \
	for ((bit) = find_first_bit(map, size); (bit) < (size); \
	     (bit) = find_next_bit(map, size, (bit) + 1))
#define for_each_set_bit_from(bit, map, size) \
	for ((bit) = find_next_bit(map, size, bit); (bit) < (size); \
	     (bit) = find_next_bit(map, size, (bit) + 1))
#define for_each_clear_bit(bit, map, size) \
	for ((bit) = find_first_zero_bit(map, size); (bit) < (size); \
	     (bit) = find_next_zero_bit(map, size, (bit) + 1))

#endif
