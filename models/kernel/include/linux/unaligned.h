/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_UNALIGNED_H
#define XASPLIT_LINUX_UNALIGNED_H

#include <linux/types.h>

#endif
