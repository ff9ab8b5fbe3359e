/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The driver finds leaks by itself. */
#ifndef XASPLIT_LINUX_KMEMLEAK_H
#define XASPLIT_LINUX_KMEMLEAK_H

#include <linux/types.h>

#define kmemleak_alloc(place, bytes, least, flags) ((void)(place))
#define kmemleak_free(place) ((void)(place))
#define kmemleak_not_leak(place) ((void)(place))
#define kmemleak_transient_leak(place) ((void)(place))
#define kmemleak_ignore(place) ((void)(place))
#define kmemleak_no_scan(place) ((void)(place))
#define kmemleak_scan_area(place, bytes, flags) ((void)(place))
#define kmemleak_update_trace(place) ((void)(place))

#endif
