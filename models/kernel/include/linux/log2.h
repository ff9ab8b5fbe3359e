/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_LOG2_H
#define XASPLIT_LINUX_LOG2_H

#include <linux/types.h>

static inline bool is_power_of_2(unsigned long number)
{
	return number && !(number & (number - 1));
}

/* Constant where the argument is; undefined for 0, as in the kernel. */
#define ilog2(number) (63 - __builtin_clzll((unsigned long long)(number)))
#define order_base_2(number) ((number) > 1 ? ilog2((number) - 1) + 1 : 0)

static inline unsigned long roundup_pow_of_two(unsigned long number)
{
	return 1UL << order_base_2(number);
}

static inline unsigned long rounddown_pow_of_two(unsigned long number)
{
	return 1UL << ilog2(number);
}

#endif
