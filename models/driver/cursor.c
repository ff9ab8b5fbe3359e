// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The case's cursor, which keeps its position from one operation to the next.  Whether that position
 * is still valid is the business of who writes the case.
 */
#include "driver.h"

#include <linux/gfp.h>
#include <linux/rcupdate.h>

static struct kept_cursor *const kept = &driver.cursor;

void cursor_forget(void)
{
	kept->is_set = false;
}

static void set(const struct operation *operation)
{
	unsigned long index = operation->index;
	unsigned int order = operation->order;
	XA_STATE_ORDER(xas, &driver.array, index, order);

	set_up(&xas, operation);
	kept->xas = xas;
	kept->order = order;
	kept->is_set = true;
}

/* Where the cursor is, and what is there. */
static void result_position(const void *entry)
{
	result_word(kept->xas.xa_index);
	result_entry(entry);
}

/* A search that finds nothing leaves the cursor at an index that has no meaning. */
static void result_found(const void *entry)
{
	result_word(entry ? kept->xas.xa_index : 0);
	result_entry(entry);
}

static void look(const struct operation *operation)
{
	rcu_read_lock();
	switch (operation->code) {
	case OP_CURSOR_LOAD:
		result_position(xas_load(&kept->xas));
		break;
	case OP_CURSOR_FIND:
		result_found(xas_find(&kept->xas, last_of(operation)));
		break;
	case OP_CURSOR_FIND_MARKED:
		result_found(xas_find_marked(&kept->xas, last_of(operation), operation->mark));
		break;
	case OP_CURSOR_NEXT:
		result_position(xas_next(&kept->xas));
		break;
	case OP_CURSOR_PREV:
		result_position(xas_prev(&kept->xas));
		break;
	case OP_CURSOR_PAUSE:
		xas_pause(&kept->xas);
		result_word(kept->xas.xa_index);
		break;
	default:
		result_word(xas_get_mark(&kept->xas, operation->mark));
	}
	rcu_read_unlock();
}

static void change_mark(const struct operation *operation)
{
	lock(&kept->xas);
	if (operation->code == OP_CURSOR_SET_MARK)
		xas_set_mark(&kept->xas, operation->mark);
	else
		xas_clear_mark(&kept->xas, operation->mark);
	unlock(&kept->xas);
}

/* What allocates without the lock, or is to be called once it was dropped. */
static void allocate(const struct operation *operation)
{
	uint64_t before = driver.requests.made, warnings = split_alloc(&kept->xas, operation);

	result_error(&kept->xas);
	result_word(driver.requests.made - before);
	result_word(cursor_nodes(&kept->xas));
	result_word(warnings);
}

static void nomem(void)
{
	result_word(xas_nomem(&kept->xas, GFP_KERNEL));
	result_word(cursor_nodes(&kept->xas));
}

static void destroy(void)
{
	result_word(cursor_nodes(&kept->xas));
	xas_destroy(&kept->xas);
}

/* All that is in the way of an entry of the cursor's order. */
static void find_conflict(void)
{
	uint64_t most = (uint64_t)arena_live() * XA_CHUNK_SIZE + 1, found = 0;
	uint64_t *count = (uint64_t *)(void *)result_room(sizeof(*count));
	void *conflict;

	lock(&kept->xas);
	xas_for_each_conflict(&kept->xas, conflict) {
		if (found++ == most)
			fail(STATUS_HANG, "a walk found more conflicts than there are slots");
		result_entry(conflict);
	}
	*count = found;
	unlock(&kept->xas);
}

/* What takes nodes from the cursor, under the lock. */
static void change(const struct operation *operation)
{
	uint64_t before = driver.requests.made;

	lock(&kept->xas);
	if (operation->code == OP_CURSOR_SPLIT_ALONE)
		xas_split(&kept->xas, entry_of(operation), operation->order);
	else
		xas_create_range(&kept->xas);
	/* One that succeeds leaves a cursor for single indices. */
	if (operation->code == OP_CURSOR_CREATE_RANGE && !xas_error(&kept->xas))
		kept->order = 0;
	unlock(&kept->xas);
	result_error(&kept->xas);
	result_word(driver.requests.made - before);
	result_word(cursor_nodes(&kept->xas));
}

void run_cursor_operation(const struct operation *operation)
{
	if (operation->code == OP_CURSOR_SET) {
		set(operation);
		return;
	}
	if (!kept->is_set)
		fail(STATUS_UNSUPPORTED, "the case's cursor was not set");
	switch (operation->code) {
	case OP_CURSOR_RESET:
		xas_reset(&kept->xas);
		break;
	case OP_CURSOR_SET_MARK:
	case OP_CURSOR_CLEAR_MARK:
		change_mark(operation);
		break;
	case OP_CURSOR_STORE:
		store_through(&kept->xas, kept->order, operation);
		break;
	case OP_CURSOR_SPLIT:
		split_through(&kept->xas, operation);
		break;
	case OP_CURSOR_SPLIT_ALLOC:
		allocate(operation);
		break;
	case OP_CURSOR_SPLIT_ALONE:
	case OP_CURSOR_CREATE_RANGE:
		change(operation);
		break;
	case OP_CURSOR_NOMEM:
		nomem();
		break;
	case OP_CURSOR_FIND_CONFLICT:
		find_conflict();
		break;
	case OP_CURSOR_DESTROY:
		destroy();
		break;
	default:
		look(operation);
	}
}
