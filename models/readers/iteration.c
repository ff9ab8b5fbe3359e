// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an iteration owes to its user, judged as it goes on.  An index that is passed by although it
 * held an entry throughout breaks a promise; which one depends on what the writer does there and on
 * what the reader does to order its loads, and only some are given: specs/readers.py.
 */
#include "scenario.h"

void iteration_begin(struct iteration *it, unsigned long start, bool marked, bool restarts)
{
	*it = (struct iteration){ .start = start, .next = start, .marked = marked,
				  .restarts = restarts, .unordered = !ordered_readers,
				  .since = reader_since() };
}

static void passed_by(const struct iteration *it, unsigned long index)
{
	const char *promise = it->marked ? "marked-complete" : "find-covers";

	if (!truth_changes(index))
		promise = "outside-unnoticed";
	else if (!reader_alone() && truth_merges(index, it->next, it->since))
		promise = "merge-covers";
	else if (!reader_alone() && !sequential && it->unordered)
		promise = "unordered-covers";
	else if (!reader_alone() && !sequential && it->marked &&
		 truth_inside(index, it->start, it->since))
		promise = "marked-inside";
	finding(promise, "passes index %lu by", index);
}

static void check_gap(const struct iteration *it, unsigned long end)
{
	for (unsigned long index = it->next; index < end; index++)
		if (it->marked ? truth_always_marked(index, MARKED, it->since) :
				 truth_always_present(index, it->since))
			passed_by(it, index);
}

/*
 * A plain search goes from one index to a larger one.  A marked search goes to the first index of
 * the entry that it finds, so that the index may go back where an entry reaches beyond the place
 * where the search stands; and where it starts inside an entry that was split meanwhile, even what
 * it returns may lie before that place, inside that entry.
 */
static void check_order(const struct iteration *it, unsigned long at, unsigned long first,
			unsigned long last)
{
	unsigned long place = it->moving ? it->at + 1 : it->start;
	bool starts = !it->moving || it->restarts;

	if (it->marked ? last >= place : at >= place)
		return;
	if (it->marked && starts && truth_within(place, first, last, it->since))
		return;
	finding("find-order", "goes from index %lu to the entry of %lu..%lu at %lu", place - it->moving,
		first, last, at);
}

void iteration_found(struct iteration *it, unsigned long at, unsigned long first,
		     unsigned long last)
{
	answered(ASKED_RANGE, at, first << 16 ^ last, it->since);
	check_order(it, at, first, last);
	/*
	 * Weak memory alone would let a search that pauses see the same old sibling again and again,
	 * and go back to the old entry each time.  Stores come to be seen: not followed for ever.
	 */
	if (it->moving && at <= it->at)
		reader_retries();
	it->moving = true;
	it->at = at;
	if (first > it->next)
		check_gap(it, first);
	/* An index may come again: as part of the old entry, then as a new one. */
	if (last >= it->next)
		it->next = last + 1;
}

void iteration_end(const struct iteration *it)
{
	answered(ASKED_REST, it->next, it->moving, it->since);
	check_gap(it, window_last + 1);
}
