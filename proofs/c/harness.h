/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every harness shares: its inputs, what the headers ask of a program, and CHECK, which names the
 * property of specs/ that it asserts.  XASPLIT_CBMC: for the model checker, else natively, where
 * main() of native.h reads the inputs or draws them.
 *
 * A case fixes the chunk shift, DEPTH (levels of the tree), N (old order), M (new order), and which
 * request fails (FAIL_AT) or whether the split is refused (REFUSES), where a harness has that; all else is any: every input is made valid by masks, so that hardly anything needs to be assumed.
 */
#ifndef XASPLIT_PROOF_HARNESS_H
#define XASPLIT_PROOF_HARNESS_H

#include <linux/list.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "nodes.h"

#define S XA_CHUNK_SHIFT
#define C (1U << S)
#define LEVEL (N / S)			/* of the node of the old entry, from 0 for leaves */
#define SLOTS (1U << (N % S))		/* that the old entry takes */
#define NEW_SLOTS (1U << (M % S))	/* that each new entry takes */
#define SPAN (1UL << (S * DEPTH))	/* indices of the tree */
#define PATH (DEPTH - LEVEL)		/* nodes that the harness builds */
#define GONE (LEVEL - M / S)		/* levels of new nodes */

/* L(C^d-1)/(C-1) for up to three levels of new nodes. */
#define NEEDED (SLOTS * ((GONE > 0 ? 1U : 0U) + (GONE > 1 ? C : 0U) + (GONE > 2 ? C * C : 0U)))
#define NODE_MOST (PATH + NEEDED + 1)	/* one more than allowed, so that it can be asked for */

#define INPUTS(X) \
	X(position)	/* of the old entry, in its own size */ \
	X(inside)	/* the cursor's index within the old entry */ \
	X(old) X(new)	/* entries: a value or a pointer */ \
	X(other)	/* the entry of one other slot of that node */ \
	X(other_slot)	/* which; there is none where the old entry has that slot */ \
	X(marks) X(other_marks) \
	X(probe)	/* the index that is looked at */ \
	X(fails)	/* whether the request for a node fails that a harness lets fail */ \
	X(stale)	/* what a fresh node's fields hold, and a node's marks where it has no slots */

#define INPUT_DECLARED(name) static unsigned long in_##name;
INPUTS(INPUT_DECLARED)

#ifdef XASPLIT_CBMC
unsigned long nondet_unsigned_long(void);
#define INPUT_DRAWN(name) in_##name = nondet_unsigned_long();
#define CHECK(condition, property) __CPROVER_assert(condition, property)
#define ASSUME(condition) __CPROVER_assume(condition)
#define END() __CPROVER_assume(0)

#define MOST_NODES NODE_MOST
#define NODE_DEFINED(k) struct xa_node node_##k;
NODES(NODE_DEFINED)
#else
#include "native.h"
#endif

static struct xarray array;
static unsigned int requests;		/* nodes that were asked for */
static unsigned int taken;		/* nodes that were handed out */
static unsigned int given_back;
static unsigned int fail_at;		/* this request fails, from 1; 0: none */
static unsigned int warnings;
static bool freed[MOST_NODES];

/* What the callback was told of each node: how often, and its fields at the first and last report. */
struct told {
	unsigned int times;
	unsigned char first_count, first_values, last_count, last_values, shift, offset;
};
static struct told told[MOST_NODES];

struct kmem_cache *radix_tree_node_cachep;
int xasplit_read_depth;

/* As the slab hands it out: slots and marks clear, the list empty, all else as it was left. */
static struct xa_node *node_fresh(unsigned int number)
{
	struct xa_node *node = node_at(number);

