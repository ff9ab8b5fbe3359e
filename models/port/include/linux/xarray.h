/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The XArray, an implementation of our own: an array of 2^64 (on a 32-bit machine, 2^32) words,
 * kept as a tree of nodes with XA_CHUNK_SIZE slots each.
 *
 * Names and signatures are those of the kernel's API, so that code written for one compiles with
 * the other.  What is here serves storing, erasing, marking, looking up, iterating, splitting and
 * finding free indices.
 *
 * The split has no limit on levels: see lib/xarray_split.c.
 *
 * The structures and signatures are those of the kernel's include/linux/xarray.h, which says:
 * Copyright (c) 2017 Microsoft Corporation
 */
#ifndef _LINUX_XARRAY_H
#define _LINUX_XARRAY_H

#include <linux/bitmap.h>
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kconfig.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct list_lru;

#ifndef XA_CHUNK_SHIFT
#if IS_ENABLED(CONFIG_BASE_SMALL)
#define XA_CHUNK_SHIFT		4
#else
#define XA_CHUNK_SHIFT		6
#endif
#endif
#define XA_CHUNK_SIZE		(1UL << XA_CHUNK_SHIFT)
#define XA_CHUNK_MASK		(XA_CHUNK_SIZE - 1)
#define XA_MAX_MARKS		3
#define XA_MARK_LONGS		BITS_TO_LONGS(XA_CHUNK_SIZE)

/*
 * Entries.  The two low bits of the word tell the kinds apart:
 *	00 a pointer, x1 a value (an integer of one bit less than a long), 10 internal.
 * Internal entries by payload:
 *	0 .. XA_CHUNK_SIZE - 2	sibling: the slot of this node that holds the entry
 *	256			retry: this node has left the tree, start again
 *	257			zero: takes up a slot but reads as NULL
 *	above 1024		a node; -MAX_ERRNO .. -1 an error, in a cursor or result only
 */
enum { XA_TAG_VALUE = 1, XA_TAG_INTERNAL = 2, XA_TAG_BITS = 3 };

static inline unsigned long xa_word(const void *entry)
{
	return (unsigned long)entry;
}

static inline void *xa_mk_value(unsigned long v)
{
	WARN_ON(v > LONG_MAX);
	return (void *)(v << 1 | XA_TAG_VALUE);
}

static inline unsigned long xa_to_value(const void *entry)
{
	return xa_word(entry) >> 1;
}

static inline bool xa_is_value(const void *entry)
{
	return (xa_word(entry) & XA_TAG_VALUE) != 0;
}

static inline void *xa_mk_internal(unsigned long v)
{
	return (void *)(v << 2 | XA_TAG_INTERNAL);
}

static inline unsigned long xa_to_internal(const void *entry)
{
	return xa_word(entry) >> 2;
}

static inline bool xa_is_internal(const void *entry)
{
	return (xa_word(entry) & XA_TAG_BITS) == XA_TAG_INTERNAL;
}

#define XA_RETRY_ENTRY		xa_mk_internal(256)
#define XA_ZERO_ENTRY		xa_mk_internal(257)

static inline bool xa_is_retry(const void *entry)
{
	return entry == XA_RETRY_ENTRY;
}

static inline bool xa_is_zero(const void *entry)
{
	return entry == XA_ZERO_ENTRY;
}

/* Entries that only the XArray itself may store. */
static inline bool xa_is_advanced(const void *entry)
{
	return xa_is_internal(entry) && xa_to_internal(entry) <= 256;
}

static inline bool xa_is_err(const void *entry)
{
	return xa_is_internal(entry) &&
	       xa_word(entry) >= xa_word(xa_mk_internal((unsigned long)-MAX_ERRNO));
}

/* The negative errno of an error entry, 0 for any other entry. */
static inline int xa_err(const void *entry)
{
	/* Errors are small and negative: the sign is in the bits that are shifted in. */
	return xa_is_err(entry) ? (int)((long)entry >> 2) : 0;
}

typedef unsigned int __bitwise xa_mark_t;
#define XA_MARK_0		((__force xa_mark_t)0U)
#define XA_MARK_1		((__force xa_mark_t)1U)
#define XA_MARK_2		((__force xa_mark_t)2U)
#define XA_MARK_MAX		XA_MARK_2
/* Instead of a mark: every entry that is there. */
#define XA_PRESENT		((__force xa_mark_t)8U)

