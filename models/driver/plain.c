// SPDX-License-Identifier: GPL-2.0-or-later
/* The functions that take an array and no cursor; PROTOCOL.md tells what they answer. */
#include "driver.h"

#include <linux/gfp.h>

/* There is room for 2 to the power of this many entries at most. */
enum { EXTRACT_ORDER = 6 };

static xa_mark_t filter_of(const struct operation *operation)
{
	bool marked = operation->code == OP_FIND_AFTER_MARKED || operation->code == OP_EXTRACT_MARKED;

	return marked ? operation->mark : XA_PRESENT;
}

static void find_after(const struct operation *operation)
{
	unsigned long index = operation->index;
	void *entry = xa_find_after(&driver.array, &index, last_of(operation), filter_of(operation));

	result_word(entry ? index : 0);
	result_entry(entry);
}

static void extract(const struct operation *operation)
{
	void *found[(1 << EXTRACT_ORDER) + 1];
	unsigned int room = 1U << min(operation->order, EXTRACT_ORDER), got;

	found[room] = found;
	got = xa_extract(&driver.array, found, operation->index, last_of(operation), room,
			 filter_of(operation));
	if (got > room || found[room] != found)
		fail(STATUS_OVERRUN, "an extract wrote more entries than there is room for");
	result_word(got);
	for (unsigned int i = 0; i < got; i++)
		result_entry(found[i]);
}

static void result_errno(int error)
{
	result_word(error ? error_word(error) : 0);
}

#ifdef CONFIG_XARRAY_MULTI
static int store_range(const struct operation *operation)
{
	return xa_err(xa_store_range(&driver.array, operation->index, operation->argument,
				     entry_of(operation), GFP_KERNEL));
}
#else
static int store_range(const struct operation *operation)
{
	(void)operation;
	fail(STATUS_UNSUPPORTED, "this XArray has no xa_store_range: it is one without CONFIG_XARRAY_MULTI");
}
#endif

void plain_forget(void)
{
	driver.next = 0;
}

/* What stores at the lowest free index of a range, or at the next one after that which was found last. */
static void allocate(const struct operation *operation)
{
	const bool cyclic = operation->code == OP_ALLOC_CYCLIC;
	const struct xa_limit limit = { .min = (u32)operation->index, .max = (u32)operation->argument };
	const gfp_t gfp = gfp_of(operation);
	XA_STATE(xas, &driver.array, 0);
	u32 id = 0;
	int result;

	if (operation->index > U32_MAX || operation->argument > U32_MAX)
		fail(STATUS_UNSUPPORTED, "a range of indices above those that an allocation can find");
	driver.requests.given = gfp;
	/* What it answers in an array that does not track free indices comes with a warning. */
	driver.requests.count_warnings = !tracks_free();
	lock(&xas);
	if (cyclic)
		result = __xa_alloc_cyclic(xas.xa, &id, entry_of(operation), limit, &driver.next, gfp);
	else
		result = __xa_alloc(xas.xa, &id, entry_of(operation), limit, gfp);
	unlock(&xas);
	driver.requests.count_warnings = false;
	result_word(result < 0 ? error_word(result) : (uint64_t)result);
	result_word(result < 0 ? 0 : id);
	if (cyclic)
		result_word(driver.next);
}

/*
 * What stores.  No callback is told of it, as with arrays that have none: the nodes that the array has
 * afterwards are listed by the owner.
 */
static void change(const struct operation *operation)
{
	const unsigned long index = operation->index;
	struct xarray *xa = &driver.array;
	void *entry = entry_of(operation);

	lru_drain();
	switch (operation->code) {
	case OP_INSERT:
		result_errno(xa_insert(xa, index, entry, GFP_KERNEL));
		break;
	case OP_CMPXCHG:
		result_entry(xa_cmpxchg(xa, index, (void *)(uintptr_t)operation->argument, entry,
					GFP_KERNEL));
		break;
	case OP_RESERVE:
		result_errno(xa_reserve(xa, index, GFP_KERNEL));
		break;
	case OP_RELEASE:
		xa_release(xa, index);
		break;
	case OP_ALLOC:
	case OP_ALLOC_CYCLIC:
		allocate(operation);
		break;
	default:
		result_errno(store_range(operation));
	}
	lru_fill();
}

void run_plain_operation(const struct operation *operation)
{
	switch (operation->code) {
	case OP_FIND_AFTER:
	case OP_FIND_AFTER_MARKED:
		find_after(operation);
		break;
	case OP_EXTRACT:
	case OP_EXTRACT_MARKED:
		extract(operation);
		break;
	default:
		change(operation);
	}
}
