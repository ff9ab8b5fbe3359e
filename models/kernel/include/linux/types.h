/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_TYPES_H
#define XASPLIT_LINUX_TYPES_H

#include <linux/compiler.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

typedef unsigned int gfp_t;
typedef unsigned long pgoff_t;

struct list_head {
	struct list_head *next, *prev;
};

/* Two pointers, as in the kernel: a node's list pointers and its rcu_head share their memory. */
struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *head);
};

#endif
