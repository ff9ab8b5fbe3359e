// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Code that does not come to an end, or faults.  A loop that loads or stores what readers can reach is
 * seen elsewhere; any other is seen here, by the CPU time that it takes.
 *
 * A signal may come anywhere, also in the explorer or in the C library, where something may be held:
 * nothing is jumped out of, but for the reader under test at an access of its own that faults.
 */
#include "explorer.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { TICKS = 3, STATUS_ENDED = 3 };

static char row[160];
static volatile sig_atomic_t row_length;
static volatile sig_atomic_t watching, ticks;

/* What was printed before is flushed, and the explorer ends. */
_Noreturn static void end_with(const char *text, size_t length)
{
	while (length) {
		ssize_t written = write(STDOUT_FILENO, text, length);

		if (written <= 0)
			break;
		text += written;
		length -= (size_t)written;
	}
	_exit(STATUS_ENDED);
}

static void tick(int signal)
{
	(void)signal;
	if (watching && ++ticks >= TICKS)
		end_with(row, (size_t)row_length);
}

static void fault(int number)
{
	const char *text = number == SIGSEGV ? "crash\tSegmentation fault\n" :
			   number == SIGBUS  ? "crash\tBus error\n" :
					       "crash\tFloating point exception\n";

	if (objects.phase == PHASE_READ && !execution.in_explorer)
		execution_faults(number);
	end_with(text, strlen(text));
}

void watch_open(void)
{
	static char stack[1 << 16]; /* a reader may have used up its own */
	const stack_t other = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_handler = fault, .sa_flags = SA_NODEFER | SA_ONSTACK };

	sigaltstack(&other, NULL);
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGFPE, &action, NULL);
	action.sa_handler = tick;
	action.sa_flags = SA_RESTART;
	sigaction(SIGPROF, &action, NULL);
}

static void set_timer(long microseconds)
{
	const struct timeval part = { .tv_sec = microseconds / TICKS / 1000000,
				      .tv_usec = microseconds / TICKS % 1000000 };
	const struct itimerval timer = { .it_interval = part, .it_value = part };

	setitimer(ITIMER_PROF, &timer, NULL);
}

void watch(long microseconds, const char *who, const char *name, unsigned long start)
{
	watching = 0;
	fflush(stdout); /* whatever is told after this is told by the handler */
	row_length = snprintf(row, sizeof(row), "hang\t%s\t%s\t%lu\n", who, name, start);
	set_timer(microseconds);
	ticks = 0;
	watching = 1;
}

void watch_again(void)
{
	ticks = 0;
}

void watch_end(void)
{
	watching = 0;
	set_timer(0);
}
