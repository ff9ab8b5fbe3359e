// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How many nodes a split asks for.  Either each request is granted a node of its own, up to a limit;
 * or the same few nodes are handed out again and again, so that no memory bounds the count.  What a
 * cursor then holds is a ring, and nothing that follows it says anything about the code: so it is
 * first found out whether this code asks for the same numbers either way, and then only the requests
 * are counted.
 */
#include "driver.h"

#include <linux/gfp.h>

enum {
	RING = 16,     /* nodes that are lent */
	TRIED = 4096,  /* requests up to which both ways are compared */
	HIGHEST = 63,
};

static struct xa_node *ring[RING];
static jmp_buf enough;
static volatile uint64_t asked; /* of the nodes that are lent */
static uint64_t asked_before;	/* at the timer's last tick */
static uint64_t most;		/* requests that are granted */

void count_forget(void)
{
	requests.repeating = false;
	asked = asked_before = 0;
}

bool count_moved(void)
{
	bool moved = requests.repeating && asked != asked_before;

	asked_before = asked;
	return moved;
}

void count_only(const char *what)
{
	if (requests.repeating)
		fail(STATUS_UNSUPPORTED, "%s nodes while it asks for them", what);
}

void *count_next(void)
{
	if (asked++ == most)
		longjmp(enough, 1);
	return ring[asked % RING];
}

/* Asks with nodes of their own; whether all that was asked for was granted. */
static bool ask(struct xa_state *xas, const struct operation *operation, uint64_t *made)
{
	uint64_t before = requests.made;
	bool granted;

	requests.thin = true;
	requests.limit = operation->argument;
	xas_split_alloc(xas, (void *)(uintptr_t)operation->entry, operation->order, GFP_KERNEL);
	granted = !xas_error(xas);
	*made = requests.made - before;
	return granted;
}

static void give_back(struct xa_state *xas)
{
	xas_destroy(xas);
	requests.limit = UINT64_MAX;
	requests.thin = false;
}

/* Asks with nodes that are lent; whether the code came to an end by itself. */
static bool ask_again(struct xa_state *xas, const struct operation *operation, uint64_t *made)
{
	volatile bool ended = false;

	asked = asked_before = 0;
	most = operation->argument;
	requests.thin = true;
	for (int place = 0; place < RING; place++)
		ring[place] = arena_take();
	if (!setjmp(enough)) {
		requests.repeating = true;
		xas_split_alloc(xas, (void *)(uintptr_t)operation->entry, operation->order,
				GFP_KERNEL);
		ended = true;
	}
	requests.repeating = false;
	*made = asked;
	for (int place = 0; place < RING; place++)
		arena_give_back(arena_find(ring[place]), false);
	requests.thin = false;
	return ended;
}

/* Whether the numbers are the same either way, for splits of few nodes. */
static bool same_either_way(void)
{
	for (unsigned int order = 1; order <= HIGHEST; order++) {
		const struct operation operation = { .order = (uint8_t)order, .argument = TRIED };
		XA_STATE_ORDER(xas, &array, 0UL, 0);
		XA_STATE_ORDER(again, &array, 0UL, 0);
		uint64_t made, made_again;
		bool granted = ask(&xas, &operation, &made);

		give_back(&xas);
		if (!granted && made)
			return true;
		if (ask_again(&again, &operation, &made_again) != true || made != made_again)
			return false;
	}
	return true;
}

static void count_repeating(struct xa_state *xas, const struct operation *operation)
{
	static enum { NOT_KNOWN, SAME, NOT_SAME } either_way;
	uint64_t warnings, made;
	bool ended;

	requests.count_warnings = true;
	if (either_way == NOT_KNOWN)
		either_way = same_either_way() ? SAME : NOT_SAME;
	if (either_way == NOT_SAME)
		fail(STATUS_UNSUPPORTED, "asks for other numbers where nodes come again");
	warnings = requests.warnings;
	ended = ask_again(xas, operation, &made);
	requests.count_warnings = false;
	if (ended)
		result_error(xas);
	else
		result_word((uintptr_t)xa_mk_internal((unsigned long)-ENOMEM));
	result_word(made);
	result_word(requests.warnings - warnings);
}

void count_alloc(const struct operation *operation)
{
	unsigned int order = operation->new_order;
	XA_STATE_ORDER(xas, &array, 0UL, order);
	uint64_t warnings = requests.warnings, made;

	xas_set_update(&xas, update_callback);
	if (operation->flags & FLAG_REPEATING) {
		count_repeating(&xas, operation);
		return;
	}
	requests.count_warnings = true;
	ask(&xas, operation, &made);
	result_error(&xas);
	give_back(&xas);
	requests.count_warnings = false;
	result_word(made);
	result_word(requests.warnings - warnings);
}
