// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writers as the page cache's own loops have them, and with the mistakes that were made in them: a folio
 * is added over a larger shadow entry (mm/filemap.c), a large swap entry is split before one page of it is
 * swapped in (mm/shmem.c), and small folios are collapsed into a large one (mm/khugepaged.c).  How a folio
 * itself is split is in folios.c.
 */
#include "scenario.h"

#define SHADOW 1 /* the value that writers.c stores first */
#define CHANGED 5

static unsigned long piece_at(unsigned long index)
{
	return index >> scenario.new_order << scenario.new_order;
}

/* What readers may find from now on: all pieces of the entry are `entry`. */
static void account_pieces(const void *entry)
{
	for (unsigned long i = 0; i < 1UL << scenario.order; i += 1UL << scenario.new_order)
		account_set(scenario.base + i, scenario.new_order, entry);
}

/* A folio that is in use, for the piece that `at` lies in. */
static struct folio *folio_for(unsigned long index)
{
	struct folio *folio = folio_new();

	folio->index = piece_at(index);
	folio->order = scenario.new_order;
	folio_thaw(folio);
	return folio;
}

/* Another task replaces the shadow entry by one of the same size. */
static void change_shadow(void)
{
	account_begin();
	store_entry(scenario.base, scenario.order, xa_mk_value(CHANGED));
	account_set(scenario.base, scenario.order, xa_mk_value(CHANGED));
	account_commit();
}

/*
 * Nodes are allocated without the lock, for the entry that was seen then; under it the caller looks again, and
 * if that is another one allocates again.  `changes`: it becomes another one in between, once.
 * `looks_again` false: a mistake, the split writes what was seen without the lock.
 */
static bool add_folio(bool changes, bool looks_again)
{
	XA_STATE_ORDER(xas, xa, scenario.at, scenario.new_order);
	struct folio *folio;
	void *seen, *found;

	for (;;) {
		seen = xa_load(xa, scenario.at);
		xas_split_alloc(&xas, seen, scenario.order, GFP_KERNEL);
		if (xas_error(&xas))
			return false;
		if (changes)
			change_shadow();
		changes = false;
		xas_lock(&xas);
		found = xas_load(&xas);
		if (found == seen || !looks_again)
			break;
		xas_unlock(&xas);
		xas_destroy(&xas);
		xas_reset(&xas);
	}
	account_begin();
	xas_reset(&xas);
	xas_split(&xas, seen, scenario.order);
	account_pieces(found);
	xas_reset(&xas);
	folio = folio_for(scenario.at);
	xas_store(&xas, folio);
	account_set(piece_at(scenario.at), scenario.new_order, folio);
	xas_unlock(&xas);
	account_commit();
	xas_destroy(&xas);
	return true;
}

bool caller_adds_folio(void)
{
	return add_folio(false, true);
}

bool caller_adds_folio_after_change(void)
{
	return add_folio(true, true);
}

bool caller_adds_folio_unchecked(void)
{
	return add_folio(true, false);
}

/* A mistake: a folio is stored over a larger entry that was not split, and replaces the whole of it. */
bool caller_adds_folio_unsplit(void)
{
	struct folio *folio = folio_for(scenario.at);

	account_begin();
	__xa_store(xa, scenario.at, folio, GFP_KERNEL);
	account_pieces(xa_mk_value(SHADOW));
	account_set(piece_at(scenario.at), scenario.new_order, folio);
	account_commit();
	return true;
}

#ifdef XASPLIT_HAVE_TRY_SPLIT
/* The same under one lock, split after split around the index. */
bool caller_adds_folio_step_by_step(void)
{
	unsigned int order = scenario.order, next;
	XA_STATE(xas, xa, scenario.at);
	struct folio *folio;
	void *found;

	account_begin();
	xas_lock(&xas);
	found = xas_load(&xas);
	for (; order > scenario.new_order; order = next) {
		unsigned long first = scenario.at >> order << order;

		next = xas_try_split_min_order(order);
		if (next < scenario.new_order)
			next = scenario.new_order;
		xas_set_order(&xas, scenario.at, next);
		xas_try_split(&xas, found, order);
		if (xas_error(&xas))
			broken("xas_try_split() has no node");
		for (unsigned long i = 0; i < 1UL << order; i += 1UL << next)
			account_set(first + i, next, found);
	}
	xas_set_order(&xas, scenario.at, scenario.new_order);
	folio = folio_for(scenario.at);
	xas_store(&xas, folio);
	account_set(piece_at(scenario.at), scenario.new_order, folio);
	xas_unlock(&xas);
	account_commit();
	xas_destroy(&xas);
	return true;
}
#else
bool caller_adds_folio_step_by_step(void)
{
	return false;
}
#endif

/*
 * A swap entry is a number, and that of a page in a large one is so much larger: after the split each piece is
 * stored again as its own.  `from_index`: a mistake, the pieces are counted from the index that faulted.
 */
static bool split_swap(bool from_index)
{
	const unsigned long first = from_index ? scenario.at : scenario.base;
	XA_STATE_ORDER(xas, xa, scenario.at, scenario.new_order);
	void *old = xa_load(xa, scenario.at);

	account_begin();
	xas_split_alloc(&xas, old, scenario.order, GFP_KERNEL);
	if (xas_error(&xas))
		return false;
	xas_lock(&xas);
	xas_split(&xas, old, scenario.order);
	account_pieces(old);
	for (unsigned long i = 0; i < 1UL << scenario.order; i += 1UL << scenario.new_order) {
		void *own = xa_mk_value(SHADOW + i);

		__xa_store(xa, first + i, own, 0);
		account_set(scenario.base + i, scenario.new_order, own);
	}
	xas_unlock(&xas);
	xas_destroy(&xas);
	account_commit();
	return true;
}

bool caller_splits_swap(void)
{
	return split_swap(false);
}

bool caller_splits_swap_from_index(void)
{
	return split_swap(true);
}

/*
 * The small folios are frozen for good, and the large one comes in their place, which nobody can take a
 * reference to before it says what it is.  `early`: a mistake, it is in use before it is said to be large.
 */
static bool collapse(bool early)
{
	struct folio *large = folio_new();
	unsigned long end = scenario.base + (1UL << scenario.order);

	account_begin();
	xa_lock(xa);
	for (unsigned long i = scenario.base; i < end; i += 1UL << scenario.new_order)
		folio_freeze(xa_load(xa, i));
	xa_unlock(xa);
	large->index = scenario.base;
	large->order = early ? 0 : scenario.order;
	if (early)
		folio_thaw(large);
	store_entry(scenario.base, scenario.order, large);
	account_set(scenario.base, scenario.order, large);
	if (early)
		large->order = scenario.order;
	else
		folio_thaw(large);
	account_commit();
	return true;
}

bool caller_collapses(void)
{
	return collapse(false);
}

bool caller_collapses_early(void)
{
	return collapse(true);
}
