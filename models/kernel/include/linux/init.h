/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nothing runs before the program does. */
#ifndef XASPLIT_LINUX_INIT_H
#define XASPLIT_LINUX_INIT_H

#include <linux/compiler.h>

#define __initdata
#define __exitdata
#define early_initcall(function) _Static_assert(1, #function)
#define core_initcall(function) _Static_assert(1, #function)
#define subsys_initcall(function) _Static_assert(1, #function)
#define late_initcall(function) _Static_assert(1, #function)

#endif
