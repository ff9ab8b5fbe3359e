/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The unit is a power of two. */
#ifndef XASPLIT_LINUX_ALIGN_H
#define XASPLIT_LINUX_ALIGN_H

#define ALIGN(number, unit) \
	(((number) + (__typeof__(number))(unit) - 1) & ~((__typeof__(number))(unit) - 1))
#define ALIGN_DOWN(number, unit) ((number) & ~((__typeof__(number))(unit) - 1))
#define PTR_ALIGN(pointer, unit) \
	((__typeof__(pointer))ALIGN((unsigned long)(pointer), (unsigned long)(unit)))
#define IS_ALIGNED(number, unit) (((number) & ((__typeof__(number))(unit) - 1)) == 0)

#endif
