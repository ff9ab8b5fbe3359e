// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which parts of a kernel's own test run, how long each takes, and, where functions tell that they
 * are entered (XASPLIT_REACH), which functions each comes by.
 *
 * XASPLIT_PARTS has a 0 for each part that is left out; XASPLIT_CPU are the milliseconds of CPU time
 * after which the program is ended by SIGPROF.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

enum { MOST = 4096 };

bool xasplit_chosen(void);

static unsigned int part;
static struct timespec began;

static long since(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	long spent = (now.tv_sec - began.tv_sec) * 1000000 + (now.tv_nsec - began.tv_nsec) / 1000;
	began = now;
	return spent;
}

#ifdef XASPLIT_REACH
#define UNSEEN __attribute__((no_instrument_function))
void __cyg_profile_func_enter(void *function, void *caller) UNSEEN;
void __cyg_profile_func_exit(void *function, void *caller) UNSEEN;

static void *entered[MOST];

void __cyg_profile_func_enter(void *function, void *caller)
{
	size_t place = ((size_t)function >> 2) % MOST;

	(void)caller;
	if (!part)
		return;
	while (entered[place] && entered[place] != function)
		place = (place + 1) % MOST;
	entered[place] = function;
}

void __cyg_profile_func_exit(void *function, void *caller)
{
	(void)function;
	(void)caller;
}

static void tell_entered(void)
{
	for (size_t place = 0; place < MOST; place++)
		if (entered[place])
			printf("ENTERED %u %p\n", part - 1, entered[place]);
	memset(entered, 0, sizeof(entered));
}
#else
static void tell_entered(void)
{
}
#endif

static void end_part(void)
{
	if (!part)
		return;
	printf("SPENT %u %ld\n", part - 1, since());
	tell_entered();
}

bool xasplit_chosen(void)
{
	const char *chosen = getenv("XASPLIT_PARTS");

	end_part();
	since();
	part++;
	return !chosen || part > strlen(chosen) || chosen[part - 1] != '0';
}

static void __attribute__((constructor)) begin(void)
{
	const char *most = getenv("XASPLIT_CPU");
	struct itimerval limit = { 0 };

	atexit(end_part);
	if (!most)
		return;
	limit.it_value.tv_sec = atol(most) / 1000;
	limit.it_value.tv_usec = atol(most) % 1000 * 1000;
	setitimer(ITIMER_PROF, &limit, NULL);
}
