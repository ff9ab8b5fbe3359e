/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_MODULEPARAM_H
#define XASPLIT_LINUX_MODULEPARAM_H

#include <linux/module.h>

#define module_param(name, type, mode) _Static_assert(1, #name)
#define module_param_named(name, value, type, mode) _Static_assert(1, #name)
#define MODULE_PARM_DESC(name, text) _Static_assert(1, text)

#endif
