// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What each index of the window holds, and when: written down by the scenario as it calls the
 * XArray, independently of what the XArray does.  A fact may be seen from the moment when the
 * operation that makes it begins, and until the one that ends it is complete.
 */
#include "explorer.h"

#include <limits.h>
#include <stdio.h>

static struct history {
	struct fact *facts;
	int count, room;
} histories[WINDOW];
unsigned long window_first, window_last;
int facts_end;
static int operation_began;

void truth_reset(unsigned long first, unsigned long last)
{
	if (last - first >= WINDOW)
		broken("a window of %lu indices", last - first + 1);
	window_first = first;
	window_last = last;
	operation_began = 0;
	for (unsigned long i = 0; i <= last - first; i++)
		histories[i].count = 0;
	for (unsigned long i = first; i <= last; i++)
		truth_set(i, 0, NULL, 0);
}

static struct history *history_of(unsigned long index)
{
	static struct history outside;

	if (index < window_first || index > window_last)
		return &outside;
	return &histories[index - window_first];
}

void truth_set(unsigned long first, unsigned int order, const void *entry, unsigned int marks)
{
	unsigned long last = first + (1UL << order) - 1;

	for (unsigned long index = first; index <= last; index++) {
		struct history *one = history_of(index);

		if (index < window_first || index > window_last)
			continue;
		if (phase != PHASE_WRITE)
			one->count = 0;
		if (one->count == one->room) {
			one->room = one->room ? 2 * one->room : 4;
			one->facts = more_room(one->facts, (size_t)one->room, sizeof(struct fact));
		}
		/* Several within one operation: the last is what it makes, the others are passed through. */
		if (one->count && one->facts[one->count - 1].until == INT_MAX)
			one->facts[one->count - 1].until = -1;
		one->facts[one->count++] =
			(struct fact){ entry, entry ? (int)order : -1, marks,
				       phase == PHASE_WRITE ? operation_began : -1, INT_MAX };
	}
}

void truth_begin(void)
{
	operation_began = writer_time();
}

void truth_commit(void)
{
	for (unsigned long i = 0; i <= window_last - window_first; i++)
		for (int k = 0; k < histories[i].count; k++)
			if (histories[i].facts[k].until < 0)
				histories[i].facts[k].until = writer_time();
}

/* The facts about an index that one may see who knows what happened up to `since`. */
#define FOR_EACH_FACT(fact, index, since) \
	for (struct fact *fact = history_of(index)->facts, \
			 *end_ = fact + history_of(index)->count; \
	     fact < end_; fact++) \
		if (fact->until > (since) && fact->from < facts_end)

void facts_print(void)
{
	for (unsigned long index = window_first; index <= window_last; index++)
		for (int k = 0; k < history_of(index)->count; k++) {
			const struct fact *fact = &history_of(index)->facts[k];

			printf("fact\t%lu\t%lu\t%d\t%d\t%d\n", index, (unsigned long)fact->entry,
			       fact->order, fact->from, fact->until == INT_MAX ? -1 : fact->until);
		}
}

bool truth_allows(unsigned long index, const void *entry, int since)
{
	unsigned long first, last;

	return !entry ? !truth_always_present(index, since) :
			truth_range(index, entry, since, &first, &last);
}

bool truth_range(unsigned long index, const void *entry, int since, unsigned long *first,
		 unsigned long *last)
{
	bool found = false;

	FOR_EACH_FACT(fact, index, since)
		if (fact->entry == entry) {
			/* Of several the largest: pieces that are the old entry still cannot be told from it. */
			if (found && *last - *first >= (1UL << fact->order))
				continue;
			*first = index >> fact->order << fact->order;
			*last = *first + (1UL << fact->order) - 1;
			found = true;
		}
	return found;
}

bool truth_allows_order(unsigned long index, int order, int since)
{
	FOR_EACH_FACT(fact, index, since)
		if (fact->order == order)
			return true;
	return false;
}

int truth_largest_order(unsigned long index, int since)
{
	int largest = -1;

	FOR_EACH_FACT(fact, index, since)
		if (fact->order > largest)
			largest = fact->order;
	return largest;
}

bool truth_always_present(unsigned long index, int since)
{
	FOR_EACH_FACT(fact, index, since)
		if (!fact->entry)
			return false;
	return true;
}

bool truth_always_marked(unsigned long index, int mark, int since)
{
	FOR_EACH_FACT(fact, index, since)
		if (!fact->entry || !(fact->marks >> mark & 1))
			return false;
	return true;
}

bool truth_changes(unsigned long index)
{
	return history_of(index)->count > 1;
}

static unsigned long fact_first(const struct fact *fact, unsigned long index)
{
	return fact->entry ? index >> fact->order << fact->order : index;
}

static unsigned long fact_last(const struct fact *fact, unsigned long index)
{
	return fact_first(fact, index) + (fact->entry ? (1UL << fact->order) - 1 : 0);
}

bool truth_merges(unsigned long index, unsigned long place, int since)
{
	int smallest = INT_MAX;

	FOR_EACH_FACT(fact, index, since) {
		if (fact->order > smallest && fact_first(fact, index) < place)
			return true;
		if (fact->entry && fact->order < smallest)
			smallest = fact->order;
	}
	return false;
}

bool truth_inside(unsigned long index, unsigned long place, int since)
{
	FOR_EACH_FACT(fact, index, since)
		if (fact_first(fact, index) < place && place <= fact_last(fact, index))
			return true;
	return false;
}

bool truth_within(unsigned long place, unsigned long first, unsigned long last, int since)
{
	FOR_EACH_FACT(fact, place, since)
		if (fact_first(fact, place) <= first && last <= fact_last(fact, place))
			return true;
	return false;
}

static bool ever_held(unsigned long index, const void *entry)
{
	FOR_EACH_FACT(fact, index, INT_MIN)
		if (fact->entry == entry)
			return true;
	return false;
}

bool truth_nearby(unsigned long index, const void *entry)
{
	FOR_EACH_FACT(fact, index, INT_MIN)
		for (unsigned long other = fact_first(fact, index);
		     fact->entry && other <= fact_last(fact, index); other++)
			if (ever_held(other, entry))
				return true;
	return false;
}
