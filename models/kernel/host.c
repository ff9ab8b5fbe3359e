// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The program that a kernel's own test runs in: memory for nodes as a slab gives it, grace periods,
 * locks that are watched.  Hits of the test's own checks it prints itself; what is seen here is
 * printed as a line of its own, and what makes going on pointless ends the program.
 */
#include <hooks.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum {
	CANARY = 0xca,
	STALE = 0xa5, /* what a reused slab object holds in the fields that freeing leaves */
	FREED = 0x6b,
	SLACK = 64,
	STATUS_STOPPED = 3,
};

enum state { LIVE, WAITING, UNUSED };

/* A node's memory: the node first, so that a pointer to the one is a pointer to the other. */
struct piece {
	struct xa_node node;
	unsigned char slack[SLACK];
	enum state state;
	struct piece *next;
};

struct kmem_cache *radix_tree_node_cachep;
int xasplit_read_depth;

static struct piece *unused;
static struct rcu_head *deferred;
static int locks_held;

_Noreturn static void stop(const char *what)
{
	printf("STOPPED %s\n", what);
	fflush(stdout);
	_Exit(STATUS_STOPPED);
}

void *xasplit_node_alloc(unsigned int gfp, const struct list_lru *lru)
{
	struct piece *piece = unused;

	(void)lru;
	if (gfpflags_allow_blocking(gfp) && (locks_held || xasplit_read_depth))
		stop("an allocation that may sleep, under the lock");
	if (piece)
		unused = piece->next;
	else if (!(piece = malloc(sizeof(*piece))))
		return NULL;
	memset(piece, 0, sizeof(*piece));
	memset(&piece->node, STALE, offsetof(struct xa_node, private_list));
	memset(piece->slack, CANARY, SLACK);
	INIT_LIST_HEAD(&piece->node.private_list);
	return &piece->node;
}

static struct piece *live(void *node)
{
	struct piece *piece = node;

	if (piece->state != LIVE)
		stop("a node is freed twice");
	for (int i = 0; i < SLACK; i++)
		if (piece->slack[i] != CANARY)
			stop("memory behind a node was overwritten");
	return piece;
}

void xasplit_node_free(void *node)
{
	struct piece *piece = live(node);

	memset(&piece->node, FREED, sizeof(piece->node));
	piece->state = UNUSED;
	piece->next = unused;
	unused = piece;
}

void radix_tree_node_rcu_free(struct rcu_head *head)
{
	xasplit_node_free(container_of(head, struct xa_node, rcu_head));
}

void xasplit_call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	live(container_of(head, struct xa_node, rcu_head))->state = WAITING;
	head->func = func;
	head->next = deferred;
	deferred = head;
}

/* A grace period ends where nobody holds a lock or reads. */
static void settle(void)
{
	while (deferred && !locks_held && !xasplit_read_depth) {
		struct rcu_head *head = deferred;
		struct piece *piece = (void *)container_of(head, struct xa_node, rcu_head);

		deferred = head->next;
		piece->state = LIVE;
		head->func(head);
	}
}

void xasplit_lock(int *held, enum xasplit_lock_type type)
{
	(void)type;
	if (*held)
		stop("the lock is taken twice");
	*held = 1;
	locks_held++;
}

void xasplit_unlock(int *held, enum xasplit_lock_type type)
{
	(void)type;
	if (!*held)
		stop("the lock is dropped without being held");
	*held = 0;
	locks_held--;
	settle();
}

void xasplit_read_lock(void)
{
	xasplit_read_depth++;
}

void xasplit_read_unlock(void)
{
	if (!xasplit_read_depth)
		stop("a read section is left without being entered");
	xasplit_read_depth--;
	settle();
}

void xasplit_bug(const char *file, int line, const char *text)
{
	printf("ASSERTION %s:%d %s\n", file, line, text);
	fflush(stdout);
	_Exit(STATUS_STOPPED);
}

void xasplit_warn(const char *file, int line, const char *text)
{
	printf("WARNING %s:%d %s\n", file, line, text);
}

void xasplit_unprotected(const char *file, int line, const char *text)
{
	printf("UNPROTECTED %s:%d %s\n", file, line, text);
}

void xasplit_might_sleep(void)
{
	if (locks_held || xasplit_read_depth)
		stop("code that may sleep, under the lock");
}

void xasplit_publish(const void *location, const void *value)
{
	(void)location;
	(void)value;
}

int xasplit_module_init(void);

/* Sanitizers reserve more address space than code that runs wild may take, and 32 bits have less. */
#ifndef __has_feature
#define __has_feature(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer) || __SIZEOF_LONG__ == 4
#define LIMITED false
#else
#define LIMITED true
#endif

/* Code that runs wild takes no more of the machine than this. */
static void limit(int resource, rlim_t most)
{
	struct rlimit limits = { most, most };

	setrlimit(resource, &limits);
}

int main(void)
{
	if (LIMITED)
		limit(RLIMIT_AS, (rlim_t)((uint64_t)8 << 30));
	limit(RLIMIT_CORE, 0);
	setvbuf(stdout, NULL, _IOLBF, 0);
	xasplit_module_init();
	return 0;
}
