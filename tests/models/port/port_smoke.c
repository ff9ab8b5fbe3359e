// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The port by itself: splits, merges and drains an array and checks the whole tree after each step.
 * Prints what it did and returns 0; an assertion that fails ends it with status 1.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/slab.h>
#include <linux/xarray.h>

#define S XA_CHUNK_SHIFT
#define C ((unsigned int)XA_CHUNK_SIZE)
#define POINTER(k) ((void *)(64UL * (k)))
#define CHECK(condition) \
	do { \
		if (!(condition)) \
			xasplit_bug(__FILE__, __LINE__, #condition); \
	} while (0)

struct kmem_cache *radix_tree_node_cachep;
int xasplit_read_depth;

static DEFINE_XARRAY(array);
static LIST_HEAD(lru);
static long live, requests, fail_after = -1, on_lru, warnings;
static struct rcu_head *grace[1 << 14];
static unsigned int graces;

_Noreturn void xasplit_bug(const char *file, int line, const char *text)
{
	printf("%s:%d: s=%d: %s\n", file, line, S, text);
	exit(1);
}

void xasplit_warn(const char *file, int line, const char *text)
{
	(void)file, (void)line, (void)text;
	warnings++;
}

void xasplit_unprotected(const char *file, int line, const char *text)
{
	xasplit_bug(file, line, text);
}

/* What a slab leaves in a node that is used again: only slots, marks and the list are in order. */
void *xasplit_node_alloc(unsigned int gfp, const struct list_lru *lru)
{
	struct xa_node *node;

	(void)lru;
	CHECK(!gfpflags_allow_blocking(gfp) || !array.xa_lock.held);
	if (requests++ == fail_after)
		return NULL;
	node = malloc(sizeof(*node));
	CHECK(node);
	memset(node, 0xa5, sizeof(*node));
	memset(node->slots, 0, sizeof(node->slots));
	memset(node->marks, 0, sizeof(node->marks));
	INIT_LIST_HEAD(&node->private_list);
	live++;
	return node;
}

void radix_tree_node_rcu_free(struct rcu_head *head)
{
	live--;
	free(container_of(head, struct xa_node, rcu_head));
}

void xasplit_node_free(void *node)
{
	(void)node;
	CHECK(!"nodes are freed through radix_tree_node_rcu_free()");
}

void xasplit_call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *))
{
	CHECK(list_empty(&container_of(head, struct xa_node, rcu_head)->private_list));
	CHECK(func == radix_tree_node_rcu_free && graces < sizeof(grace) / sizeof(grace[0]));
	grace[graces++] = head;
}

void xasplit_publish(const void *location, const void *value)
{
	(void)location, (void)value;
	CHECK(array.xa_lock.held);
}

void xasplit_lock(int *held, enum xasplit_lock_type type)
{
	(void)type;
	CHECK(!*held);
	*held = 1;
}

void xasplit_unlock(int *held, enum xasplit_lock_type type)
{
	(void)type;
	CHECK(*held);
	*held = 0;
}

void xasplit_read_lock(void)
{
	xasplit_read_depth++;
}

void xasplit_read_unlock(void)
{
	xasplit_read_depth--;
}

void xasplit_might_sleep(void)
{
	CHECK(!array.xa_lock.held);
}

/* The page cache's rule: on the list while all that a node holds are values. */
static void update(struct xa_node *node)
{
	bool listed = !list_empty(&node->private_list);
	bool wanted = node->count && node->count == node->nr_values;

	CHECK(array.xa_lock.held && node->array == &array);
	CHECK(node->count <= C && node->nr_values <= node->count);
	if (wanted && !listed)
		list_add(&node->private_list, &lru);
	if (!wanted && listed)
		list_del_init(&node->private_list);
	on_lru += wanted - listed;
}

struct tally {
	long nodes, listed;
};

