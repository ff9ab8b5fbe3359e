// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How much stack a split writes to, below the frame of its caller: it runs on a stack of its own that
 * was filled with a pattern.
 */
#include "measure.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { BYTES = 1 << 18, PATTERN = 0x5a };

void (*const measure_update)(struct xa_node *node) = NULL;

static unsigned char *stack;
static bool painting;
static ucontext_t caller, callee;
static size_t most;

/* The call that runs on that stack, and how many bytes from its low end it left alone. */
static struct {
	void (*function)(struct xa_state *xas, void *entry, unsigned int order);
	struct xa_state *xas;
	void *entry;
	unsigned int order;
	size_t untouched;
} call;

static noinline void do_nothing(struct xa_state *xas, void *entry, unsigned int order)
{
	__asm__ volatile("" ::"r"(xas), "r"(entry), "r"(order) : "memory");
}

/* Looks before it calls anything else. */
static void run(void)
{
	size_t bytes = 0;

	call.function(call.xas, call.entry, call.order);
	while (bytes < BYTES && stack[bytes] == PATTERN)
		bytes++;
	call.untouched = bytes;
}

static size_t untouched(void)
{
	memset(stack, PATTERN, BYTES);
	getcontext(&callee);
	callee.uc_stack.ss_sp = stack;
	callee.uc_stack.ss_size = BYTES;
	callee.uc_link = &caller;
	makecontext(&callee, run, 0);
	swapcontext(&caller, &callee);
	return call.untouched;
}

void measure_open(bool paint)
{
	painting = paint;
	stack = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (stack == MAP_FAILED)
		give_up("no memory for a stack");
}

void measure_reset(void)
{
	most = 0;
}

/* What comes before it is a call that comes back here, where a profiler sees its end. */
static void returned(void)
{
	__asm__ volatile("" ::: "memory");
}

void measure_alloc(struct xa_state *xas, void *entry, unsigned int order)
{
	xas_split_alloc(xas, entry, order, GFP_KERNEL);
	returned();
}

void measure_split(struct xa_state *xas, void *entry, unsigned int order)
{
	size_t caller_frame;

	if (!painting) {
		xas_split(xas, entry, order);
		returned();
		return;
	}
	call.xas = xas;
	call.entry = entry;
	call.order = order;
	call.function = do_nothing;
	/* A function that does nothing leaves its return address. */
	caller_frame = untouched() + sizeof(void *);
	call.function = xas_split;
	if (caller_frame - untouched() > most)
		most = caller_frame - call.untouched;
}

void measure_try_split(struct xa_state *xas, void *entry, unsigned int order)
{
	xas_try_split(xas, entry, order);
}

void measure_print(void)
{
	if (painting)
		printf(", \"stack\": %zu", most);
}
