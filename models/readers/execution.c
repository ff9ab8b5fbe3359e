// SPDX-License-Identifier: GPL-2.0-or-later
/* The execution of a reader that runs: the choices that make it what it is, and how it ends. */
#include "explorer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct execution execution;
uint64_t registers[REGISTERS];
const uint64_t *stack_base;
const char *const span_names[] = { "race", "before", "after" };

#define MAX_CHOICES (1 << 17)
static struct {
	int options, pick;
} choices[MAX_CHOICES];
static int depth, choice_count;
static bool replaying, astray;
#define MAX_RETRIES 3

void execution_begin(enum span span, unsigned long parameter)
{
	execution.span = span;
	execution.parameter = parameter;
	execution.loads = execution.retries = execution.faulted = 0;
	execution.in_explorer = astray = false;
	depth = 0;
}

_Noreturn void execution_over(void)
{
	longjmp(execution.over, 1);
}

_Noreturn void execution_prune(void)
{
	execution.pruned++;
	execution_over();
}

/* In the handler: it is told when the handler was left. */
_Noreturn void execution_faults(int signal)
{
	execution.faulted = signal;
	execution_over();
}

bool execution_restarts(void)
{
	return execution.retries++ >= MAX_RETRIES;
}

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

bool choice_is_new(void)
{
	return depth == choice_count;
}

static int made_before(int number)
{
	int made = 0;

	for (int i = 0; i < number; i++)
		made += choices[i].pick > 0;
	return made;
}

int choices_made(void)
{
	return made_before(depth);
}

void choices_reset(void)
{
	choice_count = 0;
	replaying = false;
}

bool choices_advance(int bound)
{
	for (;;) {
		while (choice_count &&
		       choices[choice_count - 1].pick + 1 >= choices[choice_count - 1].options)
			choice_count--;
		if (!choice_count)
			return false;
		if (bound < 0 || choices[choice_count - 1].pick ||
		    made_before(choice_count - 1) < bound)
			break;
		choice_count--;
	}
	choices[choice_count - 1].pick++;
	return true;
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

/* A schedule that is the name of a span with no race has no choices. */
enum span span_of(const char *schedule)
{
	for (enum span span = BEFORE; span <= AFTER; span++)
		if (!strcmp(schedule, span_names[span]))
			return span;
	return RACE;
}

long schedule_read(const char *schedule)
{
	long past = 0;

	memset(choices, 0, sizeof(choices));
	choice_count = MAX_CHOICES;
	replaying = true;
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

bool schedule_followed(long past)
{
	return !astray && depth >= past;
}
