// SPDX-License-Identifier: GPL-2.0-or-later
/* What a reader saw, as it is judged: judge.c. */
#include "scenario.h"

#define OBSERVE(question, ...) observed(question, (const uint64_t[]){ __VA_ARGS__ })
#define ENTRY(entry) ((uintptr_t)(entry))

/* The stores up to `since` are known; what matters of that. */
static uint64_t known(int since)
{
	return (uint64_t)(long)(execution.span == BEFORE ? -1 : account_settled(since));
}

static uint64_t started(void)
{
	return known(execution.started);
}

void observe_held(unsigned long index, const void *entry)
{
	OBSERVE(ASKED_HELD, index, ENTRY(entry));
}

struct piece observe_entry(unsigned long index, const void *entry, int since)
{
	return OBSERVE(ASKED_ENTRY, index, ENTRY(entry), known(since));
}

void observe_retry(unsigned long index)
{
	OBSERVE(ASKED_RETRY, index, started());
}

void observe_restarts(void)
{
	OBSERVE(ASKED_RESTARTS, started());
}

void observe_reload(unsigned long index, const void *entry, const void *again, int since)
{
	if (again == entry)
		OBSERVE(ASKED_UNCHANGED, index, ENTRY(entry), known(since));
	else
		OBSERVE(ASKED_CHANGED, index, ENTRY(again), started());
}

void observe_order(unsigned long index, int order, int since)
{
	OBSERVE(ASKED_ORDER, index, (uint64_t)order, known(since));
}

void observe_folio(unsigned long index, const struct folio *folio, unsigned long first,
		   unsigned long order)
{
	OBSERVE(ASKED_FOLIO, index, ENTRY(folio), first, order);
}

void observe_step(unsigned long index, unsigned long at)
{
	OBSERVE(ASKED_STEP, index, at);
}

/* A reader that starts over too often is not followed on. */
void reader_retries(void)
{
	if (!execution_restarts())
		return;
	observe_restarts();
	execution_over();
}

void iteration_begin(struct iteration *it, unsigned long start, bool marked, bool restarts)
{
	*it = (struct iteration){ .start = start, .next = start, .marked = marked,
				  .restarts = restarts, .unordered = !execution.ordered };
}

static void observe_passed(const struct iteration *it, unsigned long end)
{
	if (it->next < end)
		OBSERVE(ASKED_PASSED, started(), it->marked, !it->unordered,
			/* Where it started matters to marked ones: to others they are the same. */
			it->marked ? it->start : 0, it->next, end);
}

void iteration_found(struct iteration *it, unsigned long at, struct piece covers)
{
	unsigned long place = it->moving ? it->at + 1 : it->start;

	if (at < place)
		OBSERVE(ASKED_BACK, started(), it->marked, it->restarts, it->moving, place, at,
			covers.first, covers.last);
	/*
	 * Weak memory alone would let a search that pauses see the same old sibling again and again,
	 * and go back to the old entry each time.  Stores come to be seen: not followed for ever.
	 */
	if (it->moving && at <= it->at)
		reader_retries();
	it->moving = true;
	it->at = at;
	observe_passed(it, covers.first);
	/* An index may come again: as part of the old entry, then as a new one. */
	if (covers.last >= it->next)
		it->next = covers.last + 1;
}

void iteration_end(const struct iteration *it)
{
	observe_passed(it, window.last + 1);
}
