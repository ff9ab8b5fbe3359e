// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The log: update callbacks and publications (xarray_model/log.py).  Nodes are named by their place
 * in the array as it is after the operation, so records wait until then.
 */
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CALLBACK = 1, PUBLICATION = 2, REQUEST = 3 };
enum { NO_LRU, CURSORS_LRU, OTHER_LRU };
enum { ARRAY_RIGHT = 1, LOCK_HELD = 2 };
#define HEAD (UINT32_MAX - 1)
enum { MOST = 1 << 22 };

struct record {
	uint8_t kind, flags;
	uint16_t operation;
	uint32_t node;
	uint8_t count, nr_values, shift, offset;
	uint32_t slot;
	uint64_t value;
};
_Static_assert(sizeof(struct record) == 24, "a record of the log has 24 bytes");

struct pending {
	struct record record;
	const void *place; /* the node, or the location published to */
	const void *value;
};

static struct log *const journal = &driver.log;

void log_open(void)
{
	journal->pending = reserve(MOST * sizeof(*journal->pending));
	if (!journal->pending) {
		fprintf(stderr, "driver: cannot reserve memory for the log\n");
		exit(3);
	}
}

static struct pending *add(void)
{
	if (journal->waiting == MOST)
		fail(STATUS_HANG, "more callbacks and publications than any operation needs");
	return memset(&journal->pending[journal->waiting++], 0, sizeof(*journal->pending));
}

void log_callback(const struct xa_node *node, bool lock_held)
{
	struct pending *item;

	if (!journal->on)
		return;
	item = add();
	item->place = node;
	item->record.kind = CALLBACK;
	item->record.flags = (uint8_t)((node->array == &driver.array ? ARRAY_RIGHT : 0) |
				       (lock_held ? LOCK_HELD : 0));
	item->record.count = node->count;
	item->record.nr_values = node->nr_values;
	item->record.shift = node->shift;
	item->record.offset = node->offset;
}

void log_publication(const void *location, const void *value)
{
	struct pending *item;

	if (!journal->on)
		return;
	item = add();
	item->place = location;
	item->value = value;
	item->record.kind = PUBLICATION;
}

/* Requests in more ways than there is room for are all of the last. */
void log_request(gfp_t gfp, const struct list_lru *lru)
{
	const bool locked = driver.array.xa_lock.held;
	struct asked *one = journal->asked;

	if (!journal->on)
		return;
	for (; one < journal->asked + journal->ways; one++)
		if (one->gfp == gfp && one->lru == lru && one->locked == locked)
			break;
	if (one == journal->asked + MOST_ASKED) {
		one--;
	} else if (one == journal->asked + journal->ways) {
		*one = (struct asked){ .gfp = gfp, .lru = lru, .locked = locked };
		journal->ways++;
	}
	one->times++;
}

/* What a request carries, told against what the operation permits; under the lock that is nothing. */
static void write_request(const struct asked *one, unsigned int operation)
{
	gfp_t given = one->locked ? 0 : driver.requests.given;
	const struct record record = {
		.kind = REQUEST,
		.flags = one->locked ? LOCK_HELD : 0,
		.operation = (uint16_t)operation,
		.node = one->times,
		.count = !one->lru ? NO_LRU : one->lru == &driver.shadows ? CURSORS_LRU : OTHER_LRU,
		.slot = one->gfp & ~given,
		.value = given & ~one->gfp,
	};

	memcpy(log_room(sizeof(record)), &record, sizeof(record));
}

void log_reset(void)
{
	journal->waiting = 0;
	journal->ways = 0;
}

/* Names the location of a publication; false when it is neither the head nor a slot. */
static bool name_location(struct record *record, const void *location)
{
	long number = arena_within(location);
	ptrdiff_t distance;

	if (location == &driver.array.xa_head) {
		record->node = HEAD;
		return true;
	}
	if (number < 0)
		return false;
	distance = (const char *)location - (const char *)arena_node((size_t)number)->slots;
	if (distance < 0 || distance >= (ptrdiff_t)(XA_CHUNK_SIZE * sizeof(void *)))
		return false;
	record->node = number_of(arena_node((size_t)number));
	record->slot = (uint32_t)((size_t)distance / sizeof(void *));
	return true;
}

static uint64_t name_value(const void *value)
{
	return entry_is_node(value) ? mk_node_word(number_of(xa_to_node(value))) : entry_word(value);
}

void log_flush(unsigned int operation)
{
	for (unsigned int way = 0; way < journal->ways; way++)
		write_request(&journal->asked[way], operation);
	journal->ways = 0;
	if (!journal->waiting)
		return;
	number_nodes();
	for (size_t i = 0; i < journal->waiting; i++) {
		struct record *record = &journal->pending[i].record;

		record->operation = (uint16_t)operation;
		if (record->kind == CALLBACK)
			record->node = number_of(journal->pending[i].place);
		else if (!name_location(record, journal->pending[i].place))
			continue;
		else
			record->value = name_value(journal->pending[i].value);
		memcpy(log_room(sizeof(*record)), record, sizeof(*record));
	}
	journal->waiting = 0;
}