static void check_node(const struct xa_node *node, struct tally *tally)
{
	unsigned int count = 0, values = 0;
	const void *held = NULL;

	tally->nodes++;
	tally->listed += !list_empty(&node->private_list);
	CHECK(node->array == &array && node->shift % S == 0);
	for (unsigned int k = 0; k < C; k++) {
		const void *entry = node->slots[k];
		bool child = node->shift && xa_is_node(entry);

		count += !!entry;
		if (xa_is_sibling(entry))
			CHECK(k && held && node->slots[xa_to_sibling(entry)] == held);
		else
			held = entry;
		values += xa_is_value(held);
		for (int mark = 0; mark < XA_MAX_MARKS; mark++) {
			bool marked = test_bit(k, node->marks[mark]);

			CHECK(!marked || (entry && !xa_is_sibling(entry)));
			if (child)
				CHECK(marked == !bitmap_empty(xa_to_node(entry)->marks[mark], C));
		}
		if (child) {
			const struct xa_node *below = xa_to_node(entry);

			CHECK(below->parent == node && below->offset == k);
			CHECK(below->shift + S == node->shift);
			check_node(below, tally);
		}
	}
	CHECK(node->count == count && count && node->nr_values == values);
	CHECK(!list_empty(&node->private_list) == (count == values));
}

/* Everything that must hold of an array at rest; returns its number of nodes. */
static long check_array(void)
{
	struct tally tally = { 0, 0 };

	CHECK(!array.xa_lock.held && !xasplit_read_depth && !warnings);
	while (graces)
		radix_tree_node_rcu_free(grace[--graces]);
	if (xa_is_node(array.xa_head)) {
		const struct xa_node *top = xa_to_node(array.xa_head);

		CHECK(!top->parent);
		for (int mark = 0; mark < XA_MAX_MARKS; mark++)
			CHECK(xa_marked(&array, (xa_mark_t)mark) == !bitmap_empty(top->marks[mark], C));
		check_node(top, &tally);
	}
	CHECK(tally.nodes == live && tally.listed == on_lru);
	return live;
}

static void store(unsigned long index, unsigned int order, void *entry)
{
	XA_STATE_ORDER(xas, &array, index, order);

	xas_set_update(&xas, update);
	do {
		xas_lock(&xas);
		xas_store(&xas, entry);
		xas_unlock(&xas);
	} while (xas_nomem(&xas, GFP_KERNEL));
	CHECK(!xas_error(&xas) && !xas.xa_alloc);
}

/* Whether the split was done; memory may be short. */
static bool split(unsigned long index, unsigned int order, unsigned int new_order, void *entry)
{
	XA_STATE_ORDER(xas, &array, index, new_order);
	int error;

	xas_set_update(&xas, update);
	requests = 0;
	xas_split_alloc(&xas, entry, order, GFP_KERNEL);
	error = xas_error(&xas);
	if (!error) {
		long allocated = requests;

		xas_lock(&xas);
		xas_split(&xas, entry, order);
		xas_unlock(&xas);
		CHECK(requests == allocated);
	}
	CHECK(!xas.xa_alloc && (!error || error == -ENOMEM));
	return !error;
}

static void check_range(unsigned long base, unsigned int order, unsigned int new_order,
			const void *entry, unsigned int marks)
{
	unsigned long end = base + ((1UL << order) - 1);
	XA_STATE(xas, &array, base);
	unsigned long expected = base;
	void *found;

	rcu_read_lock();
	xas_for_each(&xas, found, end) {
		CHECK(found == entry && xas.xa_index == expected);
		CHECK(xas_get_order(&xas) == (int)new_order);
		for (int mark = 0; mark < XA_MAX_MARKS; mark++)
			CHECK(xas_get_mark(&xas, (xa_mark_t)mark) == (marks >> mark & 1));
		expected += 1UL << new_order;
	}
	rcu_read_unlock();
	CHECK(expected == end + 1);
	CHECK(xa_load(&array, end) == entry && xa_get_order(&array, end) == (int)new_order);
	for (xa_mark_t mark = XA_MARK_0; mark <= XA_MARK_MAX; mark++) {
		unsigned long marked = 0;

		xas_set(&xas, base);
		rcu_read_lock();
		xas_for_each_marked(&xas, found, end, mark)
			marked++;
		rcu_read_unlock();
		CHECK(marked == (marks >> mark & 1) << (order - new_order));
	}
}

