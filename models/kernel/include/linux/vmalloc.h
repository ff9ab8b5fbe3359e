/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_VMALLOC_H
#define XASPLIT_LINUX_VMALLOC_H

#include <linux/slab.h>

#define vmalloc(bytes) kmalloc(bytes, GFP_KERNEL)
#define vzalloc(bytes) kzalloc(bytes, GFP_KERNEL)
#define vfree(place) kfree(place)

#endif
