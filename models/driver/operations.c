// SPDX-License-Identifier: GPL-2.0-or-later
/* What each operation does; PROTOCOL.md tables the operations and their results. */
#include "driver.h"

#include <linux/gfp.h>
#include <linux/rcupdate.h>

/* How a result names an entry: which node a pointer leads to has no meaning for a caller. */
void result_entry(const void *entry)
{
	result_word(entry_is_node(entry) ? mk_node_word(0) : entry_word(entry));
}

void result_error(const struct xa_state *xas)
{
	int error = xas_error(xas);

	result_word(error ? error_word(error) : 0);
}

void *entry_of(const struct operation *operation)
{
	return (void *)(uintptr_t)operation->entry;
}

unsigned long last_of(const struct operation *operation)
{
	return operation->argument < ULONG_MAX ? (unsigned long)operation->argument : ULONG_MAX;
}

/* The nodes on a cursor; a list that is broken is a finding. */
uint64_t cursor_nodes(const struct xa_state *xas)
{
	uint64_t nodes = 0;

	for (const struct xa_node *node = xas->xa_alloc; node; node = node->parent) {
		long number = arena_find(node);

		if (number < 0 || arena_notes((size_t)number)->state != NODE_LIVE ||
		    nodes++ > arena_live())
			fail(STATUS_BAD_FREE, "the cursor's list of nodes is broken");
	}
	return nodes;
}

void set_up(struct xa_state *xas, const struct operation *operation)
{
	xas_set_update(xas, update_callback);
#ifdef XASPLIT_HAVE_LRU
	if (operation->flags & FLAG_LRU)
		xas_set_lru(xas, &driver.shadows);
#else
	if (operation->flags & FLAG_LRU)
		fail(STATUS_UNSUPPORTED, "this XArray has no xas_set_lru");
#endif
}

void store_through(struct xa_state *xas, unsigned int order, const struct operation *operation)
{
	void *old;

	do {
		lock(xas);
		old = xas_store(xas, entry_of(operation));
		/* As __xa_store() does: what is stored is no longer free. */
		if (tracks_free() && operation->entry)
			xas_clear_mark(xas, XA_MARK_0);
		unlock(xas);
	} while (xas_nomem(xas, GFP_KERNEL));
	if (xas_error(xas) || order)
		result_error(xas);
	else
		result_entry(old);
}

static void store(const struct operation *operation)
{
	unsigned long index = operation->index;
	unsigned int order = operation->order;
	XA_STATE_ORDER(xas, &driver.array, index, order);

	set_up(&xas, operation);
	store_through(&xas, order, operation);
}

uint64_t split_alloc(struct xa_state *xas, const struct operation *operation)
{
	gfp_t gfp = operation->flags & FLAG_NONBLOCKING ? GFP_NOWAIT : GFP_KERNEL;
	uint64_t warnings = driver.requests.warnings;

	driver.requests.given = gfp;
	driver.requests.count_warnings = true;
	xas_split_alloc(xas, entry_of(operation), operation->order, gfp);
	driver.requests.count_warnings = false;
	return driver.requests.warnings - warnings;
}

void split_through(struct xa_state *xas, const struct operation *operation)
{
	uint64_t before = driver.requests.made, allocated, prepared;
	uint64_t warnings = split_alloc(xas, operation);

	allocated = driver.requests.made;
	prepared = cursor_nodes(xas);
	if (!xas_error(xas)) {
		lock(xas);
		xas_split(xas, entry_of(operation), operation->order);
		unlock(xas);
	}
	result_error(xas);
	result_word(allocated - before);
	result_word(prepared);
	result_word(driver.requests.made - allocated);
	result_word(cursor_nodes(xas));
	result_word(warnings);
	xas_destroy(xas);
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
	uint64_t before = driver.requests.made;
	XA_STATE_ORDER(xas, &driver.array, index, order);

	set_up(&xas, operation);
	lock(&xas);
	xas_try_split(&xas, entry_of(operation), operation->order);
	unlock(&xas);
	result_error(&xas);
	result_word(driver.requests.made - before);
	result_word(cursor_nodes(&xas));
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

void run_operation(const struct operation *operation)
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
