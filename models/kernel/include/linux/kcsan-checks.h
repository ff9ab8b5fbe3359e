/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_KCSAN_CHECKS_H
#define XASPLIT_LINUX_KCSAN_CHECKS_H

#include <linux/types.h>

#define ASSERT_EXCLUSIVE_WRITER(place) ((void)0)
#define ASSERT_EXCLUSIVE_ACCESS(place) ((void)0)
#define ASSERT_EXCLUSIVE_BITS(place, mask) ((void)0)
#define kcsan_check_read(place, bytes) ((void)0)
#define kcsan_check_write(place, bytes) ((void)0)

#endif
