/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_LIST_LRU_H
#define XASPLIT_LINUX_LIST_LRU_H

#include <linux/list.h>

struct list_lru;

#endif
