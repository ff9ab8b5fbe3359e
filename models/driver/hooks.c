// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the headers in models/kernel/include ask of a program: allocation that can be made to fail,
 * freeing after a grace period, locks that are watched, and the page cache's update callback.
 */
#include "driver.h"

#include <linux/list.h>
#include <linux/slab.h>

struct kmem_cache *radix_tree_node_cachep;
int xasplit_read_depth;

static struct hooks *const hooks = &driver.hooks;

void hooks_reset(void)
{
	driver.requests = (struct requests){ .limit = UINT64_MAX };
	xasplit_read_depth = 0;
	hooks->locks_held = 0;
	hooks->irqs_off = hooks->bhs_off = false;
	hooks->deferred = NULL;
	hooks->deferred_end = &hooks->deferred;
}

/* Memory. */

static bool request_fails(bool may_block)
{
	uint32_t which = may_block ? FLAG_FAIL_BLOCKING : FLAG_FAIL_NONBLOCKING;

	if (driver.requests.fail_at && (driver.requests.fail_which & which)) {
		if (driver.requests.fail_at == 1 && driver.requests.fail_which & FLAG_LASTING)
			return true;
		if (!--driver.requests.fail_at)
			return true;
	}
	if (!driver.requests.limit)
		return true;
	driver.requests.limit--;
	return false;
}

void *xasplit_node_alloc(unsigned int gfp, const struct list_lru *lru)
{
	bool may_block = gfpflags_allow_blocking(gfp);

	log_request(gfp, lru);
	if (may_block)
		xasplit_might_sleep();
	if (driver.requests.repeating)
		return count_next();
	driver.requests.made++;
	if (request_fails(may_block))
		return NULL;
	if (arena_used() == (driver.requests.thin ? arena_capacity() : arena_capacity() / 16))
		fail(STATUS_UNSUPPORTED, "the case takes more than %zu nodes", arena_used());
	return arena_take();
}

/* The number of a node that is about to be freed, while its list pointers still are what they are. */
static long freeable(const void *pointer)
{
	long number = arena_find(pointer);

	count_only("frees");
	if (number < 0)
		fail(STATUS_BAD_FREE, "freed something that is not a node");
	if (arena_notes((size_t)number)->state != NODE_LIVE)
		fail(STATUS_DOUBLE_FREE, "freed a node twice");
	if (!list_empty(&arena_node((size_t)number)->private_list))
		fail(STATUS_FREED_ON_LRU, "freed a node that is on the shadow-node LRU");
	return number;
}

void xasplit_node_free(void *node)
{
	arena_give_back(freeable(node), !driver.requests.thin);
}

void radix_tree_node_rcu_free(struct rcu_head *head)
{
	xasplit_node_free(container_of(head, struct xa_node, rcu_head));
}

void xasplit_call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	long number = freeable(container_of(head, struct xa_node, rcu_head));

	arena_notes((size_t)number)->state = NODE_DEFERRED;
	head->next = NULL;
	head->func = func;
	*hooks->deferred_end = head;
	hooks->deferred_end = &head->next;
}

static void end_grace_period(void)
{
	struct rcu_head *head = hooks->deferred;

	hooks->deferred = NULL;
	hooks->deferred_end = &hooks->deferred;
	while (head) {
		struct rcu_head *next = head->next;
		void (*func)(struct rcu_head *head) = head->func;
		struct xa_node *node = container_of(head, struct xa_node, rcu_head);
		long number = arena_find(node);

		if (number < 0 || arena_notes((size_t)number)->state != NODE_DEFERRED)
			fail(STATUS_DOUBLE_FREE, "a node changed while it waited to be freed");
		arena_notes((size_t)number)->state = NODE_LIVE;
		INIT_LIST_HEAD(&node->private_list);
		func(head);
		head = next;
	}
}

/* Findings. */

void xasplit_bug(const char *file, int line, const char *text)
{
	fail(STATUS_ASSERTION, "assertion failed at %s:%d in %s", file, line, text);
}

void xasplit_warn(const char *file, int line, const char *text)
{
	driver.requests.warnings++;
	if (!driver.requests.count_warnings)
		fail(STATUS_WARNING, "warning at %s:%d: %s", file, line, text);
}

void xasplit_unprotected(const char *file, int line, const char *text)
{
	fail(STATUS_LOCK, "%s:%d: %s followed without the protection it needs", file, line, text);
}

void xasplit_might_sleep(void)
{
	if (hooks->locks_held || xasplit_read_depth)
		fail(STATUS_LOCK, "an allocation that may sleep, under the lock");
}

/* Locks. */

/* Whether an interrupt can come while a lock is held that was taken so, and take it once more. */
static bool interruptible(enum xasplit_lock_type type)
{
	const bool irqs_on = type < XASPLIT_LOCK_IRQ && !hooks->irqs_off;
	const bool bhs_on = type == XASPLIT_LOCK && !hooks->bhs_off && irqs_on;

	return (array_flags() & ARRAY_LOCK_IRQ && irqs_on) || (array_flags() & ARRAY_LOCK_BH && bhs_on);
}

void xasplit_lock(int *held, enum xasplit_lock_type type)
{
	if (*held)
		fail(STATUS_LOCK, "the lock was taken twice");
	if (held == &driver.array.xa_lock.held && interruptible(type))
		fail(STATUS_LOCK, "the lock was taken where an interrupt may come that takes it, too");
	*held = (int)type;
	hooks->locks_held++;
}

void xasplit_unlock(int *held, enum xasplit_lock_type type)
{
	if (!*held)
		fail(STATUS_LOCK, "the lock was dropped without being held");
	if (*held != (int)type)
		fail(STATUS_LOCK, "the lock was dropped in another way than it was taken in");
	*held = 0;
	hooks->locks_held--;
}

void xasplit_read_lock(void)
{
	xasplit_read_depth++;
}

void xasplit_read_unlock(void)
{
	if (!xasplit_read_depth)
		fail(STATUS_LOCK, "a read section was left without being entered");
	xasplit_read_depth--;
}

void xasplit_publish(const void *location, const void *value)
{
	if (!driver.array.xa_lock.held)
		fail(STATUS_LOCK, "a publication without the lock");
	log_publication(location, value);
}

void update_callback(struct xa_node *node)
{
	long number = arena_find(node);
	bool belongs;

	count_only("reports");
	if (number < 0 || arena_notes((size_t)number)->state != NODE_LIVE)
		fail(STATUS_BAD_FREE, "the callback was given a node that is not live");
	log_callback(node, driver.array.xa_lock.held);
	if (!driver.array.xa_lock.held)
		fail(STATUS_LOCK, "the callback was called without the lock");
	belongs = belongs_on_lru(node);
	if (belongs == !list_empty(&node->private_list))
		return;
	if (belongs)
		list_add_tail(&node->private_list, &driver.lru);
	else
		list_del_init(&node->private_list);
}

void hooks_settle(void)
{
	if (hooks->locks_held || driver.array.xa_lock.held)
		fail(STATUS_LOCK, "the lock is still held after the operation");
	if (xasplit_read_depth)
		fail(STATUS_LOCK, "a read section is still open after the operation");
	end_grace_period();
}
