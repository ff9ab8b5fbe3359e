// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All executions of one reader, depth first over its choices.  An execution is run from its start
 * each time.  Where a choice is due, the state is all that the rest depends on: the reader's stack,
 * its registers and its knowledge; one that was met before need not be gone on from (view.c).
 */
#include "explorer.h"

#include <limits.h>
#include <string.h>

#define MAX_ENDLESS 16

struct totals totals;

/* The reader starts at the beginning of the writer's run, or when one of its critical sections ends. */
static int choose_start(void)
{
	const int *times;
	int count = section_ends(&times), pick;

	if (execution.span == BEFORE)
		return 0;
	if (execution.span == AFTER)
		return writer_time();
	pick = choose(count + 1);
	return pick ? times[pick - 1] : 0;
}

static void run_once(reader_function *reader, unsigned long parameter, enum span span)
{
	watch_again();
	execution_begin(span, parameter);
	execution.number = totals.executions;
	if (!setjmp(execution.over)) {
		execution.started = choose_start();
		view_begin(span == BEFORE ? 1 : INT_MAX);
		call_reader(reader, parameter);
	}
	execution.in_explorer = false;
	if (execution.faulted)
		finding_note("reader-wild", "followed what is no pointer (%s)",
			     strsignal(execution.faulted));
	totals.executions++;
	totals.loads += execution.loads;
}

static void add_states(struct states some)
{
	totals.states.count += some.count;
	totals.states.collisions += some.collisions;
	totals.states.chance += some.chance;
}

void explore(reader_function *reader, unsigned long parameter, const struct limits *limits)
{
	long left = limits->executions;

	execution.merging = limits->merging.kind != MERGE_NOTHING;
	execution.bounded = limits->bound >= 0;
	execution.merged = execution.pruned = 0;
	execution.endless = 0;
	states_begin(limits->merging);
	choices_reset();
	objects.phase = PHASE_READ;
	do {
		if (!left-- || execution.endless > MAX_ENDLESS) {
			totals.complete = false;
			break;
		}
		run_once(reader, parameter, limits->span);
	} while (choices_advance(limits->bound));
	objects.phase = PHASE_OFF;
	totals.merged += execution.merged;
	totals.pruned += execution.pruned;
	add_states(states_end());
}

bool replay(reader_function *reader, unsigned long parameter, const char *schedule)
{
	long past = schedule_read(schedule);

	if (past < 0)
		return false;
	execution.merging = false;
	objects.phase = PHASE_READ;
	run_once(reader, parameter, span_of(schedule));
	objects.phase = PHASE_OFF;
	return schedule_followed(past);
}
