// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cases of a group: each is made of the group's operations and a start, and run.  What is told is
 * how many cases in a row had the same answer and the same log, and these once.
 */
#include "driver.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct finding {
	uint64_t number; /* of the answer */
	uint32_t status, operation;
	char text[FINDING_TEXT];
};

/* Where the results and the log of a case begin. */
struct place {
	uint64_t results, log;
};

static struct run *const run = &driver.run;

static uint64_t *words(uint64_t offset)
{
	return (uint64_t *)(void *)(run->memory + offset);
}

static struct place now(void)
{
	return (struct place){ run->control->result_used, run->control->log_used };
}

static void go_back(struct place to)
{
	run->control->result_used = to.results;
	run->control->log_used = to.log;
}

static void start_case(void)
{
	struct control *control = run->control;

	forget_case();
	run->result_next = control->result_used;
	run->log_next = control->log_used;
	control->operation = 0;
	run->end = STATUS_OK;
	run->ticks = 0;
}

static void run_operations(const unsigned char *records, uint32_t operations, const struct start *start)
{
	struct control *control = run->control;

	for (uint32_t number = 0; number < operations; number++) {
		struct operation operation;

		memcpy(&operation, records + number * sizeof(operation), sizeof(operation));
		if (operation.flags & (uint32_t)FLAG_INDEX_AT_START)
			operation.index ^= start->offset;
		if (operation.flags & (uint32_t)FLAG_FLAGS_OF_START)
			operation.flags |= (uint32_t)start->flags;
		operation.flags &= ~(uint32_t)(FLAG_INDEX_AT_START | FLAG_FLAGS_OF_START);
		run_numbered(&operation, (unsigned int)control->operation);
		control->result_used = run->result_next;
		control->log_used = run->log_next;
		control->operation++;
	}
	control->operation -= control->operation > 0;
	arena_check();
}

static void run_case(const unsigned char *records, uint32_t operations, const struct start *start)
{
	struct control *control = run->control;

	start_case();
	if (!setjmp(run->ended_early)) {
		control->running = 1;
		run->in_case = 1;
		run_operations(records, operations, start);
	}
	run->in_case = 0;
	control->running = 0;
}

/* Whether a case that began at `second` answered as the one that began at `first` and ended there. */
static bool alike(struct place first, struct place second)
{
	const struct control *control = run->control;
	const unsigned char *results = run->memory + control->results;
	const unsigned char *log = run->memory + control->log;
	uint64_t size = second.results - first.results, log_size = second.log - first.log;

	return control->result_used - second.results == size &&
	       control->log_used - second.log == log_size &&
	       !memcmp(results + first.results, results + second.results, size) &&
	       !memcmp(log + first.log, log + second.log, log_size);
}

static void add_finding(void)
{
	struct control *control = run->control;
	struct finding *all = (struct finding *)(void *)(run->memory + control->findings);
	struct finding *finding = &all[control->findings_used++];

	finding->number = control->answers;
	finding->status = run->end;
	finding->operation = (uint32_t)control->operation;
	memcpy(finding->text, run->finding_text, sizeof(finding->text));
	if (getppid() != run->parent)
		exit(0);
}

/* One more answer, that of the case that ended last. */
static void tell(void)
{
	struct control *control = run->control;

	if (run->end != STATUS_OK)
		add_finding();
	words(control->result_ends)[control->answers] = control->result_used;
	words(control->log_ends)[control->answers] = control->log_used;
	words(control->times)[control->answers] = 1;
	control->answers++;
}

bool run_group(void)
{
	struct control *control = run->control;
	const uint64_t *ends = words(control->group_ends);
	const unsigned char *record =
		run->memory + control->input + (control->done ? ends[control->done - 1] : 0);
	const struct place begin = now();
	const uint64_t answers = control->answers, findings = control->findings_used;
	struct place last = begin;
	bool ended_well = false;
	struct group group;

	memcpy(&group, record, sizeof(group));
	record += sizeof(group);
	for (uint32_t number = 0; number < group.starts; number++) {
		struct place place = now();
		struct start start;

		memcpy(&start, record + (size_t)group.operations * sizeof(struct operation) +
				       number * sizeof(start), sizeof(start));
		run_case(record, group.operations, &start);
		if (run->end == STATUS_FULL ||
		    (run->end != STATUS_OK && control->findings_used == control->finding_capacity)) {
			/* What there is no room for is left for another round, the whole group. */
			go_back(begin);
			control->answers = answers;
			control->findings_used = findings;
			control->full = 1;
			return false;
		}
		if (ended_well && run->end == STATUS_OK && alike(last, place)) {
			words(control->times)[control->answers - 1]++;
			go_back(place);
			continue;
		}
		tell();
		last = place;
		ended_well = run->end == STATUS_OK;
		if (run->end == STATUS_HANG) {
			/* Each takes long: let the worker decide whether it wants more of them. */
			control->done++;
			control->full = 1;
			return false;
		}
	}
	control->done++;
	return true;
}
