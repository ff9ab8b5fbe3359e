/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the XArray's source files share and no user needs. */
#ifndef _LIB_XARRAY_INTERNAL_H
#define _LIB_XARRAY_INTERNAL_H

#include <linux/xarray.h>

/* xarray_node.c: the life of nodes */
struct xa_node *xas_new_node(struct xa_state *xas, gfp_t gfp);
void xas_put_spare(struct xa_state *xas, struct xa_node *node);
struct xa_node *xas_take_spare(struct xa_state *xas);
void xa_node_free(struct xa_node *node);
void xas_update(struct xa_state *xas, struct xa_node *node);
void xas_free_nodes(struct xa_state *xas, struct xa_node *top);
void xas_delete_node(struct xa_state *xas);
bool __xas_nomem(struct xa_state *xas, gfp_t gfp);

/* xarray.c: walking down */
void *xas_start(struct xa_state *xas);
void *xas_descend(struct xa_state *xas, struct xa_node *node);
unsigned long max_index(const void *head);

/* xarray_create.c: making a place for an entry */
void *xas_create(struct xa_state *xas, bool allow_root);

/* The slot of `node` that holds `index`. */
static inline unsigned int get_offset(unsigned long index, const struct xa_node *node)
{
	return (unsigned int)((index >> node->shift) & XA_CHUNK_MASK);
}

/* Put the cursor on slot `offset` of `node` without touching its index. */
static inline void xas_place(struct xa_state *xas, struct xa_node *node, unsigned int offset)
{
	xas->xa_node = node;
	xas->xa_offset = (unsigned char)offset;
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

#endif /* _LIB_XARRAY_INTERNAL_H */
