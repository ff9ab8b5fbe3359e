/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_STATIC_KEY_H
#define XASPLIT_LINUX_STATIC_KEY_H

#include <linux/jump_label.h>

#endif
