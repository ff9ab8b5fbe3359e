// SPDX-License-Identifier: GPL-2.0-or-later
/* What went wrong, each kind once, with the execution that shows it in the fewest switches. */
#include "explorer.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define KINDS 16
#define TEXT 160
#define SCHEDULE 512
#define SEARCH_EXECUTIONS 200000

static struct kind_found {
	const char *property;
	long count, counted; /* executions, and the number of the one that was counted last */
	unsigned long parameter;
	int switches, loads;
	char text[TEXT], schedule[SCHEDULE];
} found[KINDS];
static int found_count;
static unsigned long parameter_now;
static const char *searching; /* only this property, and only better executions */

void findings_reset(void)
{
	found_count = 0;
}

long findings_total(void)
{
	long total = 0;

	for (int i = 0; i < found_count; i++)
		total += found[i].count;
	return total;
}

void findings_begin_execution(unsigned long parameter)
{
	parameter_now = parameter;
}

static bool better(const struct kind_found *one, int switches, int loads)
{
	return switches < one->switches || (switches == one->switches && loads < one->loads);
}

unsigned long parameter(void)
{
	return parameter_now;
}

static void note(const char *property, const char *format, va_list arguments)
{
	struct kind_found *one = found;
	int loads, switches = choices_made();

	trace(&loads);
	if (searching && strcmp(property, searching))
		return;
	while (one < found + found_count && strcmp(one->property, property))
		one++;
	if (one == found + KINDS)
		broken("too many kinds of findings");
	if (one == found + found_count) {
		found_count++;
		*one = (struct kind_found){ .property = property, .switches = INT_MAX };
	}
	if (!searching && one->counted != totals.executions + 1)
		one->count++;
	one->counted = totals.executions + 1;
	if (better(one, switches, loads)) {
		one->switches = switches;
		one->loads = loads;
		one->parameter = parameter_now;
		schedule_write(one->schedule, SCHEDULE);
		vsnprintf(one->text, TEXT, format, arguments);
	}
}

void finding_note(const char *property, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	note(property, format, arguments);
	va_end(arguments);
}

_Noreturn void finding(const char *property, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	note(property, format, arguments);
	va_end(arguments);
	execution_over();
}

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
	int count, told = 0;
	const struct load *loads = trace(&count);

	print_stores(&told, reader_started());
	printf("s\t%d\n", reader_started());
	for (int i = 0; i < count; i++) {
		const struct load *load = &loads[i];
		int time = load->location ? load->location->versions[load->version].time : 0;

		print_stores(&told, time);
		printf("r\t%d\t%d\t%s\t%s\n", time,
		       load->location ? load->location->count - 1 - load->version : 0,
		       location_name(load->address), value_at(load->address, load->value, load->size));
	}
}

/* With one switch more each time, until the property fails: no execution has fewer. */
static void shorten(struct kind_found *one, reader_function *reader, enum span span)
{
	const struct merging merging = { MERGE_FINGERPRINTS, 64 };
	struct totals before = totals;
	int most = one->switches;

	searching = one->property;
	for (int bound = 0; bound < most && one->switches > bound; bound++)
		explore(reader, one->parameter,
			&(struct limits){ bound, SEARCH_EXECUTIONS, merging, span });
	searching = NULL;
	totals = before;
}

void findings_print(reader_function *reader, enum span span)
{
	for (struct kind_found *one = found; one < found + found_count; one++) {
		if (span == RACE)
			shorten(one, reader, span);
		printf("finding\t%s\t%ld\t%lu\t%s\t%d\t%s\n", one->property, one->count, one->parameter,
		       span == RACE ? one->schedule : span_names[span], one->switches, one->text);
	}
}