/* Split the entry of `order` at `base` through an index inside it, then put it back. */
static long split_and_merge(unsigned long base, unsigned int order, unsigned int new_order,
			    unsigned long inside, void *old, void *new, unsigned int marks)
{
	long before, nodes;

	store(base, order, old);
	for (int mark = 0; mark < XA_MAX_MARKS; mark++)
		if (marks >> mark & 1)
			xa_set_mark(&array, base + inside, (xa_mark_t)mark);
	before = check_array();

	CHECK(split(base + inside, order, new_order, new));
	nodes = check_array() - before;
	CHECK(nodes == requests);
	check_range(base, order, new_order, new, marks);

	store(base, order, old);
	CHECK(check_array() == before);
	check_range(base, order, order, old, marks);

	for (fail_after = 0; fail_after < nodes && fail_after < 100; fail_after++) {
		CHECK(!split(base + inside, order, new_order, new));
		CHECK(check_array() == before);
		check_range(base, order, order, old, marks);
	}
	fail_after = -1;
	store(base, order, NULL);
	check_array();
	return nodes;
}

static void exhaust_small_splits(void)
{
	const unsigned int levels = S <= 2 ? 3 : S == 3 ? 2 : 1;
	unsigned long cases = 0;

	for (unsigned int order = 1; order < S * levels + (S > 3); order++)
		for (unsigned int new_order = 0; new_order <= order; new_order++)
			for (unsigned int kinds = 0; kinds < 4; kinds++) {
				void *old = kinds & 1 ? xa_mk_value(7) : POINTER(7);
				void *new = kinds & 2 ? xa_mk_value(9) : POINTER(9);
				unsigned long base = (unsigned long)(kinds + 1) << order;
				unsigned long inside = (1UL << order) * kinds / 4;

				store(base - 1, 0, xa_mk_value(1));
				split_and_merge(base, order, new_order, inside, old, new, kinds * 3 % 8);
				CHECK(xa_load(&array, base - 1) == xa_mk_value(1));
				store(base - 1, 0, NULL);
				CHECK(xa_empty(&array) && check_array() == 0);
				cases++;
			}
	printf("%lu small splits\n", cases);
}

static void split_large(unsigned int order, unsigned int new_order)
{
	long nodes = split_and_merge(3UL << order, order, new_order, 3, xa_mk_value(1), POINTER(1), 5);

	CHECK(split_and_merge(0, order, new_order, 0, POINTER(1), xa_mk_value(2), 2) == nodes);
	CHECK(xa_empty(&array) && check_array() == 0);
	printf("split %u to %u: %ld nodes, %zu bytes\n", order, new_order, nodes,
	       (size_t)nodes * sizeof(struct xa_node));
}

/* The top of the index space, where shifts and node spans reach the width of a word. */
static void split_at_the_top(void)
{
	const unsigned long base = 1UL << 63;
	const unsigned int lower = 63 - 63 % S - 1;

	store(0, 0, POINTER(1));
	split_and_merge(base, 63, lower, 1, POINTER(2), xa_mk_value(3), 7);
	store(ULONG_MAX, 0, xa_mk_value(4));
	CHECK(xa_load(&array, ULONG_MAX) == xa_mk_value(4) && !xa_load(&array, base));
	store(ULONG_MAX, 0, NULL);
	store(0, 0, NULL);
	CHECK(xa_empty(&array) && check_array() == 0);

	/* More nodes than there is memory for: those it got are given back. */
	store(base, 63, POINTER(1));
	fail_after = 5000;
	CHECK(!split(base, 63, 0, POINTER(2)) && requests == 5001);
	fail_after = -1;
	CHECK(xa_get_order(&array, ULONG_MAX) == 63);
	store(base, 63, NULL);
	CHECK(check_array() == 0);
}

static int try_split(unsigned long index, unsigned int order, unsigned int new_order, void *entry)
{
	XA_STATE_ORDER(xas, &array, index, new_order);
	int error;

	requests = 0;
	xas_set_update(&xas, update);
	xas_lock(&xas);
	xas_try_split(&xas, entry, order);
	xas_unlock(&xas);
	error = xas_error(&xas);
	xas_destroy(&xas);
	return error;
}

