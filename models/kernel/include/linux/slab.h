/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_SLAB_H
#define XASPLIT_LINUX_SLAB_H

#include <hooks.h>
#include <linux/gfp.h>
#include <linux/types.h>

struct kmem_cache;
struct list_lru;

/* The one cache there is, and the end of a node's life: the driver defines both. */
extern struct kmem_cache *radix_tree_node_cachep;
void radix_tree_node_rcu_free(struct rcu_head *head);

static inline void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t flags)
{
	(void)cache;
	return xasplit_node_alloc(gfpflags_allow_blocking(flags));
}

static inline void *kmem_cache_alloc_lru(struct kmem_cache *cache, struct list_lru *lru,
					 gfp_t flags)
{
	(void)lru;
	return kmem_cache_alloc(cache, flags);
}

static inline void kmem_cache_free(struct kmem_cache *cache, void *node)
{
	(void)cache;
	xasplit_node_free(node);
}

#endif
