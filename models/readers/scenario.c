// SPDX-License-Identifier: GPL-2.0-or-later
/* The array under test, and what writers put into it. */
#include "scenario.h"

struct scenario scenario;
struct xarray *xa;

struct folio *folio_new(void)
{
	struct folio *folio = object_new(KIND_FOLIO, sizeof(*folio));

	/* A tail page is not in use, and what it holds means nothing. */
	folio->order = folio->index = 0xa5a5;
	return folio;
}

struct folio *folio_ready(unsigned long index, unsigned int order)
{
	struct folio *folio = folio_new();

	folio->index = index;
	folio->order = order;
	folio->refs = 1;
	return folio;
}

/* Succeeds only with no other reference, which the explorer sees to; a full barrier. */
void folio_freeze(struct folio *folio)
{
	writer_barrier();
	writer_store(&folio->refs, 0, true);
	writer_barrier();
}

void folio_thaw(struct folio *folio)
{
	writer_store(&folio->refs, 1, true);
}

void store_entry(unsigned long index, unsigned int order, void *entry)
{
	XA_STATE_ORDER(xas, xa, index, order);

	do {
		xas_lock(&xas);
		xas_store(&xas, entry);
		xas_unlock(&xas);
	} while (xas_nomem(&xas, GFP_KERNEL));
}
