/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_COMPILER_ATTRIBUTES_H
#define XASPLIT_LINUX_COMPILER_ATTRIBUTES_H

#include <linux/compiler.h>

#endif