/*
 * What an array is made with, in xa_flags: whether its lock is taken in interrupts or soft interrupts,
 * too; whether XA_FREE_MARK tells which indices are free; whether index 0 is never one of these, but
 * holds a zero entry while anything is stored; whether nodes are charged to the memory control group.
 * One more the array sets itself: the next cyclic allocation begins anew.  Its own marks come after that.
 */
#define XA_FLAGS_LOCK_IRQ	((__force gfp_t)1U)
#define XA_FLAGS_LOCK_BH	((__force gfp_t)2U)
#define XA_FLAGS_TRACK_FREE	((__force gfp_t)4U)
#define XA_FLAGS_ZERO_BUSY	((__force gfp_t)8U)
#define XA_FLAGS_ALLOC_WRAPPED	((__force gfp_t)16U)
#define XA_FLAGS_ACCOUNT	((__force gfp_t)32U)
#define XA_FLAGS_MARK(mark)	((__force gfp_t)(1U << (__GFP_BITS_SHIFT + (unsigned int)(mark))))
#define XA_FREE_MARK		XA_MARK_0
#define XA_FLAGS_ALLOC		(XA_FLAGS_TRACK_FREE | XA_FLAGS_MARK(XA_FREE_MARK))
#define XA_FLAGS_ALLOC1		(XA_FLAGS_TRACK_FREE | XA_FLAGS_ZERO_BUSY)

struct xarray {
	spinlock_t	xa_lock;
	gfp_t		xa_flags;
	void __rcu	*xa_head;
};

#define XARRAY_INIT(name, flags) {				\
	.xa_lock = __SPIN_LOCK_UNLOCKED(name.xa_lock),		\
	.xa_flags = (flags),					\
	.xa_head = NULL,					\
}
#define DEFINE_XARRAY_FLAGS(name, flags)			\
	struct xarray name = XARRAY_INIT(name, flags)
#define DEFINE_XARRAY(name)	DEFINE_XARRAY_FLAGS(name, 0)

static inline void xa_init_flags(struct xarray *xa, gfp_t flags)
{
	RCU_INIT_POINTER(xa->xa_head, NULL);
	xa->xa_flags = flags;
	spin_lock_init(&xa->xa_lock);
}

static inline void xa_init(struct xarray *xa)
{
	xa_init_flags(xa, 0);
}

static inline bool xa_empty(const struct xarray *xa)
{
	return rcu_dereference_raw(xa->xa_head) == NULL;
}

/* Whether any entry of the array bears the mark. */
static inline bool xa_marked(const struct xarray *xa, xa_mark_t mark)
{
	return (READ_ONCE(xa->xa_flags) & XA_FLAGS_MARK(mark)) != 0;
}

#define xa_lock(xa)		spin_lock(&(xa)->xa_lock)
#define xa_unlock(xa)		spin_unlock(&(xa)->xa_lock)
#define xa_lock_irq(xa)		spin_lock_irq(&(xa)->xa_lock)
#define xa_unlock_irq(xa)	spin_unlock_irq(&(xa)->xa_lock)
#define xa_lock_bh(xa)		spin_lock_bh(&(xa)->xa_lock)
#define xa_unlock_bh(xa)	spin_unlock_bh(&(xa)->xa_lock)

/*
 * The plain interface.  Those that change the array take the lock, except for the ones with two
 * underscores, whose caller holds it (and __xa_store() may drop it to allocate).  An index inside
 * a larger entry stands for the whole entry.
 */
void *xa_load(struct xarray *xa, unsigned long index);
void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
void *__xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
void *xa_erase(struct xarray *xa, unsigned long index);
void *__xa_erase(struct xarray *xa, unsigned long index);
bool xa_get_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
void xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
void xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
int xa_get_order(struct xarray *xa, unsigned long index);
void xa_destroy(struct xarray *xa);
void *xa_cmpxchg(struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp);
int xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
int xa_reserve(struct xarray *xa, unsigned long index, gfp_t gfp);
void xa_release(struct xarray *xa, unsigned long index);
void *xa_store_range(struct xarray *xa, unsigned long first, unsigned long last, void *entry,
		     gfp_t gfp);

/* Indices that an allocation may find, from the first to the last. */
struct xa_limit {
	u32 max;
	u32 min;
};
#define XA_LIMIT(first, last)	((struct xa_limit){ .min = (first), .max = (last) })

int __xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, gfp_t gfp);
int __xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, u32 *next,
		      gfp_t gfp);

