// SPDX-License-Identifier: GPL-2.0-or-later
/* Writers: what each does to the array, and the account of it for account.c. */
#include "scenario.h"

#include <string.h>

static void put_marked(unsigned long index, unsigned int order, void *entry)
{
	store_entry(index, order, entry);
	xa_set_mark(xa, index, MARKED);
	account_set(index, order, entry);
}

static void put_folio(unsigned long index, unsigned int order)
{
	put_marked(index, order, folio_ready(index, order));
}

static void prepare_neighbours(void)
{
	if (!scenario.base)
		return;
	put_folio(scenario.base - 1, 0);
	put_folio(scenario.base + (1UL << scenario.order), 0);
}

static void prepare_entry(void)
{
	prepare_neighbours();
	put_folio(scenario.base, scenario.order);
}

/* A shadow or swap entry instead of a folio. */
static void prepare_value(void)
{
	prepare_neighbours();
	put_marked(scenario.base, scenario.order, xa_mk_value(1));
}

static void prepare_pieces(void)
{
	unsigned long end = scenario.base + (1UL << scenario.order);

	prepare_neighbours();
	for (unsigned long index = scenario.base; index < end; index += 1UL << scenario.new_order)
		put_folio(index, scenario.new_order);
}

/* The entry of `order` that covers `index` became entries of `new_order`, all of them `entry`. */
static void account_split(unsigned long index, unsigned int order, unsigned int new_order,
			  const void *entry)
{
	unsigned long first = index >> order << order;

	for (unsigned long i = 0; i < 1UL << order; i += 1UL << new_order)
		account_set(first + i, new_order, entry);
}

static bool split_into(void *new)
{
	XA_STATE_ORDER(xas, xa, scenario.at, scenario.new_order);

	account_begin();
	xas_split_alloc(&xas, new, scenario.order, GFP_KERNEL);
	if (xas_error(&xas))
		return false;
	xas_lock(&xas);
	xas_split(&xas, new, scenario.order);
	account_split(scenario.at, scenario.order, scenario.new_order, new);
	xas_unlock(&xas);
	xas_destroy(&xas);
	account_commit();
	return true;
}

static bool split(void)
{
	return split_into(folio_ready(scenario.base, scenario.new_order));
}

static bool split_to_value(void)
{
	/* As reclaim does, which leaves shadows: the folio is frozen, and no one's any more. */
	folio_freeze(xa_load(xa, scenario.base));
	return split_into(xa_mk_value(2));
}

static bool split_value(void)
{
	return split_into(xa_mk_value(2));
}

#ifdef XASPLIT_HAVE_TRY_SPLIT
static bool try_split(void)
{
	unsigned int order = scenario.order, next;

	for (; order > scenario.new_order; order = next) {
		struct folio *new = folio_ready(scenario.base, order);
		XA_STATE(xas, xa, scenario.at);

		next = xas_try_split_min_order(order);
		if (next < scenario.new_order)
			next = scenario.new_order;
		xas_set_order(&xas, scenario.at, next);
		account_begin();
		xas_lock(&xas);
		xas_try_split(&xas, new, order);
		account_split(scenario.at, order, next, new);
		xas_unlock(&xas);
		account_commit();
		xas_destroy(&xas);
	}
	return true;
}
#else
static bool try_split(void)
{
	return false;
}
#endif

/* Store at the original order over the pieces. */
static bool merge(void)
{
	struct folio *new = folio_ready(scenario.base, scenario.order);

	account_begin();
	store_entry(scenario.base, scenario.order, new);
	account_set(scenario.base, scenario.order, new);
	account_commit();
	return true;
}

static bool erase(void)
{
	account_begin();
	xa_erase(xa, scenario.at);
	account_set(scenario.base, scenario.order, NULL);
	account_commit();
	return true;
}

/* One piece after another, until their nodes are empty and leave the tree. */
static bool erase_pieces(void)
{
	unsigned long end = scenario.base + (1UL << scenario.order);

	for (unsigned long index = scenario.base; index < end;
	     index += 1UL << scenario.new_order) {
		account_begin();
		xa_erase(xa, index);
		account_set(index, scenario.new_order, NULL);
		account_commit();
	}
	return true;
}

/* A store of order 0 inside the entry replaces it as a whole. */
static bool store_inside(void)
{
	struct folio *new = folio_ready(scenario.base, scenario.order);

	account_begin();
	xa_store(xa, scenario.at, new, GFP_KERNEL);
	account_set(scenario.base, scenario.order, new);
	account_commit();
	return true;
}

static bool store_over(void)
{
	return merge();
}

const struct writer *writer_find(const char *name)
{
	static const struct writer writers[] = {
		{ "split", prepare_entry, split },
		{ "split-value", prepare_value, split_value },
		{ "split-to-value", prepare_entry, split_to_value },
		{ "split-from-value", prepare_value, split },
		{ "try-split", prepare_entry, try_split },
		{ "merge", prepare_pieces, merge },
		{ "erase", prepare_entry, erase },
		{ "erase-pieces", prepare_pieces, erase_pieces },
		{ "store", prepare_entry, store_inside },
		{ "store-over", prepare_entry, store_over },
		{ "folio-uniform", prepare_entry, folio_split_uniform },
		{ "folio-uniform-early-thaw", prepare_entry, folio_split_uniform_thawed_early },
		{ "folio-nonuniform", prepare_entry, folio_split_nonuniform },
		{ "folio-nonuniform-intermediate", prepare_entry,
		  folio_split_nonuniform_intermediate },
		{ "add-folio", prepare_value, caller_adds_folio },
		{ "add-folio-try", prepare_value, caller_adds_folio_step_by_step },
		{ "add-folio-changed", prepare_value, caller_adds_folio_after_change },
		{ "add-folio-unchecked", prepare_value, caller_adds_folio_unchecked },
		{ "add-folio-unsplit", prepare_value, caller_adds_folio_unsplit },
		{ "split-swap", prepare_value, caller_splits_swap },
		{ "split-swap-from-index", prepare_value, caller_splits_swap_from_index },
		{ "collapse", prepare_pieces, caller_collapses },
		{ "collapse-early", prepare_pieces, caller_collapses_early },
	};

	for (size_t i = 0; i < ARRAY_SIZE(writers); i++)
		if (!strcmp(writers[i].name, name))
			return &writers[i];
	return NULL;
}
