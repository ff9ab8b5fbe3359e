// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The process: shared memory, rounds of groups, and the timer.  Started by
 * models/driver/worker.py with the number of the shared memory's file descriptor; PROTOCOL.md describes the
 * memory and the messages.
 */
#include "driver.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

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

static void run_round(void)
{
	struct control *control = run->control;

	driver.log.on = control->logging != 0;
	control->full = 0;
	control->done = control->first;
	while (control->done < control->groups && run_group())
		;
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
