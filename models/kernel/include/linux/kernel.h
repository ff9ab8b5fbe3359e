/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_KERNEL_H
#define XASPLIT_LINUX_KERNEL_H

#include <linux/align.h>
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/kconfig.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/printk.h>
#include <linux/types.h>

#define BITS_PER_BYTE 8
#define BITS_PER_LONG (8 * (int)sizeof(long))

#define DIV_ROUND_UP(amount, unit) (((amount) + (unit) - 1) / (unit))
#define round_down(number, power_of_two) ((number) & ~((__typeof__(number))(power_of_two) - 1))
#define round_up(number, power_of_two) \
	round_down((number) + (__typeof__(number))(power_of_two) - 1, power_of_two)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)

/* Nobody else runs. */
#define schedule() ((void)0)
#define cond_resched() ((void)0)

#define container_of(pointer, type, member) \
	((type *)(void *)((char *)(pointer) - offsetof(type, member)))

#define min(a, b) \
	__extension__({ \
		__typeof__(a) min_a_ = (a); \
		__typeof__(b) min_b_ = (b); \
		min_a_ < min_b_ ? min_a_ : min_b_; \
	})
#define max(a, b) \
	__extension__({ \
		__typeof__(a) max_a_ = (a); \
		__typeof__(b) max_b_ = (b); \
		max_a_ > max_b_ ? max_a_ : max_b_; \
	})
#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))
#define min3(a, b, c) min(min(a, b), c)
#define max3(a, b, c) max(max(a, b), c)
#define clamp(number, low, high) min(max(number, low), high)
#define clamp_t(type, number, low, high) min_t(type, max_t(type, number, low), high)
#define swap(a, b) \
	do { \
		__typeof__(a) swap_ = (a); \
		(a) = (b); \
		(b) = swap_; \
	} while (0)
#define roundup(number, unit) (DIV_ROUND_UP(number, unit) * (unit))
#define rounddown(number, unit) ((number) - (number) % (unit))
#define upper_32_bits(number) ((u32)((u64)(number) >> 32))
#define lower_32_bits(number) ((u32)(number))

#endif
