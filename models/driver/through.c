// SPDX-License-Identifier: GPL-2.0-or-later
/* What operations share: the array's lock as its users take it, cursors, and how results are written. */
#include "driver.h"

#include <linux/gfp.h>

void lock(struct xa_state *xas)
{
	switch (array_flags() & (ARRAY_LOCK_IRQ | ARRAY_LOCK_BH)) {
	case ARRAY_LOCK_IRQ:
		xas_lock_irq(xas);
		break;
	case ARRAY_LOCK_BH:
		xas_lock_bh(xas);
		break;
	default:
		xas_lock(xas);
	}
}

void unlock(struct xa_state *xas)
{
	switch (array_flags() & (ARRAY_LOCK_IRQ | ARRAY_LOCK_BH)) {
	case ARRAY_LOCK_IRQ:
		xas_unlock_irq(xas);
		break;
	case ARRAY_LOCK_BH:
		xas_unlock_bh(xas);
		break;
	default:
		xas_unlock(xas);
	}
}

void turn_off(void)
{
	driver.hooks.irqs_off = array_flags() & ARRAY_LOCK_IRQ;
	driver.hooks.bhs_off = array_flags() & ARRAY_LOCK_BH;
}

void turn_on(void)
{
	driver.hooks.irqs_off = driver.hooks.bhs_off = false;
}

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

gfp_t gfp_of(const struct operation *operation)
{
	return operation->flags & FLAG_NONBLOCKING ? GFP_NOWAIT : GFP_KERNEL;
}

uint64_t split_alloc(struct xa_state *xas, const struct operation *operation)
{
	gfp_t gfp = gfp_of(operation);
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
