// SPDX-License-Identifier: GPL-2.0-or-later
/* The few nodes that a count hands out again and again, so that no memory bounds it. */
#include "driver.h"

static struct count *const count = &driver.count;

void count_forget(void)
{
	driver.requests.repeating = false;
	count->asked = count->asked_before = 0;
}

bool count_moved(void)
{
	bool moved = driver.requests.repeating && count->asked != count->asked_before;

	count->asked_before = count->asked;
	return moved;
}

void count_only(const char *what)
{
	if (driver.requests.repeating)
		fail(STATUS_UNSUPPORTED, "%s nodes while it asks for them", what);
}

void *count_next(void)
{
	if (count->asked++ == count->most)
		longjmp(count->enough, 1);
	return count->ring[count->asked % RING];
}
