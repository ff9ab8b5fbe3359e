/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_STACKTRACE_H
#define XASPLIT_LINUX_STACKTRACE_H

#include <linux/types.h>

#endif
