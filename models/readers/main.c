// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads cases, one a line, and answers each: PROTOCOL.md. */
#include "scenario.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LINE 2048

/* CPU time: a writer's run takes microseconds, an execution of a reader hundreds of them at most. */
#define WRITER_MICROSECONDS 150000
#define READER_MICROSECONDS 1000000

/* Of a large range, an iteration starts at these places only: the ends, and about the pieces' borders. */
#define SMALL_WINDOW 96

static bool worth_starting_at(unsigned long index)
{
	unsigned long offset = index - scenario.base, slot;

	if (window.last - window.first < SMALL_WINDOW || index < scenario.base ||
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
	objects_reset();
	memory_reset();
	judge_forget();
	account_reset(scenario.base ? scenario.base - 1 : 0, scenario.base ? last + 1 : last);
	xa = object_new(KIND_ARRAY, sizeof(*xa));
	xa_init(xa);
	watch(WRITER_MICROSECONDS, "writer", "", 0);
	writer->prepare();
	writer_begin();
	done = writer->run();
	writer_end();
	watch_end();
	return done;
}

static void run_span(const struct reader *reader, const struct limits *limits, bool *failing)
{
	double began = seconds();
	long starts = 0, seen;
	uint64_t digest;

	totals = (struct totals){ .complete = true };
	findings_reset();
	races_begin();
	judge_begin();
	for (unsigned long index = window.first; index <= window.last; index++) {
		long found = findings_total();

		if (failing[index - window.first] || (!reader->single && !worth_starting_at(index)))
			continue;
		watch(READER_MICROSECONDS, "reader", reader->name, index);
		explore(reader->run, index, limits);
		starts++;
		if (limits->span != RACE && findings_total() > found)
			failing[index - window.first] = true;
	}
	printf("result\t%s\t%s\t%ld\t%ld\t%ld\t%ld\t%ld\t%ld\t%d\t%.6f", reader->name,
	       span_names[limits->span], starts, totals.executions, totals.merged, totals.pruned,
	       totals.loads, totals.states.count, totals.complete, seconds() - began);
	seen = judge_count(&digest);
	printf("\t%.6e\t%ld\t%ld\t%016lx\n", totals.states.chance, totals.states.collisions, seen,
	       (unsigned long)digest);
	races_print();
	findings_print(reader->run, limits->span);
	watch_end();
}

/* What fails with no race is told as such, and a reader that starts there is not raced. */
static void run_reader(const struct reader *reader, int bound, long executions,
		       struct merging merging)
{
	static bool failing[WINDOW];

	memset(failing, 0, sizeof(failing));
	execution.ordered = reader->ordered;
	run_span(reader, &(struct limits){ -1, executions, merging, BEFORE }, failing);
	run_span(reader, &(struct limits){ -1, executions, merging, AFTER }, failing);
	run_span(reader, &(struct limits){ bound, executions, merging, RACE }, failing);
	fflush(stdout);
}

static void run_readers(char *names, int bound, long executions, struct merging merging)
{
	for (char *name = strtok(names, ","); name; name = strtok(NULL, ",")) {
		const struct reader *reader = reader_find(name);

		if (!reader) {
			printf("missing\t%s\n", name);
			continue;
		}
		run_reader(reader, bound, executions, merging);
	}
}

static void run_replay(const char *name, unsigned long parameter, const char *schedule)
{
	const struct reader *reader = reader_find(name);

	findings_reset();
	races_begin();
	execution.ordered = reader && reader->ordered;
	watch(READER_MICROSECONDS, "reader", name, parameter);
	if (!reader || !replay(reader->run, parameter, schedule))
		printf("missing\t%s\n", name);
	watch_end();
	print_trace();
	races_print();
	findings_print(reader ? reader->run : NULL, AFTER);
}

/* Names of what merging may be told apart by, in the order of its kinds. */
static struct merging merging_of(const char *name, unsigned int bits)
{
	static const char *const names[] = { "nothing", "fingerprints", "checked" };

	for (int kind = MERGE_NOTHING; kind <= MERGE_CHECKED; kind++)
		if (!strcmp(name, names[kind]) && bits >= 1 && bits <= 64)
			return (struct merging){ kind, bits };
	broken("no merging by %s of %u bits", name, bits);
}

/* The rest of a line whose writer has run. */
static void run_asked(const char *asked)
{
	char readers[1024], schedule[512], merged[16];
	unsigned long start;
	unsigned int bits;
	long executions;
	int bound;

	if (sscanf(asked, " run %d %ld %15s %u %1023s", &bound, &executions, merged, &bits,
		   readers) == 5) {
		account_print();
		run_readers(readers, bound, executions, merging_of(merged, bits));
	} else if (sscanf(asked, " replay %1023s %lu %511s", readers, &start, schedule) == 3) {
		account_print();
		run_replay(readers, start, schedule);
	}
}

int main(void)
{
	static char line[LINE], output[1 << 20];

	/* Rows are whole when the explorer ends early: nothing is written before it is flushed. */
	setvbuf(stdout, output, _IOFBF, sizeof(output));
	watch_open();
	while (fgets(line, sizeof(line), stdin)) {
		char writer[64], mode[8];
		int used = 0;

		if (!strcmp(line, "litmus\n")) {
			run_litmus();
		} else if (sscanf(line, "%63s %u %u %lu %lu %7s%n", writer, &scenario.order,
				  &scenario.new_order, &scenario.base, &scenario.at, mode,
				  &used) == 6) {
			execution.sequential = !strcmp(mode, "sc");
			if (prepare(writer)) {
				printf("stores\t%d\n", writer_time());
				run_asked(line + used);
			} else {
				printf("unsupported\n");
			}
		} else {
			broken("not a case: %s", line);
		}
		printf("done\n");
		fflush(stdout);
	}
	return 0;
}
