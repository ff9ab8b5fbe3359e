// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How the page cache splits a large folio (mm/huge_memory.c): it freezes the folio, splits the entry,
 * stores the new folios over their ranges and unfreezes each.  The xas_split() writes the old folio
 * to all new entries; what keeps a reader from taking it at an index that is another folio's then is
 * that it stays frozen until the last store.
 */
#include "scenario.h"

#define MAX_PIECES 1024

static struct folio *old_folio(void)
{
	XA_STATE(xas, xa, scenario.base);

	return xas_load(&xas);
}

static void put_folio(struct folio *folio)
{
	__xa_store(xa, folio->index, folio, 0);
	account_set(folio->index, (unsigned int)folio->order, folio);
}

static bool uniform(bool thaw_early)
{
	unsigned long piece = 1UL << scenario.new_order;
	struct folio *head = old_folio();
	XA_STATE_ORDER(xas, xa, scenario.base, scenario.new_order);

	account_begin();
	xas_split_alloc(&xas, head, scenario.order, GFP_KERNEL);
	if (xas_error(&xas))
		return false;
	xas_lock(&xas);
	folio_freeze(head);
	xas_split(&xas, head, scenario.order);
	if (thaw_early) {
		head->order = scenario.new_order;
		folio_thaw(head);
	}
	for (unsigned long i = 1UL << scenario.order; (i -= piece) != 0; ) {
		struct folio *tail = folio_new();

		tail->index = scenario.base + i;
		tail->order = scenario.new_order;
		folio_thaw(tail);
		put_folio(tail);
	}
	head->order = scenario.new_order;
	account_set(scenario.base, scenario.new_order, head);
	if (!thaw_early)
		folio_thaw(head);
	xas_unlock(&xas);
	xas_destroy(&xas);
	account_commit();
	return true;
}

bool folio_split_uniform(void)
{
	return uniform(false);
}

bool folio_split_uniform_thawed_early(void)
{
	return uniform(true);
}

#ifdef XASPLIT_HAVE_TRY_SPLIT
/* Halves `folio` and returns the new folio of its upper half. */
static struct folio *halve(struct folio *folio)
{
	struct folio *upper = folio_new();

	folio->order--;
	upper->order = folio->order;
	upper->index = folio->index + (1UL << folio->order);
	return upper;
}

/*
 * Halves the folio that covers `at`, again and again.  With `intermediate` each split of the entry
 * writes the folio that is being halved, a mistake; else the old folio.
 */
static bool nonuniform(bool intermediate)
{
	static struct folio *pieces[64];
	struct folio *head = old_folio(), *folio = head;
	XA_STATE(xas, xa, scenario.at);
	int count = 0;

	account_begin();
	xas_lock(&xas);
	folio_freeze(head);
	while (folio->order > scenario.new_order) {
		unsigned int order = (unsigned int)folio->order;
		struct folio *upper;

		xas_set_order(&xas, folio->index, order - 1);
		xas_try_split(&xas, intermediate ? folio : head, order);
		upper = halve(folio);
		pieces[count++] = folio;
		if (scenario.at >= upper->index)
			folio = upper;
		else
			pieces[count - 1] = upper;
	}
	pieces[count++] = folio;
	/* In the order of their indices, the old folio last. */
	for (unsigned long index = scenario.base; index < scenario.base + (1UL << scenario.order);
	     index++)
		for (int i = 0; i < count; i++)
			if (pieces[i] != head && pieces[i]->index == index) {
				folio_thaw(pieces[i]);
				put_folio(pieces[i]);
			}
	account_set(head->index, (unsigned int)head->order, head);
	folio_thaw(head);
	xas_unlock(&xas);
	xas_destroy(&xas);
	account_commit();
	return true;
}

bool folio_split_nonuniform(void)
{
	return nonuniform(false);
}

bool folio_split_nonuniform_intermediate(void)
{
	return nonuniform(true);
}
#else
bool folio_split_nonuniform(void)
{
	return false;
}

bool folio_split_nonuniform_intermediate(void)
{
	return false;
}
#endif
