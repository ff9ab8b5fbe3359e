// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Data races, as the kernel's memory model has them: two accesses of one place, one of them a store, one of
 * them plain, and nothing that orders them.  A reader stores nothing, so one is its load and the other a
 * store of the writer.  What orders the two is what the reader knows: stores before a release through whose
 * pointer it came, or before a barrier that it passed; not that it happened to see the store's value.
 * Each pair of places in the code is kept once, with the execution that shows it in the fewest switches.
 */
#include "explorer.h"

#include <stdio.h>

#define PAIRS 512

static struct pair {
	struct access load, store;
	unsigned long parameter;
	int switches;
	char location[32], schedule[SCHEDULE];
} pairs[PAIRS];
static int pair_count;

void races_begin(void)
{
	pair_count = 0;
}

static void keep(const struct location *location, struct access load, struct access store)
{
	struct pair *pair = pairs;
	int switches = choices_made();

	while (pair < pairs + pair_count &&
	       (pair->load.place != load.place || pair->store.place != store.place))
		pair++;
	if (pair == pairs + PAIRS)
		broken("too many places that race");
	if (pair < pairs + pair_count && pair->switches <= switches)
		return;
	pair_count += pair == pairs + pair_count;
	*pair = (struct pair){ load, store, execution.parameter, switches, "", "" };
	snprintf(pair->location, sizeof(pair->location), "%s", location_name(location->address));
	schedule_write(pair->schedule, SCHEDULE);
}

void races_see(const struct location *location, struct access by, int known, int end)
{
	for (int i = location->count - 1; i > 0; i--) {
		const struct version *version = &location->versions[i];

		if (version->time <= known)
			break;
		if (version->time < end && (by.plain || version->by.plain))
			keep(location, by, version->by);
	}
}

static const char *kind_of(struct access access)
{
	return access.plain ? "plain" : "marked";
}

void races_print(void)
{
	for (const struct pair *pair = pairs; pair < pairs + pair_count; pair++)
		printf("data-race\t%s\t%#lx\t%s\t%#lx\t%s\t%lu\t%s\t%d\n", kind_of(pair->load),
		       pair->load.place, kind_of(pair->store), pair->store.place, pair->location,
		       pair->parameter, pair->schedule, pair->switches);
}
