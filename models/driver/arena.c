// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where nodes live: one reserved piece of address space, of which only what is used is ever touched.
 * A case takes nodes one after another and never sees one twice, so that a node used after it was
 * freed is not hidden by its next life.  Each node has slack around it that holds a canary.
 */
#include "driver.h"

#include <linux/list.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif

#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(address, bytes) ASAN_POISON_MEMORY_REGION(address, bytes)
#define UNPOISON(address, bytes) ASAN_UNPOISON_MEMORY_REGION(address, bytes)
enum { SANITIZED = 1 };
#else
#define POISON(address, bytes) ((void)(address), (void)(bytes))
#define UNPOISON(address, bytes) ((void)(address), (void)(bytes))
enum { SANITIZED = 0 };
#endif

enum {
	SLACK = 64,
	STRIDE = (sizeof(struct xa_node) + SLACK + 15) / 16 * 16,
	GAP = STRIDE - sizeof(struct xa_node), /* between two nodes */
	CANARY = 0xca,
	STALE = 0xa5, /* what a reused slab object holds in the fields that freeing leaves */
	FREED = 0x6b,
	KEEP = 4096, /* nodes whose memory is kept from case to case */
};

/* What a machine word can tell, and leaves the rest of the driver its part. */
static const size_t LARGEST = WORD_BITS == 64 ? (size_t)16 << 30 : (size_t)768 << 20;
static const size_t SMALLEST = (size_t)64 << 20;

static struct arena *const arena = &driver.arena;

_Static_assert(GAP <= sizeof(((struct arena *)0)->canary), "the canary fills a gap");

void *reserve(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

void arena_open(void)
{
	size_t bytes = LARGEST;
	unsigned char *memory = reserve(bytes);

	/* A machine that does not overcommit memory gives less. */
	while (!memory && bytes > SMALLEST)
		memory = reserve(bytes /= 2);
	if (!memory) {
		fprintf(stderr, "driver: cannot reserve memory for nodes\n");
		exit(3);
	}
	arena->capacity = (bytes - GAP) / STRIDE;
	arena->notes = reserve(arena->capacity * sizeof(*arena->notes));
	if (!arena->notes) {
		fprintf(stderr, "driver: cannot reserve memory for the notes on nodes\n");
		exit(3);
	}
	memset(arena->canary, CANARY, GAP);
	memcpy(memory, arena->canary, GAP);
	POISON(memory, GAP);
	arena->base = memory + GAP;
}

size_t arena_capacity(void)
{
	return arena->capacity;
}

size_t arena_used(void)
{
	return arena->used;
}

uint32_t arena_live(void)
{
	return arena->live;
}

struct xa_node *arena_node(size_t number)
{
	return (struct xa_node *)(void *)(arena->base + number * STRIDE);
}

struct node_notes *arena_notes(size_t number)
{
	return &arena->notes[number];
}

long arena_within(const void *pointer)
{
	uintptr_t distance = (uintptr_t)pointer - (uintptr_t)arena->base;

	if ((uintptr_t)pointer < (uintptr_t)arena->base ||
	    distance / STRIDE >= arena->used ||
	    distance % STRIDE >= sizeof(struct xa_node))
		return -1;
	return (long)(distance / STRIDE);
}

long arena_find(const void *pointer)
{
	long number = arena_within(pointer);

	return number >= 0 && (const void *)arena_node((size_t)number) == pointer ? number : -1;
}

struct xa_node *arena_take(void)
{
	struct xa_node *node = arena_node(arena->used);

	if (arena->used == arena->prepared) {
		/* The memory is fresh: the rest of the node is zero without being touched. */
		memcpy(node + 1, arena->canary, GAP);
		POISON(node + 1, GAP);
		arena->prepared++;
	} else {
		UNPOISON(node, sizeof(*node));
		memset(node->slots, 0, sizeof(node->slots));
		memset(node->marks, 0, sizeof(node->marks));
	}
	memset(node, STALE, offsetof(struct xa_node, private_list));
	INIT_LIST_HEAD(&node->private_list);
	arena->notes[arena->used++].state = NODE_LIVE;
	arena->live++;
	return node;
}

static void check_slack(long number)
{
	const unsigned char *end = (const unsigned char *)(arena_node((size_t)number) + 1);

	/* The slack after a node is the slack before the next one. */
	if (SANITIZED || !memcmp(end, arena->canary, GAP))
		return;
	memcpy((void *)(uintptr_t)end, arena->canary, GAP);
	fail(STATUS_CANARY, "memory beside a node was overwritten");
}

void arena_give_back(long number, bool poison)
{
	struct xa_node *node = arena_node((size_t)number);

	arena->notes[number].state = NODE_FREE;
	arena->live--;
	check_slack(number);
	if (poison)
		memset(node, FREED, sizeof(*node));
	POISON(node, sizeof(*node));
}

void arena_check(void)
{
	if (SANITIZED)
		return;
	if (memcmp(arena->base - GAP, arena->canary, GAP)) {
		memcpy(arena->base - GAP, arena->canary, GAP);
		fail(STATUS_CANARY, "memory before the first node was overwritten");
	}
	for (size_t number = 0; number < arena->used; number++)
		check_slack((long)number);
}

/* Gives memory beyond that of KEEP nodes back to the system, so that it is fresh again. */
static void shrink(void)
{
	unsigned char *start = (unsigned char *)arena_node(KEEP);
	size_t kept = ((size_t)(start - arena->base) + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
	unsigned char *first = arena->base - GAP + kept; /* base - GAP begins a page */
	size_t whole = (size_t)(first - arena->base) / STRIDE;
	unsigned char *part = (unsigned char *)arena_node(whole);
	size_t length = (size_t)((unsigned char *)arena_node(arena->used) - first);

	UNPOISON(part, (size_t)(first - part) + length);
	memset(part, 0, (size_t)(first - part));
	madvise(first, length, MADV_DONTNEED);
	arena->prepared = whole;
}

void arena_reset(void)
{
	if (arena->used > 2 * KEEP) {
		madvise(arena->notes, arena->used * sizeof(*arena->notes), MADV_DONTNEED);
		shrink();
	} else {
		memset(arena->notes, 0, arena->used * sizeof(*arena->notes));
	}
	arena->used = 0;
	arena->live = 0;
}
