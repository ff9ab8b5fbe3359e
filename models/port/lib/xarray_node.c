// SPDX-License-Identifier: GPL-2.0-or-later
/* The life of nodes: allocation, the cursor's stock of spare nodes, leaving the tree. */

#include <linux/slab.h>

#include "xarray_internal.h"

/* An array pointer that no array has: the node is waiting for its grace period. */
#define XA_RCU_FREE	((struct xarray *)1)

/*
 * A node whose slots and marks are clear and whose private list is empty, which the slab's
 * constructor and radix_tree_node_rcu_free() see to.  All other fields hold garbage.
 */
struct xa_node *xas_new_node(const struct xa_state *xas, gfp_t gfp)
{
	gfp_t charge = xas->xa->xa_flags & XA_FLAGS_ACCOUNT ? __GFP_ACCOUNT : 0;
	struct xa_node *node = kmem_cache_alloc_lru(radix_tree_node_cachep, xas->xa_lru,
						    gfp | charge);

	XA_NODE_BUG_ON(node, node && node_listed(node));
	return node;
}

void xas_put_spare(struct xa_state *xas, struct xa_node *node)
{
	stack_push(&xas->xa_alloc, node);
}

/* NULL when the cursor has none. */
struct xa_node *xas_take_spare(struct xa_state *xas)
{
	return xas->xa_alloc ? stack_pop(&xas->xa_alloc) : NULL;
}

/* Free the nodes that the cursor still has in stock; no reader ever saw them. */
void xas_destroy(struct xa_state *xas)
{
	struct xa_node *node;

	while ((node = xas_take_spare(xas)) != NULL) {
		XA_NODE_BUG_ON(node, node_listed(node));
		radix_tree_node_rcu_free(&node->rcu_head);
	}
}

static bool xas_restock(struct xa_state *xas, struct xa_node *node)
{
	if (!node)
		return false;
	xas_put_spare(xas, node);
	xas_reset(xas);
	return true;
}

/*
 * To be called without the lock when an operation may have run out of memory.  True: there is a
 * node now, do it again.  False: it was not short of memory, or there is none; nothing stays on
 * the cursor.
 */
bool xas_nomem(struct xa_state *xas, gfp_t gfp)
{
	if (xas_error(xas) != -ENOMEM) {
		xas_destroy(xas);
		return false;
	}
	return xas_restock(xas, xas_new_node(xas, gfp));
}

/* As the array's users take the lock, and drop it. */
static void xas_lock_as_taken(struct xa_state *xas)
{
	switch (xas->xa->xa_flags & (XA_FLAGS_LOCK_IRQ | XA_FLAGS_LOCK_BH)) {
	case XA_FLAGS_LOCK_IRQ:
		xas_lock_irq(xas);
		break;
	case XA_FLAGS_LOCK_BH:
		xas_lock_bh(xas);
		break;
	default:
		xas_lock(xas);
	}
}

static void xas_unlock_as_taken(struct xa_state *xas)
{
	switch (xas->xa->xa_flags & (XA_FLAGS_LOCK_IRQ | XA_FLAGS_LOCK_BH)) {
	case XA_FLAGS_LOCK_IRQ:
		xas_unlock_irq(xas);
		break;
	case XA_FLAGS_LOCK_BH:
		xas_unlock_bh(xas);
		break;
	default:
		xas_unlock(xas);
	}
}

/* The same for a caller that holds the lock; it is dropped for an allocation that may block. */
bool __xas_nomem(struct xa_state *xas, gfp_t gfp)
{
	struct xa_node *node;

	if (!gfpflags_allow_blocking(gfp) || xas_error(xas) != -ENOMEM)
		return xas_nomem(xas, gfp);
	xas_unlock_as_taken(xas);
	node = xas_new_node(xas, gfp);
	xas_lock_as_taken(xas);
	return xas_restock(xas, node);
}

void xas_update(const struct xa_state *xas, struct xa_node *node)
{
	xa_update_node_t tell = xas->xa_update;

	/* Nobody lists nodes who is not told of them. */
	XA_NODE_BUG_ON(node, !tell && node_listed(node));
	if (tell)
		tell(node);
}

