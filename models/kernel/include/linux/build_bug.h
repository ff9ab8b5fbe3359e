/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_BUILD_BUG_H
#define XASPLIT_LINUX_BUILD_BUG_H

#define BUILD_BUG_ON(condition) _Static_assert(!(condition), #condition)
#define BUILD_BUG_ON_MSG(condition, text) _Static_assert(!(condition), text)
#define BUILD_BUG_ON_NOT_POWER_OF_2(number) \
	_Static_assert((number) && !((number) & ((number) - 1)), #number)
#define BUILD_BUG() _Static_assert(1, "")
/* A constant 0 that does not compile when the condition is true. */
#define BUILD_BUG_ON_ZERO(condition) \
	((int)sizeof(struct { int wrong : (condition) ? -1 : 1; }) * 0)
#define static_assert(...) _Static_assert(__VA_ARGS__, "")

#endif
