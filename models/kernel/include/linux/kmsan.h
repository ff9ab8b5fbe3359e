/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_KMSAN_H
#define XASPLIT_LINUX_KMSAN_H

#include <linux/kmsan-checks.h>

#endif
