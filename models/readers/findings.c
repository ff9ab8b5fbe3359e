// SPDX-License-Identifier: GPL-2.0-or-later
/* What went wrong, each kind once, with the execution that shows it in the fewest switches so far. */
#include "explorer.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define KINDS 16

static struct kind_found found[KINDS];
static int found_count;
static const char *searching; /* only this promise, and only better executions */

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

const struct kind_found *findings_list(int *count)
{
	*count = found_count;
	return found;
}

void findings_search(const char *promise)
{
	searching = promise;
}

static bool better(const struct kind_found *one, int switches, int loads)
{
	return switches < one->switches || (switches == one->switches && loads < one->loads);
}

static void note(const char *promise, const char *format, va_list arguments)
{
	struct kind_found *one = found;
	int switches = choices_made();

	if (searching && strcmp(promise, searching))
		return;
	while (one < found + found_count && strcmp(one->promise, promise))
		one++;
	if (one == found + KINDS)
		broken("too many kinds of findings");
	if (one == found + found_count) {
		found_count++;
		*one = (struct kind_found){ .switches = INT_MAX, .counted = -1 };
		snprintf(one->promise, PROMISE, "%s", promise);
	}
	if (!searching)
		one->count += one->counted != execution.number;
	one->counted = execution.number;
	if (better(one, switches, execution.loads)) {
		one->switches = switches;
		one->loads = execution.loads;
		one->parameter = execution.parameter;
		schedule_write(one->schedule, SCHEDULE);
		vsnprintf(one->text, TEXT, format, arguments);
	}
}

void finding_note(const char *promise, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	note(promise, format, arguments);
	va_end(arguments);
}

_Noreturn void finding(const char *promise, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	note(promise, format, arguments);
	va_end(arguments);
	execution_over();
}
