// SPDX-License-Identifier: GPL-2.0-or-later
/* Arrays that are made with flags. */
#include "driver.h"

/* As XA_FLAGS_ALLOC and XA_FLAGS_ALLOC1 have it, the free mark of an empty array is set or not. */
void init_array(uint32_t flags)
{
	gfp_t given = (gfp_t)(flags & ARRAY_FLAGS);

	if ((flags & ARRAY_TRACK_FREE) && !(flags & ARRAY_ZERO_BUSY))
		given |= XA_FLAGS_MARK(XA_MARK_0);
	xa_init_flags(&driver.array, given);
}

unsigned int array_flags(void)
{
	return (unsigned int)driver.array.xa_flags & ARRAY_FLAGS;
}

bool tracks_free(void)
{
	return array_flags() & ARRAY_TRACK_FREE;
}
