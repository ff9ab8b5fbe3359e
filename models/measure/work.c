// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Performs splits to be measured, each on an array of its own with one entry at index 0:
 *
 *	work MODE WAY,ORDER,NEW_ORDER,MARKS...
 *
 * MODE is "paint" to measure the stack too, else "plain".  WAY: 0 splits at once; k splits k levels
 * of nodes at a time, every entry by a call of its own; -1 is a walk of xas_try_split() around
 * index 0.  MARKS is a mask of the marks that the old entry bears.  One JSON object a line.
 */
#include "measure.h"

#include <linux/list.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct xarray array;
struct kmem_cache *radix_tree_node_cachep;
int xasplit_read_depth;

static struct xa_node *nodes;
static long made;
static const long MOST = 1L << 20;

_Noreturn void give_up(const char *why)
{
	fflush(stdout);
	fprintf(stderr, "%s\n", why);
	_exit(1);
}

/* Nodes, as a slab hands them out on reuse: slots, marks and list are clear, the rest is stale. */

void *xasplit_node_alloc(unsigned int gfp, const struct list_lru *lru)
{
	struct xa_node *node = &nodes[made];

	(void)gfp;
	(void)lru;
	if (made++ == MOST)
		give_up("more nodes are asked for than a measured split may take");
	memset(node, 0xa5, sizeof(*node));
	memset(node->slots, 0, sizeof(node->slots));
	memset(node->marks, 0, sizeof(node->marks));
	INIT_LIST_HEAD(&node->private_list);
	return node;
}

long node_number(const void *address)
{
	const struct xa_node *node = address;

	return node >= nodes && node < nodes + made
		       ? ((const char *)address - (const char *)nodes) / (long)sizeof(*node)
		       : -1;
}

struct xa_node *node_at(long number)
{
	return &nodes[number];
}

long nodes_made(void)
{
	return made;
}

void xasplit_node_free(void *node)
{
	(void)node;
}

void radix_tree_node_rcu_free(struct rcu_head *head)
{
	(void)head;
}

void xasplit_call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	(void)head;
	(void)func;
}

/* What else the headers ask of a program. */

void xasplit_lock(int *held, enum xasplit_lock_type type)
{
	(void)type;
	*held = 1;
}

void xasplit_unlock(int *held, enum xasplit_lock_type type)
{
	(void)type;
	*held = 0;
}

void xasplit_read_lock(void)
{
}

void xasplit_read_unlock(void)
{
}

void xasplit_might_sleep(void)
{
}

void xasplit_publish(const void *location, const void *value)
{
	(void)location;
	(void)value;
}

void xasplit_bug(const char *file, int line, const char *text)
{
	(void)file;
	(void)line;
	give_up(text);
}

void xasplit_warn(const char *file, int line, const char *text)
{
	(void)file;
	(void)line;
	(void)text;
}

void xasplit_unprotected(const char *file, int line, const char *text)
{
	(void)file;
	(void)line;
	(void)text;
}

/* Splits. */

static void *const OLD = (void *)4, *const NEW = (void *)8;

static unsigned long calls;
static long left; /* nodes that a split did not use */

static void build(unsigned int order, unsigned int marks)
{
	XA_STATE_ORDER(xas, &array, 0UL, order);

	memset(&array, 0, sizeof(array));
	xa_init_flags(&array, 0);
	made = 0;
	calls = 0;
	left = 0;
	measure_reset();
	do {
		xas_lock(&xas);
		xas_store(&xas, OLD);
		xas_unlock(&xas);
	} while (xas_nomem(&xas, GFP_KERNEL));
	for (unsigned int mark = 0; mark < 3; mark++)
		if (marks >> mark & 1)
			xa_set_mark(&array, 0UL, (xa_mark_t)mark);
}

/* One call; the error of its cursor. */
static int split(unsigned long index, unsigned int order, unsigned int new_order, bool walk)
{
	XA_STATE_ORDER(xas, &array, index, new_order);

	calls++;
	xas_set_update(&xas, measure_update);
	if (walk) {
		measure_try_split(&xas, NEW, order);
	} else {
		measure_alloc(&xas, NEW, order);
		if (!xas_error(&xas)) {
			xas_lock(&xas);
			measure_split(&xas, NEW, order);
			xas_unlock(&xas);
		}
	}
	for (const struct xa_node *node = xas.xa_alloc; node; node = node->parent)
		left++;
	return xas_error(&xas);
}

static unsigned int lower_order(int way, unsigned int order, unsigned int new_order)
{
	unsigned int levels = way > 0 ? (unsigned int)way : 0;
	unsigned int shift = order - order % XA_CHUNK_SHIFT, lower;

	if (!way)
		return new_order;
	if (way > 0)
		lower = shift > levels * XA_CHUNK_SHIFT ? shift - levels * XA_CHUNK_SHIFT : 0;
	else
		lower = order == shift ? order - 1 : shift;
	return lower > new_order ? lower : new_order;
}

static int split_all(int way, unsigned int order, unsigned int new_order)
{
	const unsigned int whole = order;
	int error = 0;

	while (order > new_order && !error) {
		unsigned int lower = lower_order(way, order, new_order);
		unsigned long entries = way < 0 ? 1 : 1UL << (whole - order);

		for (unsigned long entry = 0; entry < entries && !error; entry++)
			error = split(entry << order, order, lower, way < 0);
		order = lower;
	}
	return error;
}

/* Where the first and the last index end up: a split that did nothing is not measured. */
static bool is_split(unsigned int order, unsigned int new_order, bool walk)
{
	unsigned long last = walk ? 0 : (1UL << order) - 1;

	return xa_load(&array, 0UL) == NEW && xa_load(&array, last) == NEW &&
	       xa_get_order(&array, 0UL) == (int)new_order &&
	       xa_get_order(&array, last) == (int)new_order;
}

int main(int count, char **arguments)
{
	if (count < 2)
		give_up("usage: work MODE WAY,ORDER,NEW_ORDER,MARKS...");
	nodes = mmap(NULL, (size_t)MOST * sizeof(*nodes), PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (nodes == MAP_FAILED)
		give_up("no memory for nodes");
	measure_open(!strcmp(arguments[1], "paint"));
	for (int i = 2; i < count; i++) {
		unsigned int order, new_order, marks;
		int way, error;
		long before;

		if (sscanf(arguments[i], "%d,%u,%u,%u", &way, &order, &new_order, &marks) != 4)
			give_up("not a split");
		build(order, marks);
		before = made;
		error = split_all(way, order, new_order);
		printf("{\"error\": %d, \"split\": %s, \"calls\": %lu, \"nodes\": %ld, \"left\": %ld",
		       -error, is_split(order, new_order, way < 0) ? "true" : "false", calls,
		       made - before, left);
		measure_print();
		printf("}\n");
		fflush(stdout);
	}
	return 0;
}