static void walk_down_by_try_split(void)
{
	const unsigned int order = 3 * S;
	const unsigned long index = (1UL << order) + 1;
	unsigned int now = order;
	long nodes = 0;

	CHECK(xas_try_split_min_order(0) == 0 && xas_try_split_min_order(S) == S - 1);
	CHECK(xas_try_split_min_order(3 * S - 1) == (S == 1 ? 1 : 2 * S));
	store(index, order, xa_mk_value(1));
	/* Two levels at once would take more than one node. */
	CHECK(try_split(index, order, S - 1, POINTER(1)) == -EINVAL && !requests);
	while (now) {
		unsigned int lower = xas_try_split_min_order(now);

		if (now % S == 0) {
			fail_after = 0;
			CHECK(try_split(index, now, lower, POINTER(1)) == -ENOMEM);
			fail_after = -1;
			check_array();
			CHECK(xa_get_order(&array, index) == (int)now);
		}
		CHECK(!try_split(index, now, lower, now % 2 ? POINTER(now) : xa_mk_value(now)));
		nodes += requests;
		CHECK(xa_get_order(&array, index) == (int)lower);
		check_array();
		now = lower;
	}
	CHECK(nodes == 3);
	store(index, order, NULL);
	CHECK(xa_empty(&array) && check_array() == 0);
}

/* A store of the other kind through an index inside a larger entry, and an erase there. */
static void store_into_larger(void)
{
	for (unsigned int order = 1; order < 2 * S; order++) {
		store(1UL << order, order, xa_mk_value(1));
		store((1UL << order) + 1, 0, POINTER(1));
		check_array();
		check_range(1UL << order, order, order, POINTER(1), 0);
		store((2UL << order) - 1, 0, xa_mk_value(1));
		check_array();
		store((2UL << order) - 1, 0, NULL);
		CHECK(xa_empty(&array) && check_array() == 0);
	}
}

/* A cursor whose index lies inside an entry goes on right behind that entry, or one index away. */
static void iterate_from_inside(void)
{
	const unsigned long base = C * 2;
	unsigned int slots = C / 2;
	XA_STATE(xas, &array, base + slots - 1);

	store(base, S - 1, POINTER(1));
	store(base + slots, 0, POINTER(2));
	store(ULONG_MAX, 0, POINTER(3));
	for (unsigned long index = base; index < base + slots; index++)
		xa_set_mark(&array, index, XA_MARK_1);
	xa_set_mark(&array, ULONG_MAX, XA_MARK_1);
	rcu_read_lock();
	CHECK(xas_find(&xas, ULONG_MAX) == POINTER(1));
	xas_pause(&xas);
	CHECK(xas_find(&xas, ULONG_MAX) == POINTER(2) && xas.xa_index == base + slots);
	xas_pause(&xas);
	CHECK(xas_find(&xas, ULONG_MAX) == POINTER(3) && xas.xa_index == ULONG_MAX);
	xas_pause(&xas);
	CHECK(!xas_find(&xas, ULONG_MAX) && !xas_find_marked(&xas, ULONG_MAX, XA_MARK_1));

	xas_set(&xas, base + slots - 1);
	CHECK(xas_load(&xas) == POINTER(1) && xas_next(&xas) == POINTER(2));
	CHECK(xas_prev(&xas) == (slots == 1 ? POINTER(1) : xa_mk_sibling(0)));
	CHECK(xas.xa_index == base + slots - 1);
	xas_set(&xas, ULONG_MAX);
	CHECK(xas_next(&xas) == POINTER(3) && !xas_next(&xas) && !xas.xa_index);

	/* A marked search that ends at its limit leaves a cursor that a plain one can go on with. */
	xas_set(&xas, base);
	CHECK(xas_find_marked(&xas, base + C - 1, XA_MARK_1) == POINTER(1));
	CHECK(!xas_find_marked(&xas, base + C - 1, XA_MARK_1));
	CHECK(xas_find(&xas, ULONG_MAX) == POINTER(3) && !xas_find(&xas, ULONG_MAX));
	rcu_read_unlock();

	store(base, 0, NULL);
	store(base + slots, 0, NULL);
	store(ULONG_MAX, 0, NULL);
	CHECK(xa_empty(&array) && check_array() == 0);
}

int main(void)
{
	iterate_from_inside();
	exhaust_small_splits();
	split_large(2 * S, 0);
	split_large(2 * S + 1, S - 1);
	if (S == 6)
		split_large(18, 0);
	split_at_the_top();
	walk_down_by_try_split();
	store_into_larger();
	return 0;
}
