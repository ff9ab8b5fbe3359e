/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_INSTRUMENTED_H
#define XASPLIT_LINUX_INSTRUMENTED_H

#include <linux/compiler.h>

#define instrument_read(place, bytes) ((void)0)
#define instrument_write(place, bytes) ((void)0)
#define instrument_atomic_read(place, bytes) ((void)0)
#define instrument_atomic_write(place, bytes) ((void)0)

#endif
