// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The picture of an array (xarray_model/snapshot.py).  The tree may be broken: a pointer is followed
 * only to a live node that the walk has not seen, so the walk ends whatever the pointers say.
 */
#include "driver.h"

#include <linux/list.h>
#include <string.h>

enum { HEADER = 24, RECORD = 32 + 8 * XA_CHUNK_SIZE };
enum { MALFORMED = 1, SHORT_WORDS = 2 };
enum { PARENT_RIGHT = 1, ARRAY_RIGHT = 2, ON_LRU = 4 };
#define NO_NODE UINT32_MAX

static struct walk *const walk = &driver.walk;

uint64_t mk_node_word(uint32_t number)
{
	return ((uint64_t)number + 1) * 4096 | 2;
}

uint64_t error_word(int error)
{
	return (uint64_t)(int64_t)error << 2 | 2;
}

uint64_t entry_word(const void *entry)
{
	return xa_is_err(entry) ? error_word(xa_err((void *)(uintptr_t)entry)) : (uintptr_t)entry;
}

bool entry_is_node(const void *entry)
{
	return xa_is_node(entry) && !xa_is_err(entry);
}

uint32_t number_of(const void *node)
{
	long number = arena_find(node);

	if (number < 0 || arena_notes((size_t)number)->walk != walk->number)
		return NOT_REACHABLE;
	return arena_notes((size_t)number)->number;
}

/* Notes which nodes are on the LRU; returns their number. */
static uint32_t mark_listed(void)
{
	const struct list_head *previous = &driver.lru;
	uint32_t listed = 0;

	for (const struct list_head *item = previous->next; item != &driver.lru; item = item->next) {
		long number = arena_within(item);

		if (number < 0 || &arena_node((size_t)number)->private_list != item ||
		    arena_notes((size_t)number)->state != NODE_LIVE || item->prev != previous)
			fail(STATUS_CANARY, "the list pointers of the LRU were overwritten");
		arena_notes((size_t)number)->listed = walk->number;
		previous = item;
		listed++;
	}
	return listed;
}

/* The page cache's rule: a node with nothing but values is on the LRU, any other is not. */
bool belongs_on_lru(const struct xa_node *node)
{
	return node->nr_values && node->nr_values == node->count;
}

void lru_drain(void)
{
	mark_listed();
	while (!list_empty(&driver.lru))
		list_del_init(driver.lru.next);
}

void lru_fill(void)
{
	number_nodes();
	for (size_t number = 0; number < arena_used(); number++) {
		struct xa_node *node = arena_node(number);

		if (number_of(node) != NOT_REACHABLE && belongs_on_lru(node))
			list_add_tail(&node->private_list, &driver.lru);
	}
}

static void put32(unsigned char *place, uint32_t word)
{
	memcpy(place, &word, sizeof(word));
}

static void put64(unsigned char *place, uint64_t word)
{
	memcpy(place, &word, sizeof(word));
}

/* The node's record, without its slots. */
static void write_node(unsigned char *out, uint32_t number)
{
	const struct xa_node *node = arena_node(number);
	const struct node_notes *notes = arena_notes(number);
	bool root = notes->up == NO_NODE;
	const struct xa_node *parent = root ? NULL : arena_node(notes->up);

	memset(out, 0, 8);
	out[0] = node->shift;
	out[1] = root ? 0 : node->offset;
	out[2] = node->count;
	out[3] = node->nr_values;
	out[4] = (unsigned char)((node->parent == parent ? PARENT_RIGHT : 0) |
				 (node->array == &driver.array ? ARRAY_RIGHT : 0) |
				 (notes->listed == walk->number ? ON_LRU : 0));
	for (unsigned int mark = 0; mark < XA_MAX_MARKS; mark++) {
		uint64_t bits = 0;

		for (unsigned int word = 0; word < XA_MARK_LONGS; word++)
			bits |= (uint64_t)node->marks[mark][word] << (WORD_BITS * word);
		if (XA_CHUNK_SIZE < 64)
			bits &= ((uint64_t)1 << (XA_CHUNK_SIZE % 64)) - 1;
		put64(out + 8 + 8 * mark, bits);
	}
}

/*
 * Enters the node that `entry` points to: gives it the next number, and `write` its record.  Returns
 * it, or NO_NODE when there is none to enter.
 */
static uint32_t enter(const void *entry, uint32_t up, bool write)
{
	long number = arena_find(xa_to_node(entry));
	struct node_notes *notes;

	if (number < 0)
		return NO_NODE;
	notes = arena_notes((size_t)number);
	if (notes->state != NODE_LIVE || notes->walk == walk->number)
		return NO_NODE;
	notes->walk = walk->number;
	notes->number = walk->reached++;
	notes->up = up;
	notes->slot = 0;
	if (notes->listed == walk->number)
		walk->stray--;
	if (write)
		write_node(result_room(RECORD), (uint32_t)number);
	return (uint32_t)number;
}

/* How `entry` is written; `child` becomes the node that it led to, or NO_NODE. */
static uint64_t follow(const void *entry, uint32_t up, bool write, uint32_t *child)
{
	*child = NO_NODE;
	if (!entry_is_node(entry))
		return entry_word(entry);
	*child = enter(entry, up, write);
	if (*child != NO_NODE)
		return mk_node_word(arena_notes(*child)->number);
	walk->malformed = true;
	return MALFORMED_NODE;
}

/* Walks the tree in pre-order, without recursion; `records` is where to write, or NULL. */
static uint64_t walk_tree(unsigned char *records)
{
	uint32_t here, child;
	uint64_t head;

	walk->number++;
	walk->reached = 0;
	walk->malformed = false;
	walk->stray = mark_listed();
	head = follow(driver.array.xa_head, NO_NODE, records != NULL, &here);
	while (here != NO_NODE) {
		struct node_notes *notes = arena_notes(here);
		uint32_t slot = notes->slot++;
		uint64_t word;

		if (slot == XA_CHUNK_SIZE) {
			here = notes->up;
			continue;
		}
		word = follow(arena_node(here)->slots[slot], here, records != NULL, &child);
		if (records)
			put64(records + (size_t)notes->number * RECORD + 32 + 8 * slot, word);
		if (child != NO_NODE)
			here = child;
	}
	return head;
}

void snapshot_reset(void)
{
	walk->number = 0;
	INIT_LIST_HEAD(&driver.lru);
}

void number_nodes(void)
{
	walk_tree(NULL);
}

void write_snapshot(void)
{
	unsigned char *header = result_room(HEADER);
	uint64_t head = walk_tree(header + HEADER);

	memset(header, 0, HEADER);
	header[0] = XA_CHUNK_SHIFT;
	for (unsigned int mark = 0; mark < XA_MAX_MARKS; mark++)
		header[1] |= (unsigned char)(xa_marked(&driver.array, mark) << mark);
	header[2] = (walk->malformed ? MALFORMED : 0) | (WORD_BITS == 32 ? SHORT_WORDS : 0);
	header[3] = (unsigned char)array_flags();
	put32(header + 4, walk->reached);
	put32(header + 8, arena_live());
	put32(header + 12, walk->stray);
	put64(header + 16, head);
}
