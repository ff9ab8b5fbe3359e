/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The C library includes this name too, for the numbers: pass it what it expects. */
#ifndef XASPLIT_LINUX_ERRNO_H
#define XASPLIT_LINUX_ERRNO_H

#include_next <linux/errno.h>
#include <errno.h>

#endif
