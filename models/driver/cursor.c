// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The case's cursor, which keeps its position from one operation to the next.  Whether that position
 * is still valid is the business of who writes the case.
 */
#include "driver.h"

#include <linux/gfp.h>
#include <linux/rcupdate.h>

static struct xa_state cursor;
static unsigned int cursor_order;
static bool is_set;

void cursor_forget(void)
{
	is_set = false;
}

static void set(const struct operation *operation)
{
	unsigned long index = operation->index;
	unsigned int order = operation->order;
	XA_STATE_ORDER(xas, &array, index, order);

	xas_set_update(&xas, update_callback);
	cursor = xas;
	cursor_order = order;
	is_set = true;
}

/* Where the cursor is, and what is there. */
static void result_position(const void *entry)
{
	result_word(cursor.xa_index);
	result_entry(entry);
}

/* A search that finds nothing leaves the cursor at an index that has no meaning. */
static void result_found(const void *entry)
{
	result_word(entry ? cursor.xa_index : 0);
	result_entry(entry);
}

static void look(const struct operation *operation)
{
	rcu_read_lock();
	switch (operation->code) {
	case OP_CURSOR_LOAD:
		result_position(xas_load(&cursor));
		break;
	case OP_CURSOR_FIND:
		result_found(xas_find(&cursor, operation->argument));
		break;
	case OP_CURSOR_FIND_MARKED:
		result_found(xas_find_marked(&cursor, operation->argument, operation->mark));
		break;
	case OP_CURSOR_NEXT:
		result_position(xas_next(&cursor));
		break;
	case OP_CURSOR_PREV:
		result_position(xas_prev(&cursor));
		break;
	case OP_CURSOR_PAUSE:
		xas_pause(&cursor);
		result_word(cursor.xa_index);
		break;
	default:
		result_word(xas_get_mark(&cursor, operation->mark));
	}
	rcu_read_unlock();
}

static void change_mark(const struct operation *operation)
{
	xas_lock(&cursor);
	if (operation->code == OP_CURSOR_SET_MARK)
		xas_set_mark(&cursor, operation->mark);
	else
		xas_clear_mark(&cursor, operation->mark);
	xas_unlock(&cursor);
}

/* What allocates without the lock, or is to be called once it was dropped. */
static void allocate(const struct operation *operation)
{
	uint64_t before = requests.made, warnings = split_alloc(&cursor, operation);

	result_error(&cursor);
	result_word(requests.made - before);
	result_word(cursor_nodes(&cursor));
	result_word(warnings);
}

static void nomem(void)
{
	result_word(xas_nomem(&cursor, GFP_KERNEL));
	result_word(cursor_nodes(&cursor));
}

static void destroy(void)
{
	result_word(cursor_nodes(&cursor));
	xas_destroy(&cursor);
}

/* What takes nodes from the cursor, under the lock. */
static void change(const struct operation *operation)
{
	uint64_t before = requests.made;

	xas_lock(&cursor);
	if (operation->code == OP_CURSOR_SPLIT_ALONE)
		xas_split(&cursor, entry_of(operation), operation->order);
	else
		xas_create_range(&cursor);
	/* One that succeeds leaves a cursor for single indices. */
	if (operation->code == OP_CURSOR_CREATE_RANGE && !xas_error(&cursor))
		cursor_order = 0;
	xas_unlock(&cursor);
	result_error(&cursor);
	result_word(requests.made - before);
	result_word(cursor_nodes(&cursor));
}

void run_cursor_operation(const struct operation *operation)
{
	if (operation->code == OP_CURSOR_SET) {
		set(operation);
		return;
	}
	if (!is_set)
		fail(STATUS_UNSUPPORTED, "the case's cursor was not set");
	switch (operation->code) {
	case OP_CURSOR_RESET:
		xas_reset(&cursor);
		break;
	case OP_CURSOR_SET_MARK:
	case OP_CURSOR_CLEAR_MARK:
		change_mark(operation);
		break;
	case OP_CURSOR_STORE:
		store_through(&cursor, cursor_order, operation);
		break;
	case OP_CURSOR_SPLIT:
		split_through(&cursor, operation);
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
	case OP_CURSOR_DESTROY:
		destroy();
		break;
	default:
		look(operation);
	}
}
