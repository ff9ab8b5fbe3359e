/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_EXPORT_H
#define XASPLIT_LINUX_EXPORT_H

/* Something that wants the semicolon that follows it. */
#define EXPORT_SYMBOL(symbol) _Static_assert(1, #symbol)
#define EXPORT_SYMBOL_GPL(symbol) EXPORT_SYMBOL(symbol)

#endif
