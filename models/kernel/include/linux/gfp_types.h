/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_GFP_TYPES_H
#define XASPLIT_LINUX_GFP_TYPES_H

#include <linux/gfp.h>

#endif
