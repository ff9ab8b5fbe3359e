// SPDX-License-Identifier: GPL-2.0-or-later
/* What went wrong, in the execution that shows it in the fewest switches; and an execution step by step. */
#include "explorer.h"

#include <stdio.h>

#define SEARCH_EXECUTIONS 200000

static void print_stores(int *told, int time)
{
	while (*told < time) {
		struct location *place;
		int version;

		store_at(++*told, &place, &version);
		printf("w\t%d\t%s\t%s\t%s\n", *told,
		       place->versions[version].release ? "release" : "plain",
		       location_name(place->address),
		       value_at(place->address, place->versions[version].value, place->size));
	}
}

/* Writer and reader in the order of this execution: the stores that a load brought into view first. */
void print_trace(void)
{
	const struct load *loads = trace();
	int told = 0;

	print_stores(&told, execution.started);
	printf("s\t%d\n", execution.started);
	for (int i = 0; i < execution.loads; i++) {
		const struct load *load = &loads[i];
		int time = load->location ? load->location->versions[load->version].time : 0;

		print_stores(&told, time);
		printf("r\t%d\t%d\t%s\t%s\n", time,
		       load->location ? load->location->count - 1 - load->version : 0,
		       location_name(load->address), value_at(load->address, load->value, load->size));
	}
}

/* With one switch more each time, until the promise breaks: no execution has fewer. */
static void shorten(const struct kind_found *one, reader_function *reader, enum span span)
{
	const struct merging merging = { MERGE_FINGERPRINTS, 64 };
	struct totals before = totals;
	int most = one->switches;

	findings_search(one->promise);
	for (int bound = 0; bound < most && one->switches > bound; bound++)
		explore(reader, one->parameter,
			&(struct limits){ bound, SEARCH_EXECUTIONS, merging, span });
	findings_search(NULL);
	totals = before;
}

void findings_print(reader_function *reader, enum span span)
{
	int count;
	const struct kind_found *found = findings_list(&count);

	for (const struct kind_found *one = found; one < found + count; one++) {
		if (span == RACE)
			shorten(one, reader, span);
		printf("finding\t%s\t%ld\t%lu\t%s\t%d\t%s\n", one->promise, one->count, one->parameter,
		       span == RACE ? one->schedule : span_names[span], one->switches, one->text);
	}
}
