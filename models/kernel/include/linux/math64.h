/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_MATH64_H
#define XASPLIT_LINUX_MATH64_H

#include <linux/types.h>

static inline u64 div64_u64(u64 number, u64 by)
{
	return number / by;
}

static inline s64 div64_s64(s64 number, s64 by)
{
	return number / by;
}

static inline u64 div_u64(u64 number, u32 by)
{
	return number / by;
}

static inline u64 div_u64_rem(u64 number, u32 by, u32 *rest)
{
	*rest = (u32)(number % by);
	return number / by;
}

static inline u64 div64_u64_rem(u64 number, u64 by, u64 *rest)
{
	*rest = number % by;
	return number / by;
}

static inline u64 mul_u32_u32(u32 a, u32 b)
{
	return (u64)a * b;
}

#define DIV64_U64_ROUND_UP(number, by) div64_u64((number) + (by) - 1, by)
#define DIV_U64_ROUND_UP(number, by) div_u64((number) + (by) - 1, by)

#endif
