/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Included before everything else where CBMC reads code under test, and nowhere else: what makes its
 * formulas small.  The C files under test are not changed.  Each override is an assumption of every
 * proof; a native build of the same harness has none of them.
 *
 *  1. One thread: marked reads and writes, publications and bitmaps are plain ones of one word.
 *  2. In a node structures stand beside each other where the header has a union.
 *  3. Nodes are variables with names.  xa_mk_node() and xa_to_node() add 2 to a node's address and take
 *     it off again as a pointer, not as an integer, so that it stays known whose address it is.
 *  4. Whether a word leads to a node is asked of the names first, then of the word as it is; then a
 *     cursor's node, and an entry, are compared with numbers as integers where the code orders pointers
 *     that are not into one object.
 *
 * Beside this, bounds.py adds assertions to the preprocessed text: CBMC does not see an index that is
 * too large for an array inside a node.
 */
#ifndef XASPLIT_PROOF_TRACTABLE_H
#define XASPLIT_PROOF_TRACTABLE_H

#include "slot.h"

#include <hooks.h>
#include <linux/bitmap.h>
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/kconfig.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#undef likely
#undef unlikely
#define likely(x) (x)
#define unlikely(x) (x)
#undef READ_ONCE
#define READ_ONCE(place) (place)
#undef WRITE_ONCE
#define WRITE_ONCE(place, value) ((place) = (value))
#undef rcu_dereference_raw
#define rcu_dereference_raw(place) (place)
#undef rcu_dereference_check
#define rcu_dereference_check(place, condition) (place)
#undef rcu_dereference_protected
#define rcu_dereference_protected(place, condition) (place)
#undef rcu_assign_pointer
#define rcu_assign_pointer(place, value) ((place) = (value))
#undef RCU_INIT_POINTER
#define RCU_INIT_POINTER(place, value) ((place) = (value))

/* All marks of a node are in one word: chunk shifts are at most 6. */
static inline unsigned long proof_below(unsigned long bits)
{
	return bits < 64 ? (1UL << bits) - 1 : ~0UL;
}

static inline unsigned long proof_next_bit(const unsigned long *map, unsigned long size,
					   unsigned long start)
{
	unsigned long word = start < size ? *map & proof_below(size) & ~proof_below(start) : 0;

	return word ? (unsigned long)__builtin_ctzl(word) : size;
}

#define test_bit(number, map) ((*(map) >> (number) & 1UL) != 0)
#define __set_bit(number, map) (*(map) |= 1UL << (number))
#define __clear_bit(number, map) (*(map) &= ~(1UL << (number)))
static inline bool proof_test_and_set(unsigned long number, unsigned long *map)
{
	bool old = test_bit(number, map);

	*map |= 1UL << number;
	return old;
}

static inline bool proof_test_and_clear(unsigned long number, unsigned long *map)
{
	bool old = test_bit(number, map);

	*map &= ~(1UL << number);
	return old;
}

#define __test_and_set_bit(number, map) proof_test_and_set(number, map)
#define __test_and_clear_bit(number, map) proof_test_and_clear(number, map)
#define find_next_bit(map, size, start) proof_next_bit(map, size, start)
#define find_first_bit(map, size) proof_next_bit(map, size, 0)
#define bitmap_empty(map, bits) ((*(map) & proof_below(bits)) == 0)
#define bitmap_fill(map, bits) ((void)(bits), *(map) = ~0UL)
#define bitmap_clear(map, start, bits) (*(map) &= ~(proof_below(bits) << (start)))

#define union struct
#include <linux/xarray.h>
#undef union

#undef XA_BUG_ON
#define XA_BUG_ON(array, condition) BUG_ON(condition)
#undef XA_NODE_BUG_ON
#define XA_NODE_BUG_ON(node, condition) BUG_ON(condition)

#include "nodes.h"

#define NODE_ENTRY(k) ((k) < NODE_COUNT && entry == (void *)((char *)&node_##k + 2)) ||

static inline void *proof_mk_node(const struct xa_node *node)
{
	return (char *)node + 2;
}

static inline struct xa_node *proof_to_node(const void *entry)
{
	return (struct xa_node *)((char *)entry - 2);
}

static inline bool proof_is_entry(const void *entry)
{
	return NODES(NODE_ENTRY) 0;
}

static inline bool proof_internal(const void *entry)
{
	return proof_is_entry(entry) || xa_is_internal(entry);
}

static inline bool proof_is_node(const void *entry)
{
	return proof_is_entry(entry) || xa_is_node(entry);
}

static inline bool proof_value(const void *entry)
{
	return !proof_is_entry(entry) && xa_is_value(entry);
}

static inline bool proof_not_node(const struct xa_node *node)
{
	return !node_known(node) && (!node || ((unsigned long)node & 3) != 0);
}

static inline bool proof_invalid(const struct xa_state *xas)
{
	return !node_known(xas->xa_node) && ((unsigned long)xas->xa_node & 3) != 0;
}

static inline bool proof_top(const struct xa_node *node)
{
	return !node_known(node) && (unsigned long)node <= 3;
}

static inline bool proof_sibling(const void *entry)
{
	return !proof_is_entry(entry) && xa_is_internal(entry) &&
	       (unsigned long)entry < (((XA_CHUNK_SIZE - 1) << 2) | 2);
}

static inline int proof_errno(const void *entry)
{
	const unsigned long least = ((unsigned long)-MAX_ERRNO << 2) | 2;

	if (proof_is_entry(entry) || !xa_is_internal(entry) || (unsigned long)entry < least)
		return 0;
	return (int)((long)entry >> 2);
}

#define xa_is_err(entry) (proof_errno(entry) != 0)
#define xa_err(entry) proof_errno(entry)
#define xas_error(xas) proof_errno((xas)->xa_node)
#define xa_mk_node(node) proof_mk_node(node)
#define xa_to_node(entry) proof_to_node(entry)
#define xas_not_node(node) proof_not_node(node)
#define xas_is_node(xas) (!proof_not_node((xas)->xa_node))
#define xas_invalid(xas) proof_invalid(xas)
#define xas_valid(xas) (!proof_invalid(xas))
#define xas_top(node) proof_top(node)
#define xa_is_internal(entry) proof_internal(entry)
#define xa_is_node(entry) proof_is_node(entry)
#define xa_is_value(entry) proof_value(entry)
#define xa_is_sibling(entry) proof_sibling(entry)

#endif
