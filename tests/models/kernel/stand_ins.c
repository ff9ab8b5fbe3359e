// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the stand-in headers do that is more than a name: each check that fails is printed, and the
 * number of them is the exit status.  The test puts an #include of every header before this.
 */
#include <stdlib.h>

static int failed;
static int held_when_left;
static int nodes;
static int nodes_left;
struct kmem_cache *radix_tree_node_cachep;
int xasplit_read_depth;

#define CHECK(condition) \
	do { \
		if (!(condition)) { \
			printf("line %d: %s\n", __LINE__, #condition); \
			failed++; \
		} \
	} while (0)

void *xasplit_node_alloc(unsigned int gfp, const struct list_lru *lru)
{
	(void)gfp;
	(void)lru;
	if (!nodes_left)
		return NULL;
	nodes_left--;
	nodes++;
	return malloc(1);
}

void xasplit_node_free(void *node)
{
	nodes--;
	free(node);
}

void xasplit_call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	func(head);
}

void xasplit_publish(const void *location, const void *value)
{
	(void)location;
	(void)value;
}

void xasplit_bug(const char *file, int line, const char *text)
{
	printf("%s:%d %s\n", file, line, text);
	exit(99);
}

void xasplit_warn(const char *file, int line, const char *text)
{
	printf("%s:%d %s\n", file, line, text);
}

void xasplit_lock(int *held, enum xasplit_lock_type type)
{
	(void)type;
	*held = 1;
}

void xasplit_unlock(int *held, enum xasplit_lock_type type)
{
	(void)type;
	*held = 0;
	held_when_left++;
}

void xasplit_read_lock(void)
{
	xasplit_read_depth++;
}

void xasplit_read_unlock(void)
{
	xasplit_read_depth--;
}

void xasplit_unprotected(const char *file, int line, const char *text)
{
	xasplit_warn(file, line, text);
}

void xasplit_might_sleep(void)
{
}

static DEFINE_SPINLOCK(lock);
static DEFINE_MUTEX(mutex);

static int guarded(int leave)
{
	guard(spinlock)(&lock);
	if (leave)
		return lock.held;
	guard(rcu)();
	return lock.held + xasplit_read_depth;
}

static void guards(void)
{
	int within = 0;

	CHECK(guarded(1) == 1 && !lock.held && held_when_left == 1);
	CHECK(guarded(0) == 2 && !lock.held && !xasplit_read_depth);
	scoped_guard(spinlock_irqsave, &lock)
		within = lock.held;
	CHECK(within == 1 && !lock.held);
	scoped_guard(rcu) {
		within = xasplit_read_depth;
		break;
	}
	CHECK(within == 1 && !xasplit_read_depth);
	scoped_guard(mutex, &mutex)
		CHECK(mutex_is_locked(&mutex));
	CHECK(!mutex_is_locked(&mutex));
}

static void *freed(bool keep)
{
	void *place __free(kfree) = kzalloc(8, GFP_KERNEL);

	CHECK(place && !memchr_inv(place, 0, 8));
	if (keep)
		return_ptr(place);
	return NULL;
}

static void bulk(void)
{
	void *some[4];

	nodes_left = 3;
	CHECK(kmem_cache_alloc_bulk(radix_tree_node_cachep, GFP_KERNEL, 4, some) == 0);
	CHECK(nodes == 0);
	nodes_left = 4;
	CHECK(kmem_cache_alloc_bulk(radix_tree_node_cachep, GFP_KERNEL, 4, some) == 4);
	kmem_cache_free_bulk(radix_tree_node_cachep, 4, some);
	CHECK(nodes == 0);
}

static void numbers(void)
{
	unsigned int wrapped;
	int a = 1, b = 2;
	DECLARE_BITMAP(map, 70) = { 0x5, 1 };
	unsigned long bit, sum = 0;

	CHECK(ilog2(64) == 6 && order_base_2(65) == 7 && roundup_pow_of_two(65) == 128);
	CHECK(is_power_of_2(64) && !is_power_of_2(65) && !is_power_of_2(0));
	CHECK(ALIGN(65, 64) == 128 && ALIGN_DOWN(65UL, 64) == 64 && IS_ALIGNED(128, 64));
	CHECK(SZ_1G == 1 << 30 && SZ_4K == PAGE_SIZE);
	CHECK(check_mul_overflow(1U << 31, 2U, &wrapped) && wrapped == 0);
	CHECK(array_size(SIZE_MAX, 2) == SIZE_MAX);
	CHECK(div64_u64(10, 3) == 3 && DIV64_U64_ROUND_UP(10ULL, 3ULL) == 4);
	CHECK(fls(0) == 0 && fls(1) == 1 && fls64(1ULL << 63) == 64 && hweight_long(~0UL) == 64);
	CHECK(GENMASK(5, 0) == 0x3f && BIT_WORD(64) == 1);
	CHECK(clamp(5, 1, 3) == 3 && min3(3, 1, 2) == 1);
	swap(a, b);
	CHECK(a == 2 && b == 1);
	for_each_set_bit(bit, map, 70)
		sum += bit;
	CHECK(sum == 66 && bitmap_weight(map, 70) == 3 && find_last_bit(map, 70) == 64);
	CHECK(find_first_zero_bit(map, 70) == 1 && !bitmap_full(map, 70));
	CHECK(get_random_u32_below(7) < 7);
	CHECK(ENOMEM == 12 && PTR_ERR_OR_ZERO(ERR_PTR(-ENOMEM)) == -ENOMEM);
}

struct item {
	struct list_head list;
	struct llist_node lone;
	int number;
};

static void lists(void)
{
	struct item items[3] = { { .number = 1 }, { .number = 2 }, { .number = 3 } }, *at, *after;
	LIST_HEAD(one);
	LIST_HEAD(other);
	LLIST_HEAD(lone);
	int seen = 0;

	for (int i = 0; i < 3; i++)
		list_add_tail(&items[i].list, &one);
	list_splice_init(&one, &other);
	CHECK(list_empty(&one) && list_first_entry(&other, struct item, list)->number == 1);
	CHECK(list_last_entry(&other, struct item, list)->number == 3);
	list_for_each_entry_safe(at, after, &other, list) {
		seen = seen * 10 + at->number;
		list_move(&at->list, &one);
	}
	CHECK(seen == 123 && list_empty(&other));
	CHECK(list_first_entry(&one, struct item, list)->number == 3);
	CHECK(llist_add(&items[0].lone, &lone) && !llist_add(&items[1].lone, &lone));
	CHECK(llist_entry(llist_del_first(&lone), struct item, lone)->number == 2);
}

static void atomics(void)
{
	atomic_t count = ATOMIC_INIT(2);
	refcount_t refs = REFCOUNT_INIT(1);

	CHECK(atomic_inc_return(&count) == 3 && atomic_cmpxchg(&count, 3, 7) == 3);
	CHECK(atomic_read(&count) == 7 && atomic_xchg(&count, 1) == 7);
	CHECK(atomic_dec_and_test(&count));
	CHECK(refcount_inc_not_zero(&refs) && !refcount_dec_and_test(&refs));
	CHECK(refcount_dec_and_test(&refs) && !refcount_inc_not_zero(&refs));
}

int main(void)
{
	void *kept = freed(true);

	CHECK(kept && !freed(false));
	kfree(kept);
	guards();
	bulk();
	numbers();
	lists();
	atomics();
	return failed;
}
