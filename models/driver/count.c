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
	TRIED = 4096, /* requests up to which both ways are compared */
	HIGHEST = WORD_BITS - 1,
};

static struct count *const count = &driver.count;

/* Asks with nodes of their own; whether all that was asked for was granted. */
static bool ask(struct xa_state *xas, const struct operation *operation, uint64_t *made)
{
	uint64_t before = driver.requests.made;
	bool granted;

	driver.requests.thin = true;
	driver.requests.limit = operation->argument;
	xas_split_alloc(xas, (void *)(uintptr_t)operation->entry, operation->order, GFP_KERNEL);
	granted = !xas_error(xas);
	*made = driver.requests.made - before;
	return granted;
}

static void give_back(struct xa_state *xas)
{
	xas_destroy(xas);
	driver.requests.limit = UINT64_MAX;
	driver.requests.thin = false;
}

/* Asks with nodes that are lent; whether the code came to an end by itself. */
static bool ask_again(struct xa_state *xas, const struct operation *operation, uint64_t *made)
{
	volatile bool ended = false;

	count->asked = count->asked_before = 0;
	count->most = operation->argument;
	driver.requests.thin = true;
	for (int place = 0; place < RING; place++)
		count->ring[place] = arena_take();
	if (!setjmp(count->enough)) {
		driver.requests.repeating = true;
		xas_split_alloc(xas, (void *)(uintptr_t)operation->entry, operation->order,
				GFP_KERNEL);
		ended = true;
	}
	driver.requests.repeating = false;
	*made = count->asked;
	for (int place = 0; place < RING; place++)
		arena_give_back(arena_find(count->ring[place]), false);
	driver.requests.thin = false;
	return ended;
}

/* Whether the numbers are the same either way, for splits of few nodes. */
static bool same_either_way(void)
{
	for (unsigned int order = 1; order <= HIGHEST; order++) {
		const struct operation operation = { .order = (uint8_t)order, .argument = TRIED };
		XA_STATE_ORDER(xas, &driver.array, 0UL, 0);
		XA_STATE_ORDER(again, &driver.array, 0UL, 0);
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
	uint64_t warnings, made;
	bool ended;

	driver.requests.count_warnings = true;
	if (count->either_way == NOT_KNOWN)
		count->either_way = same_either_way() ? SAME : NOT_SAME;
	if (count->either_way == NOT_SAME)
		fail(STATUS_UNSUPPORTED, "asks for other numbers where nodes come again");
	warnings = driver.requests.warnings;
	ended = ask_again(xas, operation, &made);
	driver.requests.count_warnings = false;
	if (ended)
		result_error(xas);
	else
		result_word(error_word(-ENOMEM));
	result_word(made);
	result_word(driver.requests.warnings - warnings);
}

void count_alloc(const struct operation *operation)
{
	unsigned int order = operation->new_order;
	XA_STATE_ORDER(xas, &driver.array, 0UL, order);
	uint64_t warnings = driver.requests.warnings, made;

	set_up(&xas, operation);
	if (operation->flags & FLAG_REPEATING) {
		count_repeating(&xas, operation);
		return;
	}
	driver.requests.count_warnings = true;
	ask(&xas, operation, &made);
	result_error(&xas);
	give_back(&xas);
	driver.requests.count_warnings = false;
	result_word(made);
	result_word(driver.requests.warnings - warnings);
}
