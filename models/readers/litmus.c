// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Small shapes with known answers: each asks whether a reader can see one outcome.  The names are
 * those of the kernel's litmus tests where there is one (tools/memory-model/litmus-tests).
 */
#include "scenario.h"

#include <stdio.h>

static struct cell {
	void *pointer;
	unsigned long x, y;
} *a, *b, *c;
static struct folio *folio;
static struct xa_node *node;
static bool seen;

/* Message passing: y and b->x are stored, then a->pointer is published. */
static void publish_b(void)
{
	WRITE_ONCE(a->y, 1);
	WRITE_ONCE(b->x, 1);
	rcu_assign_pointer(a->pointer, b);
}

static void publish_b_plain(void)
{
	WRITE_ONCE(b->x, 1);
	RCU_INIT_POINTER(a->pointer, b);
}

static void publish_b_fenced(void)
{
	WRITE_ONCE(b->x, 1);
	writer_barrier();
	RCU_INIT_POINTER(a->pointer, b);
}

static void read_through_pointer(unsigned long unused)
{
	struct cell *cell = rcu_dereference_raw(a->pointer);

	seen |= cell && !READ_ONCE(cell->x);
}

static void read_other_place(unsigned long unused)
{
	struct cell *cell = rcu_dereference_raw(a->pointer);

	seen |= cell && !READ_ONCE(a->y);
}

static void read_other_place_after_barrier(unsigned long unused)
{
	struct cell *cell = rcu_dereference_raw(a->pointer);

	reader_barrier();
	seen |= cell && !READ_ONCE(a->y);
}

/* Through two pointers: b was filled in, published in c, and c in a. */
static void publish_chain(void)
{
	WRITE_ONCE(b->x, 1);
	rcu_assign_pointer(c->pointer, b);
	rcu_assign_pointer(a->pointer, c);
}

static void read_chain(unsigned long unused)
{
	struct cell *first = rcu_dereference_raw(a->pointer), *second;

	if (!first)
		return;
	second = rcu_dereference_raw(first->pointer);
	seen |= !second || !READ_ONCE(second->x);
}

static void store_twice(void)
{
	WRITE_ONCE(a->x, 1);
	WRITE_ONCE(a->x, 2);
}

static void read_backwards(unsigned long unused)
{
	unsigned long first = READ_ONCE(a->x), second = READ_ONCE(a->x);

	seen |= second < first;
}

static void read_forwards(unsigned long unused)
{
	unsigned long first = READ_ONCE(a->x), second = READ_ONCE(a->x);

	seen |= !first && second == 2;
}

static void read_later_store_first(unsigned long unused)
{
	struct cell *cell = rcu_dereference_raw(a->pointer);

	seen |= !cell && READ_ONCE(a->y);
}

/* Counting references. */
static void thaw(void)
{
	WRITE_ONCE(a->y, 1);
	writer_store(&folio->refs, 1, true);
}

static void read_after_reference(unsigned long unused)
{
	if (reader_try_get(&folio->refs)) {
		seen |= !READ_ONCE(a->y);
		reader_put();
	}
}

static void freeze(void)
{
	writer_store(&folio->refs, 1, true);
	writer_store(&folio->refs, 0, true);
	WRITE_ONCE(a->y, 1);
	writer_store(&folio->refs, 1, true);
}

static void read_past_freeze(unsigned long unused)
{
	unsigned long before = READ_ONCE(a->y);

	if (reader_try_get(&folio->refs)) {
		seen |= !before && READ_ONCE(a->y) && READ_ONCE(folio->refs) == 0;
		reader_put();
	}
}

static void read_without_reference(unsigned long unused)
{
	seen |= !READ_ONCE(a->y) && READ_ONCE(a->y);
}

static void read_across_held_freeze(unsigned long unused)
{
	/* y changes while the reference is held: only if it is stored with no freeze between. */
	if (reader_try_get(&folio->refs)) {
		seen |= !READ_ONCE(a->y) && READ_ONCE(a->y);
		reader_put();
	}
}

/* A sibling entry is a pointer to its canonical slot. */
static void publish_sibling(void)
{
	WRITE_ONCE(node->slots[0], b);
	rcu_assign_pointer(node->slots[1], xa_mk_sibling(0));
}

static void read_sibling(unsigned long unused)
{
	void *entry = READ_ONCE(node->slots[1]);

	if (entry)
		seen |= !READ_ONCE(node->slots[xa_to_sibling(entry)]);
}

