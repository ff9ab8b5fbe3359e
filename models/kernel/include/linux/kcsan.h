/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_KCSAN_H
#define XASPLIT_LINUX_KCSAN_H

#include <linux/compiler.h>
#include <linux/kcsan-checks.h>

#endif
