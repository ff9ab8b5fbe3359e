// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All executions of one reader, depth first over its choices.  An execution is run from its start
 * each time.  Where a choice is due, the state is all that the rest depends on: the reader's stack,
 * its registers and its knowledge; one that was met before need not be gone on from.
 */
#include "explorer.h"

#include <limits.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CHOICES (1 << 17)
static struct {
	int options, pick;
} choices[MAX_CHOICES];
static int depth, choice_count;

static jmp_buf over;
static volatile int faulted; /* the signal that ended the execution, or 0 */
volatile bool inside_explorer;
const uint64_t *stack_base;
static bool merging, replaying, astray, bounded;
static enum span span; /* of this execution */
static int retries;
#define MAX_RETRIES 3
static int endless; /* executions that do not end */
#define MAX_ENDLESS 16

uint64_t registers[REGISTERS];
struct totals totals;

int choose(int options)
{
	if (options == 1)
		return 0;
	if (depth == choice_count) {
		if (choice_count == MAX_CHOICES)
			broken("a reader makes too many choices");
		choices[choice_count].options = options;
		choices[choice_count++].pick = 0;
	}
	if (replaying && choices[depth].pick >= options) {
		astray = true;
		execution_over();
	}
	choices[depth].options = options;
	return choices[depth++].pick;
}

_Noreturn void execution_over(void)
{
	longjmp(over, 1);
}

_Noreturn void execution_prune(void)
{
	totals.pruned++;
	longjmp(over, 1);
}

/* In the handler: it is told when the handler was left. */
_Noreturn void reader_faults(int signal)
{
	faulted = signal;
	longjmp(over, 1);
}

void reader_endless(void)
{
	endless++;
}

bool retry_once_more(void)
{
	return retries++ >= MAX_RETRIES;
}

int choices_made(void)
{
	int made = 0;

	for (int i = 0; i < depth; i++)
		made += choices[i].pick > 0;
	return made;
}

/* Asked at each choice before it is made; true only at choices that this execution is first to make. */
bool state_seen(void)
{
	const uint64_t *word = (const uint64_t *)(uintptr_t)registers[REGISTERS - 1];

	if (!merging || depth != choice_count)
		return false;
	state_start();
	state_word((uint64_t)(stack_base - word));
	for (int i = 0; i < REGISTERS - 1; i++)
		state_word(registers[i]);
	for (; word < stack_base; word++)
		state_word(*word);
	state_word((uint64_t)retries);
	/* With a bound, what may still come depends on how much of it is used up. */
	state_word(bounded ? (uint64_t)choices_made() : 0);
	view_state();
	if (!state_met())
		return false;
	totals.merged++;
	return true;
}

/* The reader starts at the beginning of the writer's run, or when one of its critical sections ends. */
static int choose_start(void)
{
	int *times, count = section_ends(&times), pick;

	if (span == BEFORE)
		return 0;
	if (span == AFTER)
		return writer_time();
	pick = choose(count + 1);
	return pick ? times[pick - 1] : 0;
}

static void run_once(reader_function *reader, unsigned long parameter, enum span overlapped)
{
	int loads;

	watch_again();
	depth = retries = faulted = 0;
	astray = inside_explorer = false;
	span = overlapped;
	findings_begin_execution(parameter);
	if (!setjmp(over)) {
		int start = choose_start();

		view_begin(start, span == BEFORE ? 1 : INT_MAX);
		call_reader(reader, parameter);
	}
	inside_explorer = false;
	if (faulted)
		finding_note("reader-wild", "followed what is no pointer (%s)", strsignal(faulted));
	trace(&loads);
	totals.executions++;
	totals.loads += loads;
}

/* The next execution in order; false: that was the last. */
static bool advance(int bound)
{
	for (;;) {
		int made = 0;

		while (choice_count &&
		       choices[choice_count - 1].pick + 1 >= choices[choice_count - 1].options)
			choice_count--;
		if (!choice_count)
			return false;
		for (int i = 0; i < choice_count - 1; i++)
			made += choices[i].pick > 0;
		if (bound < 0 || choices[choice_count - 1].pick || made < bound)
			break;
		choice_count--;
	}
	choices[choice_count - 1].pick++;
	return true;
}

void explore(reader_function *reader, unsigned long parameter, const struct limits *limits)
{
	long left = limits->executions;

	merging = limits->merging.kind != MERGE_NOTHING;
	bounded = limits->bound >= 0;
	states_begin(limits->merging);
	replaying = false;
	endless = 0;
	choice_count = 0;
	phase = PHASE_READ;
	do {
		if (!left-- || endless > MAX_ENDLESS) {
			totals.complete = false;
			break;
		}
		run_once(reader, parameter, limits->span);
	} while (advance(limits->bound));
	phase = PHASE_OFF;
	states_end();
}

void schedule_write(char *text, size_t room)
{
	size_t used = 0;

	text[0] = 0;
	for (int i = 0; i < depth; i++)
		if (choices[i].pick && used < room)
			used += (size_t)snprintf(text + used, room - used, "%s%d:%d", used ? "," : "", i,
						 choices[i].pick);
	if (!used)
		snprintf(text, room, "-");
}

bool reader_before(void)
{
	return span == BEFORE;
}

const char *const span_names[] = { "race", "before", "after" };

/* A schedule that is the name of a span with no race has no choices. */
static enum span span_of(const char *schedule)
{
	for (enum span one = BEFORE; one <= AFTER; one++)
		if (!strcmp(schedule, span_names[one]))
			return one;
	return RACE;
}

/* Sets the choices that a schedule lists; the number after the last one, or -1. */
static long read_schedule(const char *schedule)
{
	long past = 0;

	memset(choices, 0, sizeof(choices));
	if (!strcmp(schedule, "-") || span_of(schedule) != RACE)
		return 0;
	for (;;) {
		char *colon, *end;
		long number = strtol(schedule, &colon, 10), pick;

		if (colon == schedule || *colon != ':' || number < past || number >= MAX_CHOICES)
			return -1;
		pick = strtol(colon + 1, &end, 10);
		if (end == colon + 1 || pick < 1)
			return -1;
		choices[number].pick = (int)pick;
		past = number + 1;
		if (!*end)
			return past;
		if (*end != ',')
			return -1;
		schedule = end + 1;
	}
}

bool replay(reader_function *reader, unsigned long parameter, const char *schedule)
{
	long past = read_schedule(schedule);

	if (past < 0)
		return false;
	choice_count = MAX_CHOICES;
	merging = false;
	replaying = true;
	phase = PHASE_READ;
	run_once(reader, parameter, span_of(schedule));
	phase = PHASE_OFF;
	replaying = false;
	return !astray && depth >= past;
}
