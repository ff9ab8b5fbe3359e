// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What each index of the window holds, and when: written down by the scenario as it calls the
 * XArray, independently of what the XArray does.  A fact may be seen from the moment when the
 * operation that makes it begins, and until the one that ends it is complete.
 */
#include "explorer.h"

#include <limits.h>
#include <stdio.h>

struct fact {
	const void *entry;
	int order;	 /* -1: none */
	int from, until; /* may be seen by one who starts before `until`; -1: was there first */
};

static struct history {
	struct fact *facts;
	int count, room;
} histories[WINDOW];
struct window window;
static int operation_began;

#define MAX_OPERATIONS 1024
static int completed[MAX_OPERATIONS], completed_count; /* when each operation was complete */

void account_reset(unsigned long first, unsigned long last)
{
	if (last - first >= WINDOW)
		broken("a window of %lu indices", last - first + 1);
	window.first = first;
	window.last = last;
	operation_began = completed_count = 0;
	for (unsigned long i = 0; i <= last - first; i++)
		histories[i].count = 0;
	for (unsigned long i = first; i <= last; i++)
		account_set(i, 0, NULL);
}

void account_set(unsigned long first, unsigned int order, const void *entry)
{
	unsigned long last = first + (1UL << order) - 1;

	for (unsigned long index = first; index <= last; index++) {
		struct history *one;

		if (index < window.first || index > window.last)
			continue;
		one = &histories[index - window.first];
		if (objects.phase != PHASE_WRITE)
			one->count = 0;
		if (one->count == one->room) {
			one->room = one->room ? 2 * one->room : 4;
			one->facts = more_room(one->facts, (size_t)one->room, sizeof(struct fact));
		}
		/* Several within one operation: the last is what it makes, the others are passed through. */
		if (one->count && one->facts[one->count - 1].until == INT_MAX)
			one->facts[one->count - 1].until = -1;
		one->facts[one->count++] =
			(struct fact){ entry, entry ? (int)order : -1,
				       objects.phase == PHASE_WRITE ? operation_began : -1, INT_MAX };
	}
}

void account_begin(void)
{
	operation_began = writer_time();
}

void account_commit(void)
{
	for (unsigned long i = 0; i <= window.last - window.first; i++)
		for (int k = 0; k < histories[i].count; k++)
			if (histories[i].facts[k].until < 0)
				histories[i].facts[k].until = writer_time();
	if (completed_count == MAX_OPERATIONS)
		broken("the writer does too much");
	completed[completed_count++] = writer_time();
}

void account_print(void)
{
	for (unsigned long index = window.first; index <= window.last; index++)
		for (int k = 0; k < histories[index - window.first].count; k++) {
			const struct fact *fact = &histories[index - window.first].facts[k];

			printf("fact\t%lu\t%lu\t%d\t%d\t%d\n", index, (unsigned long)fact->entry,
			       fact->order, fact->from, fact->until == INT_MAX ? -1 : fact->until);
		}
}

int account_settled(int time)
{
	int settled = 0;

	for (int i = 0; i < completed_count && completed[i] <= time; i++)
		settled = completed[i];
	return settled;
}