void *xa_find_after(struct xarray *xa, unsigned long *indexp, unsigned long max, xa_mark_t filter);
unsigned int xa_extract(struct xarray *xa, void **dst, unsigned long start, unsigned long max,
			unsigned int n, xa_mark_t filter);

/*
 * A node.  Slot k covers 2^shift indices.  parent, offset and array are set before the node can
 * be seen, and parent is NULL at the top.  While a node waits on a cursor, parent is its link to
 * the next one there.  The owner of the array may keep the node on a list of its own, and takes
 * it off when the update callback reports a count of 0.
 */
struct xa_node {
	unsigned char	shift;
	unsigned char	offset;		/* which slot of the parent; no meaning at the top */
	unsigned char	count;		/* slots that are not NULL */
	unsigned char	nr_values;	/* slots of value entries, siblings included */
	struct xa_node __rcu *parent;
	struct xarray	*array;
	union {
		struct list_head private_list;
		struct rcu_head rcu_head;
	};
	void __rcu	*slots[XA_CHUNK_SIZE];
	unsigned long	marks[XA_MAX_MARKS][XA_MARK_LONGS];
};

#ifdef XA_DEBUG
#define XA_BUG_ON(xa, x)	do { (void)(xa); BUG_ON(x); } while (0)
#define XA_NODE_BUG_ON(node, x)	do { (void)(node); BUG_ON(x); } while (0)
#else
#define XA_BUG_ON(xa, x)	((void)0)
#define XA_NODE_BUG_ON(node, x)	((void)0)
#endif

/*
 * Reads of the links of the tree, under the RCU read lock or the array's lock; what ends in _locked
 * is for the holder of the lock, for whom a link does not change.
 */
#define XA_HELD(xa)		lockdep_is_held(&(xa)->xa_lock)
#define XA_READ(xa, link)	rcu_dereference_check(link, XA_HELD(xa))
#define XA_READ_LOCKED(xa, link) rcu_dereference_protected(link, XA_HELD(xa))

static inline void *xa_head(const struct xarray *xa)
{
	return XA_READ(xa, xa->xa_head);
}

static inline void *xa_head_locked(const struct xarray *xa)
{
	return XA_READ_LOCKED(xa, xa->xa_head);
}

static inline void *xa_entry(const struct xarray *xa, const struct xa_node *node,
			     unsigned int offset)
{
	XA_NODE_BUG_ON(node, offset >= XA_CHUNK_SIZE);
	return XA_READ(xa, node->slots[offset]);
}

static inline void *xa_entry_locked(const struct xarray *xa, const struct xa_node *node,
				    unsigned int offset)
{
	XA_NODE_BUG_ON(node, offset >= XA_CHUNK_SIZE);
	return XA_READ_LOCKED(xa, node->slots[offset]);
}

static inline struct xa_node *xa_parent(const struct xarray *xa, const struct xa_node *node)
{
	return XA_READ(xa, node->parent);
}

static inline struct xa_node *xa_parent_locked(const struct xarray *xa,
					       const struct xa_node *node)
{
	return XA_READ_LOCKED(xa, node->parent);
}

/* A node's address has the two low bits free for the tag. */
static inline void *xa_mk_node(const struct xa_node *node)
{
	return (void *)(xa_word(node) | XA_TAG_INTERNAL);
}

static inline struct xa_node *xa_to_node(const void *entry)
{
	return (void *)(xa_word(entry) & ~(unsigned long)XA_TAG_BITS);
}

static inline bool xa_is_node(const void *entry)
{
	return xa_to_internal(entry) >= 1024 && xa_is_internal(entry);
}

static inline void *xa_mk_sibling(unsigned int offset)
{
	return xa_mk_internal(offset);
}

static inline unsigned int xa_to_sibling(const void *entry)
{
	return (unsigned int)xa_to_internal(entry);
}

/* A sibling follows its canonical slot, hence never refers to the last slot of a node. */
static inline bool xa_is_sibling(const void *entry)
{
	return xa_is_internal(entry) && xa_to_internal(entry) < XA_CHUNK_SIZE - 1;
}

/*
 * The first slot from `slot` on that bears the mark, or XA_CHUNK_SIZE.  Each word is read once: it may
 * change meanwhile.
 */
static inline unsigned long xa_next_mark(const struct xa_node *node, xa_mark_t mark,
					 unsigned long slot)
{
	while (slot < XA_CHUNK_SIZE) {
		unsigned long word = READ_ONCE(node->marks[mark][slot / BITS_PER_LONG]);

		word >>= slot % BITS_PER_LONG;
		if (word)
			return min(slot + __ffs(word), XA_CHUNK_SIZE);
		slot += BITS_PER_LONG - slot % BITS_PER_LONG;
	}
	return XA_CHUNK_SIZE;
}

