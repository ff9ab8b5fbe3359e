// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The process: shared memory, rounds of cases, and what ends a case early.  Started by
 * models/driver/worker.py with the number of the shared memory's file descriptor; PROTOCOL.md describes the
 * memory and the messages.
 */
#include "driver.h"

#include <linux/slab.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

struct finding {
	uint64_t number; /* of the case */
	uint32_t status, operation;
	char text[FINDING_TEXT];
};

_Static_assert(sizeof(((struct finding *)0)->text) == FINDING_TEXT, "a finding's text");

static struct run *const run = &driver.run;

static void map(size_t size)
{
	if (run->memory)
		munmap(run->memory, run->mapped);
	run->memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, run->descriptor, 0);
	if (run->memory == MAP_FAILED) {
		perror("driver: cannot map the shared memory");
		exit(3);
	}
	run->mapped = size;
	run->control = (struct control *)(void *)run->memory;
}

static uint64_t *words(uint64_t offset)
{
	return (uint64_t *)(void *)(run->memory + offset);
}

/*
 * Comes at every half of the CPU time that a case may take, anywhere: in the code under test, in the
 * driver, in the C library.  So it jumps out of nothing: it tells the worker, and ends the process.
 */
static void tick(int signal)
{
	(void)signal;
	if (count_moved())
		run->ticks = 0;
	if (!run->in_case || ++run->ticks < 3)
		return;
	run->control->hung = 1;
	_exit(0);
}

static void set_timer(uint64_t microseconds)
{
	struct timeval half = { .tv_sec = (time_t)(microseconds / 2 / 1000000),
				.tv_usec = (suseconds_t)(microseconds / 2 % 1000000) };
	const struct itimerval timer = { .it_interval = half, .it_value = half };

	setitimer(ITIMER_PROF, &timer, NULL);
}

static void start_case(void)
{
	struct control *control = run->control;

	arena_reset();
	hooks_reset();
	cursor_forget();
	plain_forget();
	count_forget();
	snapshot_reset();
	log_reset();
	xa_init(&driver.array);
	run->result_next = control->result_used;
	run->log_next = control->log_used;
	control->operation = 0;
	run->end = STATUS_OK;
	run->ticks = 0;
}

static void run_case(uint64_t number)
{
	struct control *control = run->control;
	const uint64_t *ends = words(control->case_ends);
	uint64_t position = number ? ends[number - 1] : 0;

	for (; position < ends[number]; position += sizeof(struct operation)) {
		struct operation operation;

		memcpy(&operation, run->memory + control->input + position, sizeof(operation));
		run_operation(&operation);
		hooks_settle();
		log_flush((unsigned int)control->operation);
		/* Looking at every node after every operation would be slow where there are many. */
		if (arena_used() <= 64)
			arena_check();
		control->result_used = run->result_next;
		control->log_used = run->log_next;
		control->operation++;
	}
	control->operation -= control->operation > 0;
	arena_check();
}

static void add_finding(void)
{
	struct control *control = run->control;
	struct finding *all = (struct finding *)(void *)(run->memory + control->findings);
	struct finding *finding = &all[control->findings_used++];

	finding->number = control->done;
	finding->status = run->end;
	finding->operation = (uint32_t)control->operation;
	memcpy(finding->text, run->finding_text, sizeof(finding->text));
	if (getppid() != run->parent)
		exit(0);
}

static void run_round(void)
{
	struct control *control = run->control;

	driver.log.on = control->logging != 0;
	control->full = 0;
	control->done = control->first;
	while (control->done < control->cases) {
		uint64_t results = control->result_used, log = control->log_used;

		if (control->findings_used == control->finding_capacity) {
			control->full = 1;
			return;
		}
		start_case();
		if (!setjmp(run->ended_early)) {
			control->running = 1;
			run->in_case = 1;
			run_case(control->done);
		}
		run->in_case = 0;
		control->running = 0;
		if (run->end == STATUS_FULL) {
			control->result_used = results;
			control->log_used = log;
			control->full = 1;
			return;
		}
		if (run->end != STATUS_OK)
			add_finding();
		words(control->result_ends)[control->done] = control->result_used;
		words(control->log_ends)[control->done] = control->log_used;
		control->done++;
		if (run->end == STATUS_HANG) {
			/* Each takes long: let the worker decide whether it wants more of them. */
			control->full = 1;
			return;
		}
	}
}

int main(int argc, char **argv)
{
	const struct rlimit no_core = { 0, 0 };
	struct sigaction action = { .sa_handler = tick, .sa_flags = SA_RESTART };
	char message = 'k';

	if (argc != 2) {
		fprintf(stderr, "driver: started by models/driver/worker.py\n");
		return 2;
	}
	run->descriptor = atoi(argv[1]);
	run->parent = getppid();
	signal(SIGINT, SIG_IGN); /* the worker decides */
	setrlimit(RLIMIT_CORE, &no_core);
	sigaction(SIGPROF, &action, NULL);
	map((size_t)PAGE_SIZE);
	run->control->chunk_shift = XA_CHUNK_SHIFT;
	run->control->word_bits = WORD_BITS;
	arena_open();
	log_open();
	/* One byte each way: the driver is ready, a round is asked for, the round is done. */
	while (write(STDOUT_FILENO, &message, 1) == 1 && read(STDIN_FILENO, &message, 1) == 1) {
		if (run->control->size != run->mapped)
			map(run->control->size);
		set_timer(run->control->hang_microseconds);
		run_round();
		set_timer(0);
	}
	return 0;
}
