/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_MMZONE_H
#define XASPLIT_LINUX_MMZONE_H

#include <linux/mm_types.h>
#include <linux/numa.h>

#define MAX_ORDER 10
#define MAX_PAGE_ORDER 10

#endif
