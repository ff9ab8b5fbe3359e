// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A plain loop over cases: what running them and comparing their answers costs with nothing around it.
 * Linked with the driver's objects in place of its main.c and groups.c.
 *
 *	splits FILE SECONDS
 *
 * FILE holds groups: how many cases, the bytes of each and those of the answer that all must give (three
 * words of 32 bits), the answer, the cases.  Logs must be that of the group's first case.  All groups are
 * run again and again for so many seconds of CPU time; then come the cases run and the seconds taken.
 */
#include "driver.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 64 << 20 };

struct group_head {
	uint32_t cases, case_bytes, answer_bytes;
};

static struct run *const run = &driver.run;
static unsigned char *first_log;
static uint64_t first_log_bytes;

static _Noreturn void stop(const char *why)
{
	fprintf(stderr, "splits: %s\n", why);
	exit(3);
}

static void make_room(void)
{
	run->mapped = PAGE_SIZE + 2 * (size_t)ROOM;
	run->memory = reserve(run->mapped);
	first_log = reserve(ROOM);
	if (!run->memory || !first_log)
		stop("no memory");
	run->control = (struct control *)(void *)run->memory;
	run->control->results = PAGE_SIZE;
	run->control->log = PAGE_SIZE + ROOM;
	run->control->result_capacity = run->control->log_capacity = ROOM;
	driver.log.on = true;
}

static void run_case(const unsigned char *records, uint32_t bytes)
{
	forget_case();
	run->result_next = run->log_next = 0;
	for (uint32_t at = 0; at < bytes; at += sizeof(struct operation)) {
		struct operation operation;

		memcpy(&operation, records + at, sizeof(operation));
		run_numbered(&operation, at / sizeof(operation));
	}
	arena_check();
}

/* Runs a group; returns what comes after it. */
static const unsigned char *run_cases(const unsigned char *place, uint64_t *cases)
{
	const unsigned char *log = run->memory + run->control->log, *answer;
	struct group_head head;

	memcpy(&head, place, sizeof(head));
	answer = place + sizeof(head);
	place = answer + head.answer_bytes;
	for (uint32_t number = 0; number < head.cases; number++, place += head.case_bytes) {
		run_case(place, head.case_bytes);
		if (run->result_next != head.answer_bytes ||
		    memcmp(run->memory + run->control->results, answer, head.answer_bytes))
			stop("a case gives another answer than the model");
		if (!number) {
			first_log_bytes = run->log_next;
			memcpy(first_log, log, first_log_bytes);
		} else if (run->log_next != first_log_bytes || memcmp(log, first_log, first_log_bytes)) {
			stop("a case has another log than the first of its group");
		}
	}
	*cases += head.cases;
	return place;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	static unsigned char *groups;
	static uint64_t cases;
	static double began, wanted;
	struct stat status;
	int file = argc == 3 ? open(argv[1], O_RDONLY) : -1;

	if (file < 0 || fstat(file, &status))
		stop("usage: splits FILE SECONDS");
	wanted = strtod(argv[2], NULL);
	groups = malloc((size_t)status.st_size);
	if (!groups || read(file, groups, (size_t)status.st_size) != status.st_size)
		stop("cannot read the cases");
	arena_open();
	log_open();
	make_room();
	if (setjmp(run->ended_early))
		stop(run->finding_text);
	run->in_case = 1;
	began = seconds();
	do {
		const unsigned char *end = groups + status.st_size;

		for (const unsigned char *place = groups; place < end;)
			place = run_cases(place, &cases);
	} while (seconds() - began < wanted);
	printf("%llu %.6f\n", (unsigned long long)cases, seconds() - began);
	return 0;
}
