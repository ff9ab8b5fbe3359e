/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IS_ENABLED: 1 when the option is defined as 1, else 0, also for an option nobody defined. */
#ifndef XASPLIT_LINUX_KCONFIG_H
#define XASPLIT_LINUX_KCONFIG_H

/* Pasting the option's value here makes a second argument appear when that value is 1. */
#define KCONFIG_VALUE_1 yes, 1
#define KCONFIG_SECOND(first, second, ...) second
#define KCONFIG_PICK(...) KCONFIG_SECOND(__VA_ARGS__, 0, 0)
#define KCONFIG_LOOK(value) KCONFIG_PICK(KCONFIG_VALUE_##value)

#define IS_ENABLED(option) KCONFIG_LOOK(option)
#define IS_BUILTIN(option) IS_ENABLED(option)

#endif
