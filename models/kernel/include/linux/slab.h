/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_SLAB_H
#define XASPLIT_LINUX_SLAB_H

#include <hooks.h>
#include <linux/cleanup.h>
#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/sched/mm.h>
#include <linux/types.h>

struct kmem_cache;
struct list_lru;

/* The one cache there is, and the end of a node's life: the driver defines both. */
extern struct kmem_cache *radix_tree_node_cachep;
void radix_tree_node_rcu_free(struct rcu_head *head);

static inline void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t flags)
{
	(void)cache;
	return xasplit_node_alloc(flags, NULL);
}

static inline void *kmem_cache_alloc_lru(struct kmem_cache *cache, struct list_lru *lru,
					 gfp_t flags)
{
	(void)cache;
	return xasplit_node_alloc(flags, lru);
}

static inline void kmem_cache_free(struct kmem_cache *cache, void *node)
{
	(void)cache;
	xasplit_node_free(node);
}

static inline void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t flags)
{
	return kmem_cache_alloc(cache, flags);
}

static inline void kmem_cache_free_bulk(struct kmem_cache *cache, size_t count, void **nodes)
{
	while (count--)
		kmem_cache_free(cache, nodes[count]);
}

/* All of them or none; how many. */
static inline int kmem_cache_alloc_bulk(struct kmem_cache *cache, gfp_t flags, size_t count,
					void **nodes)
{
	for (size_t got = 0; got < count; got++) {
		nodes[got] = kmem_cache_alloc(cache, flags);
		if (!nodes[got]) {
			kmem_cache_free_bulk(cache, got, nodes);
			return 0;
		}
	}
	return (int)count;
}

/* Memory that is no node comes from the C library: it is not counted and does not run out. */
static inline void *kmalloc(size_t bytes, gfp_t flags)
{
	might_alloc(flags);
	return flags & __GFP_ZERO ? __builtin_calloc(1, bytes) : __builtin_malloc(bytes);
}

static inline void kfree(const void *place)
{
	__builtin_free((void *)(uintptr_t)place);
}

#define kzalloc(bytes, flags) kmalloc(bytes, (flags) | __GFP_ZERO)
#define kmalloc_array(count, bytes, flags) kmalloc(array_size(count, bytes), flags)
#define kcalloc(count, bytes, flags) kzalloc(array_size(count, bytes), flags)
#define kvmalloc(bytes, flags) kmalloc(bytes, flags)
#define kvzalloc(bytes, flags) kzalloc(bytes, flags)
#define kvmalloc_array(count, bytes, flags) kmalloc_array(count, bytes, flags)
#define kvcalloc(count, bytes, flags) kcalloc(count, bytes, flags)
#define kvfree(place) kfree(place)

DEFINE_FREE(kfree, void *, if (_T) kfree(_T))
DEFINE_FREE(kvfree, void *, if (_T) kvfree(_T))

#endif
