/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_STRING_H
#define XASPLIT_LINUX_STRING_H

#include <linux/types.h>
#include <string.h>

static inline void memzero_explicit(void *place, size_t bytes)
{
	memset(place, 0, bytes);
	barrier();
}

/* The first byte that is not `byte`; NULL when all are. */
static inline void *memchr_inv(const void *place, int byte, size_t bytes)
{
	const unsigned char *at = (const unsigned char *)place;

	for (; bytes; at++, bytes--)
		if (*at != (unsigned char)byte)
			return (void *)(uintptr_t)at;
	return NULL;
}

#endif
