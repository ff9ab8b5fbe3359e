/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Allocation flags: only what may block, and flags that callers combine, matter here. */
#ifndef XASPLIT_LINUX_GFP_H
#define XASPLIT_LINUX_GFP_H

#include <linux/types.h>

/* The array's marks lie above these bits in xa_flags; three of them must fit in 32 bits. */
#define __GFP_BITS_SHIFT 26

#define __GFP_DIRECT_RECLAIM ((gfp_t)1 << 10)
#define __GFP_KSWAPD_RECLAIM ((gfp_t)1 << 11)
#define __GFP_IO ((gfp_t)1 << 12)
#define __GFP_FS ((gfp_t)1 << 13)
#define __GFP_HIGH ((gfp_t)1 << 14)
#define __GFP_ZERO ((gfp_t)1 << 15)
#define __GFP_NOWARN ((gfp_t)1 << 16)
#define __GFP_NOFAIL ((gfp_t)1 << 17)
#define __GFP_NORETRY ((gfp_t)1 << 18)
#define __GFP_ACCOUNT ((gfp_t)1 << 19)
#define __GFP_RETRY_MAYFAIL ((gfp_t)1 << 20)
#define __GFP_MEMALLOC ((gfp_t)1 << 21)
#define __GFP_NOMEMALLOC ((gfp_t)1 << 22)
#define __GFP_HARDWALL ((gfp_t)1 << 23)
#define __GFP_RECLAIM (__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)

#define GFP_NOWAIT (__GFP_KSWAPD_RECLAIM | __GFP_NOWARN)
#define GFP_ATOMIC (__GFP_HIGH | __GFP_KSWAPD_RECLAIM)
#define GFP_NOIO (__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)
#define GFP_NOFS (GFP_NOIO | __GFP_IO)
#define GFP_KERNEL (GFP_NOFS | __GFP_FS)
#define GFP_KERNEL_ACCOUNT (GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_USER (GFP_KERNEL | __GFP_HARDWALL)

static inline bool gfpflags_allow_blocking(const gfp_t flags)
{
	return (flags & __GFP_DIRECT_RECLAIM) != 0;
}

#endif