/* The node is out of the tree, and its owner knows; readers may still be inside. */
static void node_release(struct xa_node *node)
{
	node->array = XA_RCU_FREE;
	XA_NODE_BUG_ON(node, node_listed(node));
	call_rcu(&node->rcu_head, radix_tree_node_rcu_free);
}

static void xas_retire(const struct xa_state *xas, struct xa_node *node)
{
	node->nr_values = 0;
	node->count = 0;
	xas_update(xas, node);
	node_release(node);
}

/*
 * Send readers that are still in the node back to the top, from slot `offset` on, up to the first
 * that holds a child.  Returns that slot, or XA_CHUNK_SIZE if there is none.
 */
static unsigned int node_evict(const struct xarray *xa, struct xa_node *node, unsigned int offset)
{
	for (; offset < XA_CHUNK_SIZE; offset++) {
		switch (kind_of(xa_entry_locked(xa, node, offset))) {
		case SLOT_CHILD:
			return offset;
		case SLOT_EMPTY:
			break;
		case SLOT_ENTRY:
		case SLOT_SIBLING:
			RCU_INIT_POINTER(node->slots[offset], XA_RETRY_ENTRY);
		}
	}
	return offset;
}

/* Free the subtree at `top`, which nothing in the tree refers to any more: children first. */
void xas_free_nodes(const struct xa_state *xas, struct xa_node *top)
{
	struct xa_node *node = top;
	unsigned int from = 0;
	bool done;

	do {
		struct xa_node *at = node;
		unsigned int offset = node_evict(xas->xa, at, from);

		done = false;
		if (offset < XA_CHUNK_SIZE) {
			node = xa_to_node(xa_entry_locked(xas->xa, at, offset));
			from = 0;
		} else {
			/* Both are needed after the node is gone. */
			from = at->offset + 1U;
			done = at == top;
			node = xa_parent_locked(xas->xa, at);
			xas_retire(xas, at);
		}
	} while (!done);
}

/* While the top node holds nothing but slot 0, let the head take over what is in it. */
static void xas_shrink(struct xa_state *xas, struct xa_node *node)
{
	struct xarray *xa = xas->xa;

	while (node->count == 1) {
		void *entry = xa_entry_locked(xa, node, 0);
		struct xa_node *child = xa_is_node(entry) ? xa_to_node(entry) : NULL;

		/* The head can hold an entry of order 0 only. */
		if (!entry || (!child && node->shift))
			return;
		/* A zero entry at index 0 that the array put there itself goes with the rest. */
		entry = xa_zero_busy(xa) && xa_is_zero(entry) ? NULL : entry;
		rcu_assign_pointer(xa->xa_head, entry);
		if (xa_tracks_free(xa))
			xa_bear(xa, XA_FREE_MARK, node_get_mark(node, 0, XA_FREE_MARK));
		set_bounds(xas);
		if (child)
			RCU_INIT_POINTER(child->parent, NULL);
		else
			RCU_INIT_POINTER(node->slots[0], XA_RETRY_ENTRY);
		xas_retire(xas, node);
		if (!child)
			return;
		node = child;
	}
}

/*
 * Slots of the cursor's node became NULL: if it is empty now, take it out, and so on upwards.
 * A node is freed only when it is unlinked: no reader that comes after can find it.
 */
void xas_delete_node(struct xa_state *xas)
{
	struct xa_node *node = xas->xa_node;
	struct xarray *xa = xas->xa;

	while (!node->count) {
		struct xa_node *parent = xa_parent_locked(xa, node);

		if (!parent) {
			RCU_INIT_POINTER(xa->xa_head, NULL);
			node_release(node);
			set_bounds(xas);
			return;
		}
		xas_place(xas, parent, node->offset);
		RCU_INIT_POINTER(parent->slots[node->offset], NULL);
		node_release(node);
		parent->count--;
		xas_update(xas, parent);
		node = parent;
	}
	if (!xa_parent_locked(xa, node))
		xas_shrink(xas, node);
}
