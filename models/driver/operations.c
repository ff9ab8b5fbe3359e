// SPDX-License-Identifier: GPL-2.0-or-later
/* What each operation does; PROTOCOL.md tables the operations and their results. */
#include "driver.h"

#include <linux/gfp.h>
#include <linux/rcupdate.h>

static void store(const struct operation *operation)
{
	unsigned long index = operation->index;
	unsigned int order = operation->order;
	XA_STATE_ORDER(xas, &driver.array, index, order);

	set_up(&xas, operation);
	store_through(&xas, order, operation);
}

static void split(const struct operation *operation)
{
	unsigned long index = operation->index;
	unsigned int order = operation->new_order;
	XA_STATE_ORDER(xas, &driver.array, index, order);

	set_up(&xas, operation);
	split_through(&xas, operation);
}

#ifdef XASPLIT_HAVE_TRY_SPLIT
static void try_split(const struct operation *operation)
{
	unsigned long index = operation->index;
	unsigned int order = operation->new_order;
	uint64_t before = driver.requests.made, left;
	XA_STATE_ORDER(xas, &driver.array, index, order);

	set_up(&xas, operation);
	do {
		lock(&xas);
		xas_try_split(&xas, entry_of(operation), operation->order);
		unlock(&xas);
		left = cursor_nodes(&xas);
	} while (operation->flags & FLAG_RETRY && xas_nomem(&xas, GFP_KERNEL));
	result_error(&xas);
	result_word(driver.requests.made - before);
	result_word(left);
	xas_destroy(&xas);
}

static void try_split_min_order(const struct operation *operation)
{
	result_word(xas_try_split_min_order(operation->order));
}
#else
static void try_split(const struct operation *operation)
{
	(void)operation;
	fail(STATUS_UNSUPPORTED, "this XArray has no xas_try_split");
}

static void try_split_min_order(const struct operation *operation)
{
	try_split(operation);
}
#endif

static void find(const struct operation *operation)
{
	const bool marked = operation->code == OP_FIND_MARKED;
	const unsigned long last = last_of(operation);
	unsigned long index = operation->index;
	/* No iteration ends if it finds more entries than there are slots. */
	uint64_t most = (uint64_t)arena_live() * XA_CHUNK_SIZE + 1, found = 0;
	uint64_t *count = (uint64_t *)(void *)result_room(sizeof(*count));
	XA_STATE(xas, &driver.array, index);

	rcu_read_lock();
	for (;;) {
		void *entry = marked ? xas_find_marked(&xas, last, operation->mark)
				     : xas_find(&xas, last);

		if (!entry)
			break;
		if (found++ == most)
			fail(STATUS_HANG, "an iteration found more entries than there are slots");
		result_word(xas.xa_index);
		result_entry(entry);
		if (operation->flags & FLAG_PAUSE)
			xas_pause(&xas);
	}
	rcu_read_unlock();
	*count = found;
}

static void step(const struct operation *operation)
{
	unsigned long index = operation->index;
	XA_STATE(xas, &driver.array, index);
	void *entry;

	rcu_read_lock();
	entry = xas_load(&xas);
	result_entry(entry);
	for (uint64_t steps = operation->argument; steps; steps--) {
		entry = operation->code == OP_NEXT ? xas_next(&xas) : xas_prev(&xas);
		result_word(xas.xa_index);
		result_entry(entry);
	}
	rcu_read_unlock();
}

static void check(const struct operation *operation)
{
	if (operation->order >= WORD_BITS || operation->new_order >= WORD_BITS)
		fail(STATUS_UNSUPPORTED, "an order above %d", WORD_BITS - 1);
	if (operation->index > ULONG_MAX)
		fail(STATUS_UNSUPPORTED, "an index of more than %d bits", WORD_BITS);
	if (operation->entry > UINTPTR_MAX)
		fail(STATUS_UNSUPPORTED, "an entry of more than %d bits", WORD_BITS);
	if (!IS_ENABLED(CONFIG_XARRAY_MULTI) && (operation->order || operation->new_order) &&
	    operation->code != OP_EXTRACT && operation->code != OP_EXTRACT_MARKED)
		fail(STATUS_UNSUPPORTED, "an entry of several indices, without CONFIG_XARRAY_MULTI");
	if (operation->mark >= XA_MAX_MARKS)
		fail(STATUS_UNSUPPORTED, "a mark above 2");
}

static void run_operation(const struct operation *operation)
{
	check(operation);
	driver.requests.given = GFP_KERNEL;
	switch (operation->code) {
	case OP_STORE:
		store(operation);
		break;
	case OP_SPLIT:
		split(operation);
		break;
	case OP_TRY_SPLIT:
		try_split(operation);
		break;
	case OP_TRY_SPLIT_MIN_ORDER:
		try_split_min_order(operation);
		break;
	case OP_SET_MARK:
		turn_off();
		xa_set_mark(&driver.array, operation->index, operation->mark);
		turn_on();
		break;
	case OP_CLEAR_MARK:
		turn_off();
		xa_clear_mark(&driver.array, operation->index, operation->mark);
		turn_on();
		break;
	case OP_GET_MARK:
		result_word(xa_get_mark(&driver.array, operation->index, operation->mark));
		break;
	case OP_LOAD:
		result_entry(xa_load(&driver.array, operation->index));
		break;
	case OP_GET_ORDER:
		result_word((uint64_t)xa_get_order(&driver.array, operation->index));
		break;
	case OP_FIND:
	case OP_FIND_MARKED:
		find(operation);
		break;
	case OP_NEXT:
	case OP_PREV:
		step(operation);
		break;
	case OP_DESTROY:
		lru_drain();
		turn_off();
		xa_destroy(&driver.array);
		turn_on();
		break;
	case OP_FAIL:
		driver.requests.fail_at = operation->argument;
		driver.requests.fail_which = operation->flags;
		break;
	case OP_SNAPSHOT:
		write_snapshot();
		break;
	case OP_COUNT_ALLOC:
		count_alloc(operation);
		break;
	case OP_INIT:
		init_array(operation->flags >> FLAG_ARRAY_SHIFT);
		break;
	default:
		if (operation->code >= OP_CURSOR_SET && operation->code <= OP_CURSOR_LAST) {
			run_cursor_operation(operation);
			break;
		}
		if (operation->code > OP_CURSOR_LAST && operation->code <= OP_LAST) {
			run_plain_operation(operation);
			break;
		}
		fail(STATUS_UNSUPPORTED, "unknown operation %u", operation->code);
	}
}

void forget_case(void)
{
	arena_reset();
	hooks_reset();
	cursor_forget();
	plain_forget();
	count_forget();
	snapshot_reset();
	log_reset();
	xa_init(&driver.array);
}

void run_numbered(const struct operation *operation, unsigned int number)
{
	run_operation(operation);
	hooks_settle();
	log_flush(number);
	/* Looking at every node after every operation would be slow where there are many. */
	if (arena_used() <= 64)
		arena_check();
}
