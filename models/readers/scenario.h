/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What writers and readers share. */
#ifndef XASPLIT_RCU_SCENARIO_H
#define XASPLIT_RCU_SCENARIO_H

#include "explorer.h"

#include <linux/xarray.h>

/*
 * The array under test.  An entry of `order` lies at `base`, with `new_order` to come; `at` is the
 * index that a cursor is set to.  Neighbours of order 0 lie beside it, unless it is at index 0.
 */
struct scenario {
	unsigned int order, new_order;
	unsigned long base, at;
};
extern struct scenario scenario;
extern struct xarray *xa;

/* Of a page cache folio; an entry that is not a folio's is one all the same. */
struct folio {
	unsigned long refs; /* 0: frozen, or not in use */
	unsigned long order, index;
};
struct folio *folio_new(void);
/* One that is in use, as entry of an array. */
struct folio *folio_ready(unsigned long index, unsigned int order);
/* What only the holder of all references may do: no reader takes one from then on. */
void folio_freeze(struct folio *folio);
/* From now on readers may take one. */
void folio_thaw(struct folio *folio);
void store_entry(unsigned long index, unsigned int order, void *entry);

/* The mark that entries bear from the start, and all that replace them after them. */
#define MARKED XA_MARK_0

struct writer {
	const char *name;
	void (*prepare)(void);
	bool (*run)(void); /* false: the code under test does not offer it */
};
const struct writer *writer_find(const char *name);

bool folio_split_uniform(void);
bool folio_split_uniform_thawed_early(void);
bool folio_split_nonuniform(void);
bool folio_split_nonuniform_intermediate(void);

bool caller_adds_folio(void);
bool caller_adds_folio_after_change(void);
bool caller_adds_folio_step_by_step(void);
bool caller_adds_folio_unchecked(void);
bool caller_adds_folio_unsplit(void);
bool caller_splits_swap(void);
bool caller_splits_swap_from_index(void);
bool caller_collapses(void);
bool caller_collapses_early(void);

struct reader {
	const char *name;
	reader_function *run;
	bool single;  /* looks at one index; others go through a range */
	bool ordered; /* has barriers or takes references */
};
const struct reader *reader_find(const char *name);

void read_lookup(unsigned long index);
void read_lookup_by_offset(unsigned long index);
void read_batch(unsigned long start);
void read_find_lookup(unsigned long start);
void read_for_each_lookup(unsigned long start);
void read_marked_lookup(unsigned long start);
void read_for_each_marked_lookup(unsigned long start);

/* How an iteration steps: by a function each time, or as the header's macros do. */
enum steps { FIND, FOR_EACH, FIND_MARKED, FOR_EACH_MARKED };

/*
 * observe.c: what a reader saw.  `since`: what it knew when it began to look; `held`: it goes on with
 * this as an entry, whichever it is; `retry`: that is what a plain load gave.
 */
void observe_held(unsigned long index, const void *entry);
struct piece observe_entry(unsigned long index, const void *entry, int since);
void observe_retry(unsigned long index);
void observe_reload(unsigned long index, const void *entry, const void *again, int since);
void observe_order(unsigned long index, int order, int since);
void observe_folio(unsigned long index, const struct folio *folio, unsigned long first,
		   unsigned long order);
void observe_step(unsigned long index, unsigned long at);
void reader_retries(void); /* it starts again; too often: over */

/* An iteration from `start` on: all before `next` is covered, `at` is the last index. */
struct iteration {
	unsigned long start, next, at;
	bool marked, restarts; /* it walks anew after each entry */
	bool moving;	       /* something was found */
	bool unordered;	       /* nothing orders the loads of one step and the next */
};
void iteration_begin(struct iteration *it, unsigned long start, bool marked, bool restarts);
/* What was found covers these, and the cursor is at index `at`. */
void iteration_found(struct iteration *it, unsigned long at, struct piece covers);
void iteration_end(const struct iteration *it);

/* Runs the litmus tests; prints a line each. */
void run_litmus(void);

#endif
