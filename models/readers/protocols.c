// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Readers as the page cache has them (mm/filemap.c): load, take a reference, see whether the array
 * still holds the same, else start again.  While the reference is held the folio cannot be split, so
 * that what it says of itself must include the index.
 */
#include "scenario.h"

static void check_folio(unsigned long index, const struct folio *folio)
{
	unsigned long first = READ_ONCE(folio->index), order = READ_ONCE(folio->order);

	observe_folio(index, folio, first, order);
}

/* False: the reader has to start again.  `by_offset`: reload the canonical slot, not the index. */
static bool hold(struct xa_state *xas, struct folio *folio, bool by_offset)
{
	void *again;

	if (!reader_try_get(&folio->refs))
		return false;
	if (by_offset && xas->xa_node)
		again = xa_entry(xas->xa, xas->xa_node, xas->xa_offset);
	else
		again = xas_reload(xas);
	if (again == folio)
		return true;
	reader_put();
	return false;
}

static void lookup(unsigned long index, bool by_offset)
{
	XA_STATE(xas, xa, index);
	int since = reader_since();
	struct folio *folio;

	rcu_read_lock();
	for (;; reader_retries(), xas_reset(&xas)) {
		folio = xas_load(&xas);
		if (xas_retry(&xas, folio))
			continue;
		observe_held(index, folio);
		if (!folio || xa_is_value(folio) || hold(&xas, folio, by_offset))
			break;
	}
	if (folio && !xa_is_value(folio))
		check_folio(index, folio);
	else
		observe_entry(index, folio, since);
	reader_put();
	rcu_read_unlock();
}

void read_lookup(unsigned long index)
{
	lookup(index, false);
}

void read_lookup_by_offset(unsigned long index)
{
	lookup(index, true);
}

/* As filemap_get_read_batch(): consecutive folios by xas_next(), up to the first gap. */
void read_batch(unsigned long start)
{
	XA_STATE(xas, xa, start);
	struct folio *folio;

	rcu_read_lock();
	for (folio = xas_load(&xas); folio; folio = xas_next(&xas)) {
		unsigned int shift;

		if (xas_retry(&xas, folio)) {
			reader_retries();
			continue;
		}
		if (xas.xa_index > window.last || xa_is_value(folio) || xa_is_sibling(folio))
			break;
		observe_held(xas.xa_index, folio);
		if (!hold(&xas, folio, false)) {
			reader_retries();
			xas_reset(&xas);
			continue;
		}
		check_folio(xas.xa_index, folio);
		/* On to the last index of the folio, without a walk. */
		xas.xa_index = READ_ONCE(folio->index) + (1UL << READ_ONCE(folio->order)) - 1;
		shift = xas_not_node(xas.xa_node) ? 0 : xas.xa_node->shift;
		xas.xa_offset = (unsigned char)((xas.xa_index >> shift) & XA_CHUNK_MASK);
		reader_put();
	}
	rcu_read_unlock();
}

static __attribute__((always_inline)) inline void take(struct iteration *it, struct xa_state *xas,
						       struct folio *folio)
{
	struct piece covers;

	if (xas_retry(xas, folio)) {
		reader_retries();
		return;
	}
	observe_held(xas->xa_index, folio);
	if (xa_is_value(folio)) {
		/* There is no reference to take, and so no barrier. */
		it->unordered = true;
		covers = observe_entry(xas->xa_index, folio, execution.started);
		iteration_found(it, xas->xa_index, covers);
		return;
	}
	if (!hold(xas, folio, false)) {
		reader_retries();
		xas_reset(xas);
		return;
	}
	check_folio(xas->xa_index, folio);
	covers.first = READ_ONCE(folio->index);
	covers.last = covers.first + (1UL << READ_ONCE(folio->order)) - 1;
	iteration_found(it, xas->xa_index, covers);
	reader_put();
}

/*
 * As find_get_entry(), and as next_uptodate_folio() by inline steps: a search, of marked entries or of
 * all, in which each folio is taken hold of.
 */
static __attribute__((always_inline)) inline void search(unsigned long start, enum steps steps)
{
	XA_STATE(xas, xa, start);
	struct iteration it;
	struct folio *folio;

	iteration_begin(&it, start, steps >= FIND_MARKED, false);
	rcu_read_lock();
	switch (steps) {
	case FIND:
		while ((folio = xas_find(&xas, window.last)))
			take(&it, &xas, folio);
		break;
	case FOR_EACH:
		xas_for_each(&xas, folio, window.last)
			take(&it, &xas, folio);
		break;
	case FIND_MARKED:
		while ((folio = xas_find_marked(&xas, window.last, MARKED)))
			take(&it, &xas, folio);
		break;
	case FOR_EACH_MARKED:
		xas_for_each_marked(&xas, folio, window.last, MARKED)
			take(&it, &xas, folio);
		break;
	}
	rcu_read_unlock();
	iteration_end(&it);
}

void read_find_lookup(unsigned long start)
{
	search(start, FIND);
}

void read_for_each_lookup(unsigned long start)
{
	search(start, FOR_EACH);
}

void read_marked_lookup(unsigned long start)
{
	search(start, FIND_MARKED);
}

void read_for_each_marked_lookup(unsigned long start)
{
	search(start, FOR_EACH_MARKED);
}
