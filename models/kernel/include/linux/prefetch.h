/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_PREFETCH_H
#define XASPLIT_LINUX_PREFETCH_H

#define prefetch(place) __builtin_prefetch(place)
#define prefetchw(place) __builtin_prefetch(place, 1)

#endif