/* Told of each node that changed, with the array's lock held, when its fields are final. */
typedef void (*xa_update_node_t)(struct xa_node *node);

/*
 * The cursor.  xa_shift and xa_sibs describe the order that it works with: 2^xa_shift indices a
 * slot, xa_sibs slots after the first.  xa_node says where it stands: a node (then xa_offset is
 * the slot), NULL for the head, XAS_RESTART before the walk, XAS_BOUNDS past the end of the tree,
 * or an error.  xa_alloc is a list of nodes in stock, linked through their parent fields.
 */
struct xa_state {
	struct xarray *xa;
	unsigned long xa_index;
	unsigned char xa_shift;
	unsigned char xa_sibs;
	unsigned char xa_offset;
	unsigned char xa_pad;
	struct xa_node *xa_node;
	struct xa_node *xa_alloc;
	xa_update_node_t xa_update;
	struct list_lru *xa_lru;
};

#define XA_ERROR(errno)		((struct xa_node *)xa_mk_internal((unsigned long)(errno)))
#define XAS_BOUNDS		((struct xa_node *)1UL)
#define XAS_RESTART		((struct xa_node *)3UL)

#define XA_STATE_ORDER(name, array, index, order)		\
	struct xa_state name = {				\
		.xa = (array),					\
		.xa_index = ((unsigned long)(index) >> (order)) << (order),	\
		.xa_shift = (unsigned char)((order) - (order) % XA_CHUNK_SHIFT),	\
		.xa_sibs = (unsigned char)((1U << ((order) % XA_CHUNK_SHIFT)) - 1),	\
		.xa_node = XAS_RESTART,				\
	}
#define XA_STATE(name, array, index)	XA_STATE_ORDER(name, array, index, 0)

#define xas_lock(xas)		xa_lock((xas)->xa)
#define xas_unlock(xas)		xa_unlock((xas)->xa)
#define xas_lock_irq(xas)	xa_lock_irq((xas)->xa)
#define xas_unlock_irq(xas)	xa_unlock_irq((xas)->xa)
#define xas_lock_bh(xas)	xa_lock_bh((xas)->xa)
#define xas_unlock_bh(xas)	xa_unlock_bh((xas)->xa)
#define xas_marked(xas, mark)	xa_marked((xas)->xa, mark)

static inline int xas_error(const struct xa_state *xas)
{
	return xa_err(xas->xa_node);
}

static inline void xas_set_err(struct xa_state *xas, long err)
{
	xas->xa_node = XA_ERROR(err);
}

/* Whether the cursor stands neither on a node nor on the head. */
static inline bool xas_invalid(const struct xa_state *xas)
{
	return (xa_word(xas->xa_node) & XA_TAG_BITS) != 0;
}

static inline bool xas_valid(const struct xa_state *xas)
{
	return !xas_invalid(xas);
}

static inline bool xas_not_node(const struct xa_node *node)
{
	return !node || (xa_word(node) & XA_TAG_BITS) != 0;
}

static inline bool xas_is_node(const struct xa_state *xas)
{
	return !xas_not_node(xas->xa_node);
}

/* Whether xas_next() and xas_prev() first have to find the cursor's own index. */
static inline bool xas_frozen(const struct xa_node *node)
{
	return (xa_word(node) & XA_TAG_INTERNAL) != 0;
}

static inline bool xas_top(const struct xa_node *node)
{
	return !node || node == XAS_BOUNDS || node == XAS_RESTART;
}

static inline void xas_reset(struct xa_state *xas)
{
	xas->xa_node = XAS_RESTART;
}

/* Whether a reader must ignore this entry; after a retry entry the next walk starts at the top. */
static inline bool xas_retry(struct xa_state *xas, const void *entry)
{
	if (xa_is_retry(entry))
		xas_reset(xas);
	return xa_is_retry(entry) || xa_is_zero(entry);
}

static inline void xas_set(struct xa_state *xas, unsigned long index)
{
	xas_reset(xas);
	xas->xa_index = index;
}

