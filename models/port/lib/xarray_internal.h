/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the XArray's source files share and no user needs. */
#ifndef _LIB_XARRAY_INTERNAL_H
#define _LIB_XARRAY_INTERNAL_H

#include <linux/xarray.h>

/* xarray_node.c: the life of nodes */
struct xa_node *xas_new_node(const struct xa_state *xas, gfp_t gfp);
void xas_put_spare(struct xa_state *xas, struct xa_node *node);
struct xa_node *xas_take_spare(struct xa_state *xas);
void xas_update(const struct xa_state *xas, struct xa_node *node);
void xas_free_nodes(const struct xa_state *xas, struct xa_node *top);
void xas_delete_node(struct xa_state *xas);
bool __xas_nomem(struct xa_state *xas, gfp_t gfp);

/* xarray.c: walking down */
void *xas_start(struct xa_state *xas);
void *xas_canonical(const struct xa_state *xas, const struct xa_node *node, unsigned int *offset);
void *xas_enter(struct xa_state *xas, struct xa_node *node);
void *xas_load_settled(struct xa_state *xas);
unsigned int index_bits(const void *head);
unsigned long max_index(const void *head);

/* xarray_create.c: making a place for an entry */
void *xas_create(struct xa_state *xas, bool allow_root);

/* Whether XA_FREE_MARK tells which indices of the array are free. */
static inline bool xa_tracks_free(const struct xarray *xa)
{
	return (xa->xa_flags & XA_FLAGS_TRACK_FREE) != 0;
}

/* Whether index 0 is none of these: while anything is stored it holds a zero entry. */
static inline bool xa_zero_busy(const struct xarray *xa)
{
	return (xa->xa_flags & XA_FLAGS_ZERO_BUSY) != 0;
}

/* Set a flag of the array or clear it; searches that hold no lock may look at its marks. */
static inline void xa_set_flag(struct xarray *xa, gfp_t flag, bool set)
{
	gfp_t others = xa->xa_flags & ~flag;

	WRITE_ONCE(xa->xa_flags, set ? others | flag : others);
}

/* Let the array itself bear a mark or not. */
static inline void xa_bear(struct xarray *xa, xa_mark_t mark, bool bear)
{
	xa_set_flag(xa, XA_FLAGS_MARK(mark), bear);
}

/* What a slot holds, as a walk sees it.  Retry and zero entries are entries. */
enum slot_kind { SLOT_EMPTY, SLOT_ENTRY, SLOT_SIBLING, SLOT_CHILD };

static inline enum slot_kind kind_of(const void *held)
{
	if (!xa_is_internal(held))
		return held ? SLOT_ENTRY : SLOT_EMPTY;
	if (xa_is_sibling(held))
		return SLOT_SIBLING;
	return xa_is_node(held) ? SLOT_CHILD : SLOT_ENTRY;
}

/* Where the cursor stands, as the two low bits of xa_node tell; in the tree: on a slot or the head. */
enum xas_where { XAS_IN_TREE, XAS_AT_END, XAS_IN_ERROR, XAS_AT_START };

static inline enum xas_where xas_where(const struct xa_state *xas)
{
	return (enum xas_where)(xa_word(xas->xa_node) & XA_TAG_BITS);
}

/* The slot of `node` that holds `index`. */
static inline unsigned int slot_of(const struct xa_node *node, unsigned long index)
{
	return (unsigned int)((index >> node->shift) & XA_CHUNK_MASK);
}

/* The same for the cursor's index. */
static inline unsigned int xas_slot(const struct xa_state *xas, const struct xa_node *node)
{
	return slot_of(node, xas->xa_index);
}

/* Put the cursor on slot `offset` of `node` without touching its index. */
static inline void xas_place(struct xa_state *xas, struct xa_node *node, unsigned int offset)
{
	xas->xa_offset = (unsigned char)offset;
	xas->xa_node = node;
}

static inline void *set_bounds(struct xa_state *xas)
{
	xas->xa_node = XAS_BOUNDS;
	return NULL;
}

static inline bool node_get_mark(const struct xa_node *node, unsigned int offset, xa_mark_t mark)
{
	return test_bit(offset, node->marks[mark]);
}

/* Let a slot bear a mark or not; searches that hold no lock may look at the word. */
static inline void row_set(unsigned long *row, unsigned int offset, bool bear)
{
	unsigned long *word = &row[offset / BITS_PER_LONG], bit = BIT(offset % BITS_PER_LONG);

	WRITE_ONCE(*word, bear ? *word | bit : *word & ~bit);
}

/* What slot `offset` of the cursor's node holds. */
static inline void *xas_read(const struct xa_state *xas, unsigned int offset)
{
	XA_NODE_BUG_ON(xas->xa_node, offset >= XA_CHUNK_SIZE);
	return XA_READ(xas->xa, xas->xa_node->slots[offset]);
}

/* Whether the owner of the array has the node on a list of its own. */
static inline bool node_listed(const struct xa_node *node)
{
	return !list_empty(&node->private_list);
}

/* A stack of nodes that are not in the tree: each one's parent field leads to the one below it. */
static inline void stack_push(struct xa_node **stack, struct xa_node *node)
{
	RCU_INIT_POINTER(node->parent, *stack);
	*stack = node;
}

static inline struct xa_node *stack_pop(struct xa_node **stack)
{
	struct xa_node *node = *stack;

	*stack = rcu_dereference_raw(node->parent);
	return node;
}

#endif /* _LIB_XARRAY_INTERNAL_H */
