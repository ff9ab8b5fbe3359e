/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_DEBUGOBJECTS_H
#define XASPLIT_LINUX_DEBUGOBJECTS_H

#include <linux/types.h>

#endif
