// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Splitting an entry of order n into entries of a smaller order m, across any number of levels.
 *
 * The old entry has L = 2^(n % XA_CHUNK_SHIFT) slots in one node.  If the new order belongs on that
 * level too, its slots are regrouped.  Else each of the L slots gets a full subtree, whose leaves
 * (on the new order's level) hold the new entries.  Subtrees are complete before they are linked,
 * and the old entry's canonical slot is replaced last: until then a reader that comes by a sibling
 * slot finds the old entry, and afterwards there is no such slot any more.
 */

#include "xarray_internal.h"

/* What the new entries are like; constant throughout a split. */
struct new_entries {
	void *entry;
	unsigned int shift;	/* of the nodes that they live in */
	unsigned int slots;	/* that each takes */
	bool marks[XA_MAX_MARKS];
};

static unsigned int slots_of(unsigned int order)
{
	return 1U << (order % XA_CHUNK_SHIFT);
}

/*
 * Nodes in the subtrees that a split of `order` down to the level `shift` needs: L on the level
 * below, XA_CHUNK_SIZE times as many on each further one.  That is less than 2^(order - shift), so
 * a long holds it for every order that an index can have.  An unsigned int, in which the series of
 * November 2025 counts, wraps from order 38 on (33 where XA_CHUNK_SHIFT is 1).
 */
static unsigned long split_nodes(unsigned int order, unsigned int shift)
{
	unsigned long nodes = 0;

	for (unsigned int level = order - order % XA_CHUNK_SHIFT; level > shift;
	     level -= XA_CHUNK_SHIFT)
		nodes = nodes * XA_CHUNK_SIZE + slots_of(order);
	return nodes;
}

/*
 * Put the nodes that xas_split() will need on the cursor, which has the new order; `order` is the
 * old one.  Without the lock; sleeps if `gfp` permits.  If memory is short: -ENOMEM on the cursor,
 * and no node.  Nodes are filled in by the split, so that `entry` does not matter here.
 */
void xas_split_alloc(struct xa_state *xas, void *entry, unsigned int order, gfp_t gfp)
{
	(void)entry;
	for (unsigned long nodes = split_nodes(order, xas->xa_shift); nodes; nodes--) {
		struct xa_node *node = xas_new_node(xas, gfp);

		if (node) {
			xas_put_spare(xas, node);
		} else {
			xas_set_err(xas, -ENOMEM);
			xas_destroy(xas);
			return;
		}
	}
}

/* A spare node as a full one of `shift`, except for its slots, parent and offset. */
static struct xa_node *split_take(struct xa_state *xas, unsigned int shift)
{
	struct xa_node *node = xas_take_spare(xas);

	XA_BUG_ON(xas->xa, !node);
	node->shift = (unsigned char)shift;
	node->offset = 0;
	node->count = XA_CHUNK_SIZE;
	node->nr_values = 0;
	node->array = xas->xa;
	RCU_INIT_POINTER(node->parent, NULL);
	for (xa_mark_t mark = XA_MARK_0; mark <= XA_MARK_MAX; mark++)
		bitmap_clear(node->marks[mark], 0, XA_CHUNK_SIZE);
	return node;
}

/* Out of line: a split that recurses would take half as much stack again. */
static noinline void split_set_marks(struct xa_node *node, unsigned int offset,
				     const struct new_entries *new)
{
	for (xa_mark_t mark = XA_MARK_0; mark <= XA_MARK_MAX; mark++)
		if (new->marks[mark])
			row_set(node->marks[mark], offset, true);
}

static struct xa_node *split_leaf(struct xa_state *xas, const struct new_entries *new)
{
	struct xa_node *node = split_take(xas, new->shift);

	if (xa_is_value(new->entry))
		node->nr_values = XA_CHUNK_SIZE;
	for (unsigned int offset = 0; offset < XA_CHUNK_SIZE; offset++) {
		unsigned int canonical = offset - offset % new->slots;

		if (offset == canonical) {
			RCU_INIT_POINTER(node->slots[offset], new->entry);
			split_set_marks(node, offset, new);
		} else {
			RCU_INIT_POINTER(node->slots[offset], xa_mk_sibling(canonical));
		}
	}
	return node;
}

/* Make `child` the child in a slot of a node that no reader can see yet. */
static void split_adopt(struct xa_state *xas, struct xa_node *parent, unsigned int offset,
			struct xa_node *child, const struct new_entries *new)
{
	child->offset = (unsigned char)offset;
	RCU_INIT_POINTER(child->parent, parent);
	RCU_INIT_POINTER(parent->slots[offset], xa_mk_node(child));
	split_set_marks(parent, offset, new);
	xas_update(xas, child);
}

#ifdef XA_SPLIT_RECURSIVE
/* From the top down, at most BITS_PER_LONG / XA_CHUNK_SHIFT calls deep. */
static struct xa_node *split_subtree(struct xa_state *xas, unsigned int shift,
				     const struct new_entries *new)
{
	struct xa_node *node;

	if (shift == new->shift)
		return split_leaf(xas, new);
	node = split_take(xas, shift);
	for (unsigned int offset = 0; offset < XA_CHUNK_SIZE; offset++)
		split_adopt(xas, node, offset,
			    split_subtree(xas, shift - XA_CHUNK_SHIFT, new), new);
	return node;
}

static struct xa_node *split_build(struct xa_state *xas, unsigned int shift, unsigned int subtrees,
				   const struct new_entries *new)
{
	struct xa_node *stack = NULL;

	while (subtrees--)
		stack_push(&stack, split_subtree(xas, shift, new));
	return stack;
}
#else
/* The XA_CHUNK_SIZE topmost subtrees become the children of one node that takes their place. */
static void split_combine(struct xa_state *xas, struct xa_node **stack,
			  const struct new_entries *new)
{
	struct xa_node *node = split_take(xas, (*stack)->shift + XA_CHUNK_SHIFT);

	for (unsigned int offset = XA_CHUNK_SIZE; offset-- > 0; )
		split_adopt(xas, node, offset, stack_pop(stack), new);
	stack_push(stack, node);
}

/*
 * `subtrees` complete subtrees whose tops have `shift`, on a stack.  Leaves are pushed one after
 * another, and a family that has become complete is combined at once.  How often the number of
 * leaves so far can be divided by XA_CHUNK_SIZE tells how many levels have.
 */
static struct xa_node *split_build(struct xa_state *xas, unsigned int shift, unsigned int subtrees,
				   const struct new_entries *new)
{
	unsigned long leaves = (unsigned long)subtrees << (shift - new->shift);
	struct xa_node *stack = NULL;

	for (unsigned long leaf = 1; leaf <= leaves; leaf++) {
		unsigned long family = leaf;

		stack_push(&stack, split_leaf(xas, new));
		for (; stack->shift < shift && family % XA_CHUNK_SIZE == 0; family /= XA_CHUNK_SIZE)
			split_combine(xas, &stack, new);
	}
	return stack;
}
#endif

/* Replace slots `first` .. `last` of the node by subtrees, the highest slot first. */
static void split_vertically(struct xa_state *xas, struct xa_node *node, unsigned int first,
			     unsigned int last, const struct new_entries *new)
{
	struct xa_node *stack = split_build(xas, node->shift - XA_CHUNK_SHIFT, last - first + 1, new);

	for (unsigned int offset = last + 1; offset-- > first; ) {
		struct xa_node *child = stack_pop(&stack);

		child->offset = (unsigned char)offset;
		RCU_INIT_POINTER(child->parent, node);
		/* A marked search that finds the child must not pass it by. */
		split_set_marks(node, offset, new);
		rcu_assign_pointer(node->slots[offset], xa_mk_node(child));
		xas_update(xas, child);
	}
}

/*
 * Regroup slots `first` .. `last`, the highest group first.  In each the entry comes before its
 * siblings, which are siblings of the old entry until then.
 */
static void split_horizontally(struct xa_node *node, unsigned int first, unsigned int last,
			       const struct new_entries *new)
{
	for (unsigned int end = last + 1; end > first; end -= new->slots) {
		unsigned int canonical = end - new->slots;

		split_set_marks(node, canonical, new);
		rcu_assign_pointer(node->slots[canonical], new->entry);
		for (unsigned int offset = end - 1; offset > canonical; offset--)
			rcu_assign_pointer(node->slots[offset], xa_mk_sibling(canonical));
	}
}

/* The cursor stands on the canonical slot of the old entry `old`, of `order`. */
static void split_here(struct xa_state *xas, const void *old, void *entry, unsigned int order)
{
	unsigned int first = xas->xa_offset;
	unsigned int slots = slots_of(order);
	unsigned int last = first + slots - 1;
	struct xa_node *node = xas->xa_node;
	struct new_entries new = {
		.entry = entry,
		.shift = xas->xa_shift,
		.slots = xas->xa_sibs + 1U,
	};
	unsigned int values = node->nr_values;

	XA_NODE_BUG_ON(node, last >= XA_CHUNK_SIZE);
	for (xa_mark_t mark = XA_MARK_0; mark <= XA_MARK_MAX; mark++)
		new.marks[mark] = node_get_mark(node, first, mark);
	if (xa_is_value(old))
		values -= slots;

	if (new.shift < node->shift) {
		split_vertically(xas, node, first, last, &new);
	} else {
		split_horizontally(node, first, last, &new);
		if (xa_is_value(entry))
			values += slots;
	}

	node->nr_values = (unsigned char)values;
	XA_NODE_BUG_ON(node, node->nr_values > node->count);
	xas_update(xas, node);
	/* The cursor's index may be anywhere in the old entry: stand where it is covered now. */
	first = xas_slot(xas, node);
	if (new.shift == node->shift)
		first -= first % new.slots;
	xas_place(xas, node, first);
}

/*
 * Split the entry of `order` that covers the cursor's index into entries of the cursor's order,
 * all of them `entry`, which may be of another kind than the old one.  They inherit its marks.
 * Under the lock, with nodes enough from xas_split_alloc(): never fails.  What it does not need stays
 * on the cursor.
 */
void xas_split(struct xa_state *xas, void *entry, unsigned int order)
{
	const void *old = xas_load(xas);

	/* An entry in the head, and none at all, cannot be split. */
	if (xas_is_node(xas))
		split_here(xas, old, entry, order);
}

/*
 * The smallest order that xas_try_split() takes entries of `order` to: one level down for an entry
 * of one slot, and as small as its level permits for others.
 */
unsigned int xas_try_split_min_order(unsigned int order)
{
	unsigned int rest = order % XA_CHUNK_SHIFT;

	if (rest || !order)
		return order - rest;
	return order - 1;
}

/*
 * A split to xas_try_split_min_order() or above, as one call under the lock: takes a spare node of
 * the cursor if it needs one, or else allocates it without sleeping.  -EINVAL on the cursor for any
 * lower order, -ENOMEM if there is no node; then the array is untouched and the cursor has no spare
 * nodes.
 */
void xas_try_split(struct xa_state *xas, void *entry, unsigned int order)
{
	unsigned long nodes = split_nodes(order, xas->xa_shift);
	unsigned long least = 1UL << xas_try_split_min_order(order);
	const void *old = xas_load(xas);

	if (!xas_is_node(xas))
		return;
	if ((xas->xa_sibs + 1UL) << xas->xa_shift < least) {
		xas_set_err(xas, -EINVAL);
		xas_destroy(xas);
		return;
	}
	if (nodes && !xas->xa_alloc) {
		struct xa_node *node = xas_new_node(xas, GFP_NOWAIT);

		if (node) {
			xas_put_spare(xas, node);
		} else {
			xas_set_err(xas, -ENOMEM);
			return;
		}
	}
	split_here(xas, old, entry, order);
}