/* order 0 .. 63 (BITS_PER_LONG - 1); the index is aligned down to it. */
static inline void xas_set_order(struct xa_state *xas, unsigned long index, unsigned int order)
{
	xas_set(xas, (index >> order) << order);
	xas->xa_shift = (unsigned char)(order - order % XA_CHUNK_SHIFT);
	xas->xa_sibs = (unsigned char)((1U << (order % XA_CHUNK_SHIFT)) - 1);
}

static inline void xas_set_update(struct xa_state *xas, xa_update_node_t update)
{
	xas->xa_update = update;
}

static inline void xas_set_lru(struct xa_state *xas, struct list_lru *lru)
{
	xas->xa_lru = lru;
}

void *xas_load(struct xa_state *xas);
void *xas_reload(struct xa_state *xas);
void *xas_store(struct xa_state *xas, void *entry);
bool xas_nomem(struct xa_state *xas, gfp_t gfp);
void xas_destroy(struct xa_state *xas);
void xas_create_range(struct xa_state *xas);
int xas_get_order(struct xa_state *xas);

bool xas_get_mark(const struct xa_state *xas, xa_mark_t mark);
void xas_set_mark(const struct xa_state *xas, xa_mark_t mark);
void xas_clear_mark(const struct xa_state *xas, xa_mark_t mark);
void xas_init_marks(const struct xa_state *xas);

void *xas_find(struct xa_state *xas, unsigned long max);
void *xas_find_marked(struct xa_state *xas, unsigned long max, xa_mark_t mark);
void *xas_find_conflict(struct xa_state *xas);
void *xas_next(struct xa_state *xas);
void *xas_prev(struct xa_state *xas);
void xas_pause(struct xa_state *xas);

/*
 * The steps of the loops below, inline for what is most frequent: from one slot of a leaf to another
 * whose entry is a user's.  For all else they are xas_find() and xas_find_marked().
 */
static inline bool xas_in_leaf(const struct xa_state *xas)
{
	return xas_is_node(xas) && !xas->xa_node->shift;
}

/* From one slot of a leaf to another. */
static inline void xas_to_slot(struct xa_state *xas, unsigned long slot)
{
	xas->xa_index += slot - (xas->xa_index & XA_CHUNK_MASK);
	xas->xa_offset = (unsigned char)slot;
}

static inline void *xas_next_entry(struct xa_state *xas, unsigned long max)
{
	unsigned long slot = xas->xa_index & XA_CHUNK_MASK, most = 0;

	/* A cursor on a canonical slot before its index is for xas_find(). */
	if (xas_in_leaf(xas) && slot == xas->xa_offset && max > xas->xa_index)
		most = slot + min(XA_CHUNK_MASK - slot, max - xas->xa_index);
	while (slot < most) {
		void *held = xa_entry(xas->xa, xas->xa_node, (unsigned int)++slot);

		if (xa_is_internal(held))
			break;
		xas_to_slot(xas, slot);
		if (held)
			return held;
	}
	return xas_find(xas, max);
}

static inline void *xas_next_marked(struct xa_state *xas, unsigned long max, xa_mark_t mark)
{
	if (xas_in_leaf(xas)) {
		unsigned long from = xas->xa_offset + 1UL, first = xas->xa_index & ~XA_CHUNK_MASK;
		unsigned long slot = xa_next_mark(xas->xa_node, mark, from);

		if (slot < XA_CHUNK_SIZE && first + slot <= max) {
			void *held = xa_entry(xas->xa, xas->xa_node, (unsigned int)slot);

			/* What is internal has taken a marked entry's place since the mark was seen. */
			if (held && !xa_is_internal(held)) {
				xas_to_slot(xas, slot);
				return held;
			}
		}
	}
	return xas_find_marked(xas, max, mark);
}

#define xas_for_each(xas, entry, max)				\
	for ((entry) = xas_find(xas, max); (entry) != NULL;	\
	     (entry) = xas_next_entry(xas, max))
#define xas_for_each_marked(xas, entry, max, mark)		\
	for ((entry) = xas_find_marked(xas, max, mark); (entry) != NULL; \
	     (entry) = xas_next_marked(xas, max, mark))

#define xas_for_each_conflict(xas, entry)			\
	while (((entry) = xas_find_conflict(xas)) != NULL)

void xas_split_alloc(struct xa_state *xas, void *entry, unsigned int order, gfp_t gfp);
void xas_split(struct xa_state *xas, void *entry, unsigned int order);
void xas_try_split(struct xa_state *xas, void *entry, unsigned int order);
unsigned int xas_try_split_min_order(unsigned int order);

#endif /* _LINUX_XARRAY_H */
