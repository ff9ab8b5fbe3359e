/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_MM_TYPES_H
#define XASPLIT_LINUX_MM_TYPES_H

#include <linux/types.h>

struct page;
struct folio;
struct mm_struct;
struct vm_area_struct;

#endif
