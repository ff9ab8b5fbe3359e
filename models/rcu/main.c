// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads cases, one a line, and answers each: PROTOCOL.md. */
#include "scenario.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LINE 1024

/* Of a large range, an iteration starts at these places only: the ends, and about the pieces' borders. */
#define SMALL_WINDOW 96

static bool worth_starting_at(unsigned long index)
{
	unsigned long offset = index - scenario.base, slot;

	if (window_last - window_first < SMALL_WINDOW || index < scenario.base ||
	    offset >= (1UL << scenario.order) - 1)
		return true;
	slot = 1UL << (scenario.order - scenario.order % XA_CHUNK_SHIFT);
	return offset <= 1 || index == scenario.at || offset == slot || offset == slot - 1;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Builds the array and lets the writer run; false: the code under test does not offer it. */
static bool prepare(const char *writer_name)
{
	const struct writer *writer = writer_find(writer_name);
	unsigned long last = scenario.base + (1UL << scenario.order) - 1;
	bool done;

	if (!writer)
		broken("no writer %s", writer_name);
	memory_reset();
	truth_reset(scenario.base ? scenario.base - 1 : 0, scenario.base ? last + 1 : last);
	xa = object_new(KIND_ARRAY, sizeof(*xa));
	xa_init(xa);
	writer->prepare();
	writer_begin();
	done = writer->run();
	writer_end();
	return done;
}

static void run_span(const struct reader *reader, const struct limits *limits, bool *failing)
{
	double began = seconds();
	long starts = 0;

	totals = (struct totals){ .complete = true };
	findings_reset();
	for (unsigned long index = window_first; index <= window_last; index++) {
		long found = findings_total();

		if (failing[index - window_first] || (!reader->single && !worth_starting_at(index)))
			continue;
		explore(reader->run, index, limits);
		starts++;
		if (limits->span != RACE && findings_total() > found)
			failing[index - window_first] = true;
	}
	printf("result\t%s\t%s\t%ld\t%ld\t%ld\t%ld\t%ld\t%ld\t%d\t%.6f\n", reader->name,
	       span_names[limits->span], starts, totals.executions, totals.merged, totals.pruned,
	       totals.loads, totals.states, totals.complete, seconds() - began);
	findings_print(reader->run, limits->span);
}

/* What fails with no race is told as such, and a reader that starts there is not raced. */
static void run_reader(const struct reader *reader, int bound, long executions)
{
	static bool failing[WINDOW];

	memset(failing, 0, sizeof(failing));
	ordered_readers = reader->ordered;
	run_span(reader, &(struct limits){ -1, executions, true, BEFORE }, failing);
	run_span(reader, &(struct limits){ -1, executions, true, AFTER }, failing);
	run_span(reader, &(struct limits){ bound, executions, true, RACE }, failing);
}

static void run_readers(char *names, int bound, long executions)
{
	for (char *name = strtok(names, ","); name; name = strtok(NULL, ",")) {
		const struct reader *reader = reader_find(name);

		if (!reader) {
			printf("missing\t%s\n", name);
			continue;
		}
		run_reader(reader, bound, executions);
	}
}

static void run_replay(const char *name, unsigned long parameter, const char *schedule)
{
	const struct reader *reader = reader_find(name);

	findings_reset();
	ordered_readers = reader && reader->ordered;
	if (!reader || !replay(reader->run, parameter, schedule))
		printf("missing\t%s\n", name);
	print_trace();
	findings_print(reader ? reader->run : NULL, AFTER);
}

int main(void)
{
	static char line[LINE];

	while (fgets(line, sizeof(line), stdin)) {
		char writer[64], mode[8], readers[256], schedule[512];
		unsigned long parameter;
		long executions;
		int bound, used = 0;

		if (!strcmp(line, "litmus\n")) {
			run_litmus();
		} else if (sscanf(line, "%63s %u %u %lu %lu %7s%n", writer, &scenario.order,
				  &scenario.new_order, &scenario.base, &scenario.at, mode,
				  &used) == 6) {
			sequential = !strcmp(mode, "sc");
			if (!prepare(writer))
				printf("unsupported\n");
			else if (sscanf(line + used, " run %d %ld %255s", &bound, &executions,
					readers) == 3)
				run_readers(readers, bound, executions);
			else if (sscanf(line + used, " replay %255s %lu %511s", readers, &parameter,
					schedule) == 3)
				run_replay(readers, parameter, schedule);
			printf("stores\t%d\n", writer_time());
		} else {
			broken("not a case: %s", line);
		}
		printf("done\n");
		fflush(stdout);
	}
	return 0;
}
