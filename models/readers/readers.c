// SPDX-License-Identifier: GPL-2.0-or-later
/* Readers of the plain interface: loads and iterations under the RCU read lock. */
#include "scenario.h"

#include <string.h>

/* What a reader got for an index that it asked about, or found something at. */
void check_entry(unsigned long index, const void *entry, int since)
{
	answered(ASKED_ENTRY, index, (uintptr_t)entry, since);
	if (xa_is_internal(entry))
		finding("load-internal", "index %lu gives the internal entry %s", index,
			value_name((uintptr_t)entry));
	if (!entry && !truth_allows(index, NULL, since))
		finding("load-null", "index %lu gives NULL", index);
	if (!truth_allows(index, entry, since))
		finding(truth_nearby(index, entry) ? "load-other" : "load-foreign",
			"index %lu gives %s", index, value_name((uintptr_t)entry));
}

static void read_load(unsigned long index)
{
	XA_STATE(xas, xa, index);
	int since = reader_since();
	void *entry;

	rcu_read_lock();
	entry = xas_load(&xas);
	rcu_read_unlock();
	if (!xa_is_retry(entry))
		check_entry(index, entry, since);
	else if (reader_alone())
		finding("retry-transient", "index %lu gives retry when no writer is under way", index);
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
	check_entry(index, entry, since);
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
	answered(ASKED_AGAIN, index, (uintptr_t)again, since);
	if (again != entry && reader_alone() && entry)
		finding("reload-truth", "index %lu reloads as %s when nothing changes", index,
			value_name((uintptr_t)again));
	if (again == entry && entry && !truth_allows(index, entry, since))
		finding("reload-truth", "index %lu is said to hold %s still", index,
			value_name((uintptr_t)entry));
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
	answered(ASKED_ORDER, index, (uint64_t)order, since);
	if (entry && order > truth_largest_order(index, since))
		finding("order-bound", "index %lu holds an entry of order %d", index, order);
	if (entry && !truth_allows_order(index, order, since))
		finding("order-true", "index %lu holds an entry of order %d", index, order);
}
#endif

/* `barrier`: the steps are ordered, as by smp_rmb() or by taking references. */
static __attribute__((always_inline)) inline void iterate(unsigned long start, bool marked,
							  bool pausing, bool barrier)
{
	XA_STATE(xas, xa, start);
	struct iteration it;

	iteration_begin(&it, start, marked, pausing);
	rcu_read_lock();
	for (;;) {
		int since = reader_since();
		void *entry = marked ? xas_find_marked(&xas, window_last, MARKED) :
				       xas_find(&xas, window_last);
		unsigned long first, last;

		if (!entry)
			break;
		if (xas_retry(&xas, entry)) {
			reader_retries();
			continue;
		}
		check_entry(xas.xa_index, entry, since);
		truth_range(xas.xa_index, entry, since, &first, &last);
		iteration_found(&it, xas.xa_index, first, last);
		if (pausing) {
			xas_pause(&xas);
			rcu_read_unlock();
			rcu_read_lock();
		}
		if (barrier)
			reader_barrier();
	}
	rcu_read_unlock();
	iteration_end(&it);
}

static void read_find(unsigned long start)
{
	iterate(start, false, false, false);
}

static void read_find_pause(unsigned long start)
{
	iterate(start, false, true, false);
}

static void read_find_ordered(unsigned long start)
{
	iterate(start, false, false, true);
}

static void read_marked(unsigned long start)
{
	iterate(start, true, false, false);
}

static void read_marked_pause(unsigned long start)
{
	iterate(start, true, true, false);
}

static void read_marked_ordered(unsigned long start)
{
	iterate(start, true, false, true);
}

/* xas_next() gives what a slot holds, sibling entries too. */
static void read_next(unsigned long start)
{
	XA_STATE(xas, xa, start);
	unsigned long index = start;
	int since = reader_since();
	void *entry;

	rcu_read_lock();
	for (entry = xas_load(&xas); index <= window_last; entry = xas_next(&xas)) {
		if (xas_retry(&xas, entry)) {
			reader_retries();
			continue;
		}
		if (xas.xa_index != index)
			finding("next-steps", "is at index %lu, not %lu", xas.xa_index, index);
		if (!xa_is_sibling(entry))
			check_entry(index, entry, since);
		index++;
		since = reader_since();
	}
	rcu_read_unlock();
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
		{ "marked", read_marked, false, false },
		{ "marked-pause", read_marked_pause, false, false },
		{ "find-ordered", read_find_ordered, false, true },
		{ "marked-ordered", read_marked_ordered, false, true },
		{ "next", read_next, false, false },
		{ "batch", read_batch, false, true },
		{ "find-lookup", read_find_lookup, false, true },
		{ "marked-lookup", read_marked_lookup, false, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
		if (!strcmp(readers[i].name, name))
			return &readers[i];
	return NULL;
}