	node->shift = (unsigned char)in_stale;
	node->offset = (unsigned char)(in_stale >> 8);
	node->count = (unsigned char)(in_stale >> 16);
	node->nr_values = (unsigned char)(in_stale >> 24);
	node->parent = (struct xa_node *)(in_stale | 1);
	node->array = (struct xarray *)(in_stale | 1);
	INIT_LIST_HEAD(&node->private_list);
	for (unsigned int i = 0; i < C; i++)
		node->slots[i] = NULL;
	for (unsigned int mark = 0; mark < XA_MAX_MARKS; mark++)
		node->marks[mark][0] = 0;
	return node;
}

void *xasplit_node_alloc(unsigned int gfp, const struct list_lru *lru)
{
	(void)lru;
	CHECK(!array.xa_lock.held || !gfpflags_allow_blocking(gfp), "request-flags");
	requests++;
	if (requests == fail_at)
		return NULL;
	CHECK(PATH + taken < NODE_MOST, "split-requests");
	if (PATH + taken >= NODE_MOST)
		END();
	return node_fresh(PATH + taken++);
}

/* The numbers are constants here: a node is looked for, never reached through a pointer that may be any. */
static void node_back(const struct xa_node *node)
{
	bool found = false;

	for (unsigned int k = 0; k < NODE_MOST; k++)
		if (node == node_at(k)) {
			CHECK(!freed[k], "freed-once");
			freed[k] = true;
			found = true;
		}
	CHECK(found, "frees-nodes");
	given_back++;
}

void xasplit_node_free(void *node)
{
	node_back(node);
}

void radix_tree_node_rcu_free(struct rcu_head *head)
{
	node_back(container_of(head, struct xa_node, rcu_head));
}

/* The grace period ends with the harness: what is freed is counted at once, and its memory kept. */
void xasplit_call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	(void)func;
	radix_tree_node_rcu_free(head);
}

void xasplit_publish(const void *location, const void *value)
{
	(void)location;
	(void)value;
}

void xasplit_bug(const char *file, int line, const char *text)
{
	(void)file;
	(void)line;
	(void)text;
	CHECK(0, "no-assertion");
	END();
	__builtin_unreachable();
}

void xasplit_warn(const char *file, int line, const char *text)
{
	(void)file;
	(void)line;
	(void)text;
	warnings++;
}

void xasplit_lock(int *held, enum xasplit_lock_type type)
{
	(void)type;
	CHECK(!*held, "locked");
	*held = 1;
}

void xasplit_unlock(int *held, enum xasplit_lock_type type)
{
	(void)type;
	CHECK(*held, "locked");
	*held = 0;
}

void xasplit_read_lock(void)
{
	xasplit_read_depth++;
}

void xasplit_read_unlock(void)
{
	xasplit_read_depth--;
}

void xasplit_unprotected(const char *file, int line, const char *text)
{
	(void)file;
	(void)line;
	(void)text;
	CHECK(0, "locked");
}

void xasplit_might_sleep(void)
{
	CHECK(!array.xa_lock.held, "request-flags");
}

/* The page cache's callback, as far as it can be judged at once. */
static void report(struct xa_node *reported)
{
	bool found = false;

	CHECK(array.xa_lock.held, "update-lock");
	for (unsigned int k = 0; k < NODE_MOST; k++) {
		const struct xa_node *node = node_at(k);
		struct told *one = &told[k];

		if (reported != node)
			continue;
		found = true;
		CHECK(node->array == &array, "update-array");
		if (!one->times) {
			one->first_count = node->count;
			one->first_values = node->nr_values;
		}
		one->last_count = node->count;
		one->last_values = node->nr_values;
		one->shift = node->shift;
		one->offset = node->offset;
		one->times++;
	}
	CHECK(found, "frees-nodes");
}

/* A value, or a pointer that is not NULL. */
static inline void *entry_from(unsigned long word)
{
	if (!(word & 1))
		word = word & ~3UL ? word & ~3UL : 4;
	return (void *)word;
}

/* What harnesses call a cursor of `order` with the callback. */
#define CURSOR(name, index, order) \
	struct xa_state name = { .xa = &array, .xa_node = XAS_RESTART, .xa_update = report }; \
	xas_set_order(&name, index, order)

#endif
