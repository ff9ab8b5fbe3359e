/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The C library includes this name too, for limits of its own: pass it what it expects. */
#ifndef XASPLIT_LINUX_LIMITS_H
#define XASPLIT_LINUX_LIMITS_H

#include_next <linux/limits.h>
#include <limits.h>
#include <stdint.h>

#define U8_MAX UINT8_MAX
#define U16_MAX UINT16_MAX
#define U32_MAX UINT32_MAX
#define U64_MAX UINT64_MAX
#define S8_MAX INT8_MAX
#define S16_MAX INT16_MAX
#define S32_MAX INT32_MAX
#define S64_MAX INT64_MAX

#endif