/* What is loaded between the two does not end the dependency. */
static void read_sibling_later(unsigned long unused)
{
	void *entry = READ_ONCE(node->slots[1]);

	if (entry && !READ_ONCE(xa->xa_lock.held) && !READ_ONCE(node->marks[0][0]))
		seen |= !READ_ONCE(node->slots[xa_to_sibling(entry)]);
}

/* A split within a node replaces slots of the old entry by entries, the highest slot first. */
static void split_slots(void)
{
	rcu_assign_pointer(node->slots[1], b);
	rcu_assign_pointer(node->slots[0], b);
}

static void read_slots(unsigned long unused)
{
	void *first = READ_ONCE(node->slots[0]);

	seen |= first && !READ_ONCE(node->slots[1]);
}

static void read_slots_with_barrier(unsigned long unused)
{
	void *first = READ_ONCE(node->slots[0]);

	reader_barrier();
	seen |= first && !READ_ONCE(node->slots[1]);
}

/* The mark of a new entry is set before its slot is written. */
static void mark_then_slot(void)
{
	WRITE_ONCE(node->marks[0][0], 2);
	rcu_assign_pointer(node->slots[1], b);
}

static void read_slot_then_mark(unsigned long unused)
{
	void *entry = READ_ONCE(node->slots[1]);

	seen |= entry && !READ_ONCE(node->marks[0][0]);
}

static void read_slot_then_mark_with_barrier(unsigned long unused)
{
	void *entry = READ_ONCE(node->slots[1]);

	reader_barrier();
	seen |= entry && !READ_ONCE(node->marks[0][0]);
}

/* Dropping a lock and taking it again orders stores. */
static void lock_twice(void)
{
	xa_lock(xa);
	WRITE_ONCE(b->x, 1);
	xa_unlock(xa);
	xa_lock(xa);
	RCU_INIT_POINTER(a->pointer, b);
	xa_unlock(xa);
}

static const struct shape {
	const char *name;
	void (*writer)(void);
	reader_function *reader;
	bool weak, strong; /* whether the outcome is to be seen */
} shapes[] = {
	{ "MP+rel+addr", publish_b, read_through_pointer, false, false },
	{ "MP+rel+po", publish_b, read_other_place, true, false },
	{ "MP+rel+mb", publish_b, read_other_place_after_barrier, false, false },
	{ "MP+po+addr", publish_b_plain, read_through_pointer, true, false },
	{ "MP+wmb+addr", publish_b_fenced, read_through_pointer, false, false },
	{ "MP+unlock-lock+addr", lock_twice, read_through_pointer, false, false },
	{ "MP+rel+rel+addr+addr", publish_chain, read_chain, false, false },
	{ "MP+rel+sibling", publish_sibling, read_sibling, false, false },
	{ "MP+rel+sibling-later", publish_sibling, read_sibling_later, false, false },
	{ "split-slots", split_slots, read_slots, true, false },
	{ "split-slots+rmb", split_slots, read_slots_with_barrier, false, false },
	{ "mark-slot", mark_then_slot, read_slot_then_mark, true, false },
	{ "mark-slot+rmb", mark_then_slot, read_slot_then_mark_with_barrier, false, false },
	{ "MP+rel+rmw", thaw, read_after_reference, false, false },
	{ "CoRR", store_twice, read_backwards, false, false },
	{ "forwards", store_twice, read_forwards, true, true },
	{ "old-then-new", publish_b, read_later_store_first, true, true },
	{ "held-freeze", freeze, read_past_freeze, false, false },
	{ "not-held", freeze, read_without_reference, true, true },
	{ "held-across", freeze, read_across_held_freeze, false, false },
};

void run_litmus(void)
{
	static const struct limits limits = { -1, 100000, { MERGE_FINGERPRINTS, 64 }, RACE };

	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++)
		for (int strong = 0; strong < 2; strong++) {
			bool expected = strong ? shapes[i].strong : shapes[i].weak;

			objects_reset();
			memory_reset();
			findings_reset();
			xa = object_new(KIND_ARRAY, sizeof(*xa));
			a = object_new(KIND_FOLIO, sizeof(*a));
			b = object_new(KIND_FOLIO, sizeof(*b));
			c = object_new(KIND_FOLIO, sizeof(*c));
			folio = object_new(KIND_FOLIO, sizeof(*folio));
			node = object_new(KIND_NODE, sizeof(*node));
			account_reset(0, 0);
			writer_begin();
			shapes[i].writer();
			writer_end();
			execution.sequential = strong;
			execution.ordered = true;
			seen = false;
			explore(shapes[i].reader, 0, &limits);
			printf("litmus\t%s\t%s\t%s\t%s\n", shapes[i].name, strong ? "sc" : "weak",
			       expected ? "seen" : "never", seen ? "seen" : "never");
		}
}
