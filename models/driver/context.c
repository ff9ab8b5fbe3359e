// SPDX-License-Identifier: GPL-2.0-or-later
/* The driver's state, the end of a case that goes wrong, and the room for what a case answers. */
#include "driver.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct driver driver;

static struct run *const run = &driver.run;

void fail(enum status status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(run->finding_text, sizeof(run->finding_text), format, arguments);
	va_end(arguments);
	if (!run->in_case) {
		fprintf(stderr, "driver: %s\n", run->finding_text);
		exit(3);
	}
	run->end = status;
	longjmp(run->ended_early, 1);
}

static unsigned char *room(size_t bytes, uint64_t *next, uint64_t capacity, const char *of)
{
	uint64_t start = *next;

	if (bytes > capacity - start)
		fail(STATUS_FULL, "%s", of);
	*next += bytes;
	return run->memory + start;
}

unsigned char *result_room(size_t bytes)
{
	return room(bytes, &run->result_next, run->control->result_capacity, "results") +
	       run->control->results;
}

unsigned char *log_room(size_t bytes)
{
	return room(bytes, &run->log_next, run->control->log_capacity, "log") + run->control->log;
}

void result_word(uint64_t word)
{
	memcpy(result_room(sizeof(word)), &word, sizeof(word));
}
