/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_KMSAN_CHECKS_H
#define XASPLIT_LINUX_KMSAN_CHECKS_H

#include <linux/types.h>

#define kmsan_unpoison_memory(place, bytes) ((void)0)
#define kmsan_check_memory(place, bytes) ((void)0)

#endif
