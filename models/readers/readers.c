// SPDX-License-Identifier: GPL-2.0-or-later
/* Readers of the plain interface: loads and iterations under the RCU read lock. */
#include "scenario.h"

#include <string.h>

static void read_load(unsigned long index)
{
	XA_STATE(xas, xa, index);
	int since = reader_since();
	void *entry;

	rcu_read_lock();
	entry = xas_load(&xas);
	rcu_read_unlock();
	if (xa_is_retry(entry))
		observe_retry(index);
	else
		observe_entry(index, entry, since);
}

static void read_load_retry(unsigned long index)
{
	XA_STATE(xas, xa, index);
	int since = reader_since();
	void *entry;

	rcu_read_lock();
	while (xas_retry(&xas, entry = xas_load(&xas)))
		reader_retries();
	rcu_read_unlock();
	observe_entry(index, entry, since);
}

/* A barrier between load and reload, as taking a reference is one: the reload is about a later moment. */
static void read_reload(unsigned long index)
{
	XA_STATE(xas, xa, index);
	void *entry, *again;
	int since;

	rcu_read_lock();
	entry = xas_load(&xas);
	reader_barrier();
	since = reader_since();
	again = entry && !xa_is_retry(entry) ? xas_reload(&xas) : NULL;
	rcu_read_unlock();
	if (entry)
		observe_reload(index, entry, again, since);
}

#ifdef XASPLIT_HAVE_GET_ORDER
static void read_get_order(unsigned long index)
{
	XA_STATE(xas, xa, index);
	int since = reader_since(), order = 0;
	void *entry;

	rcu_read_lock();
	while (xas_retry(&xas, entry = xas_load(&xas)))
		reader_retries();
	if (entry)
		order = xas_get_order(&xas);
	rcu_read_unlock();
	if (entry)
		observe_order(index, order, since);
}
#endif

struct walk {
	struct iteration it;
	bool pausing;
	bool barrier; /* the steps are ordered, as by smp_rmb() or by taking references */
	int since;
};

static __attribute__((always_inline)) inline void visit(struct walk *walk, struct xa_state *xas,
							const void *entry)
{
	if (xas_retry(xas, entry)) {
		reader_retries();
		walk->since = reader_since();
		return;
	}
	iteration_found(&walk->it, xas->xa_index,
			observe_entry(xas->xa_index, entry, walk->since));
	if (walk->pausing) {
		xas_pause(xas);
		rcu_read_unlock();
		rcu_read_lock();
	}
	if (walk->barrier)
		reader_barrier();
	walk->since = reader_since();
}

static __attribute__((always_inline)) inline void iterate(unsigned long start, enum steps steps,
							  bool pausing, bool barrier)
{
	struct walk walk = { .pausing = pausing, .barrier = barrier, .since = reader_since() };
	XA_STATE(xas, xa, start);
	void *entry;

	iteration_begin(&walk.it, start, steps >= FIND_MARKED, pausing);
	rcu_read_lock();
	switch (steps) {
	case FIND:
		while ((entry = xas_find(&xas, window.last)))
			visit(&walk, &xas, entry);
		break;
	case FOR_EACH:
		xas_for_each(&xas, entry, window.last)
			visit(&walk, &xas, entry);
		break;
	case FIND_MARKED:
		while ((entry = xas_find_marked(&xas, window.last, MARKED)))
			visit(&walk, &xas, entry);
		break;
	case FOR_EACH_MARKED:
		xas_for_each_marked(&xas, entry, window.last, MARKED)
			visit(&walk, &xas, entry);
		break;
	}
	rcu_read_unlock();
	iteration_end(&walk.it);
}

static void read_find(unsigned long start)
{
	iterate(start, FIND, false, false);
}

static void read_find_pause(unsigned long start)
{
	iterate(start, FIND, true, false);
}

static void read_find_ordered(unsigned long start)
{
	iterate(start, FIND, false, true);
}

static void read_for_each(unsigned long start)
{
	iterate(start, FOR_EACH, false, false);
}

static void read_for_each_ordered(unsigned long start)
{
	iterate(start, FOR_EACH, false, true);
}

static void read_marked(unsigned long start)
{
	iterate(start, FIND_MARKED, false, false);
}

static void read_marked_pause(unsigned long start)
{
	iterate(start, FIND_MARKED, true, false);
}

static void read_marked_ordered(unsigned long start)
{
	iterate(start, FIND_MARKED, false, true);
}

static void read_for_each_marked(unsigned long start)
{
	iterate(start, FOR_EACH_MARKED, false, false);
}

static void read_for_each_marked_ordered(unsigned long start)
{
	iterate(start, FOR_EACH_MARKED, false, true);
}

/* xas_next() and xas_prev() give what a slot holds, sibling entries too. */
static __attribute__((always_inline)) inline void step_on(unsigned long start, bool down)
{
	const unsigned long end = down ? window.first : window.last;
	XA_STATE(xas, xa, start);
	unsigned long index = start;
	int since = reader_since();
	void *entry;

	rcu_read_lock();
	for (entry = xas_load(&xas);; entry = down ? xas_prev(&xas) : xas_next(&xas)) {
		if (xas_retry(&xas, entry)) {
			reader_retries();
			continue;
		}
		observe_step(index, xas.xa_index);
		if (!xa_is_sibling(entry))
			observe_entry(index, entry, since);
		if (index == end)
			break;
		index += down ? -1UL : 1UL;
		since = reader_since();
	}
	rcu_read_unlock();
}

static void read_next(unsigned long start)
{
	step_on(start, false);
}

static void read_prev(unsigned long start)
{
	step_on(start, true);
}

const struct reader *reader_find(const char *name)
{
	static const struct reader readers[] = {
		{ "load", read_load, true, false },
		{ "load-retry", read_load_retry, true, false },
		{ "reload", read_reload, true, true },
#ifdef XASPLIT_HAVE_GET_ORDER
		{ "get-order", read_get_order, true, false },
#endif
		{ "lookup", read_lookup, true, true },
		{ "lookup-by-offset", read_lookup_by_offset, true, true },
		{ "find", read_find, false, false },
		{ "find-pause", read_find_pause, false, false },
		{ "for-each", read_for_each, false, false },
		{ "marked", read_marked, false, false },
		{ "marked-pause", read_marked_pause, false, false },
		{ "for-each-marked", read_for_each_marked, false, false },
		{ "find-ordered", read_find_ordered, false, true },
		{ "for-each-ordered", read_for_each_ordered, false, true },
		{ "marked-ordered", read_marked_ordered, false, true },
		{ "for-each-marked-ordered", read_for_each_marked_ordered, false, true },
		{ "next", read_next, false, false },
		{ "prev", read_prev, false, false },
		{ "batch", read_batch, false, true },
		{ "find-lookup", read_find_lookup, false, true },
		{ "for-each-lookup", read_for_each_lookup, false, true },
		{ "marked-lookup", read_marked_lookup, false, true },
		{ "for-each-marked-lookup", read_for_each_marked_lookup, false, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
		if (!strcmp(readers[i].name, name))
			return &readers[i];
	return NULL;
}
