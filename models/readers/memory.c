// SPDX-License-Identifier: GPL-2.0-or-later
/* Locations, and the versions that the writer's stores make. */
#include "explorer.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX_LOCATIONS (1 << 16)
static struct location all[MAX_LOCATIONS];
static int location_count, map[sizeof(arena)];

struct store {
	int location, version;
};
static struct store *stores;
static int now, stores_room;
#define MAX_STORES (1 << 20)
static int fence, unlocked;

#define MAX_SECTIONS 1024
static int ends[MAX_SECTIONS], end_count;

/* The compiled code tells of a store before it is done: it is taken up at the next occasion. */
static struct {
	struct location *location; /* NULL: none */
	bool release;
	struct access by;
} pending;

void memory_reset(void)
{
	for (int i = 1; i <= location_count; i++)
		map[all[i].address - arena] = 0;
	location_count = 0;
	now = fence = unlocked = end_count = 0;
	pending.location = NULL;
}

/* The object at an address that is in one. */
static struct object *object_at(const char *address)
{
	return &objects.object[(size_t)(address - arena) / OBJECT_BYTES];
}

struct location *location_find(const void *address)
{
	int number = map[(const char *)address - arena];

	return number ? &all[number] : NULL;
}

static struct location *location_make(char *address, int size)
{
	struct location *location = location_find(address);

	if (location) {
		if (location->size != size)
			broken("%s is accessed in pieces of %d and of %d bytes", location_name(address), size,
			       location->size);
		return location;
	}
	if (location_count + 1 == MAX_LOCATIONS)
		broken("the writer stores to too many places");
	map[address - arena] = ++location_count;
	location = &all[location_count];
	if (!location->versions) {
		location->room = 8;
		location->versions = more_room(NULL, 8, sizeof(struct version));
	}
	location->address = address;
	location->size = size;
	location->count = 1;
	location->execution = 0;
	location->plain = false;
	location->versions[0] = (struct version){ .value = memory_get(address, size) };
	return location;
}

_Noreturn static void endless_writer(void)
{
	printf("hang\twriter\t\t0\n");
	fflush(stdout);
	_Exit(3);
}

static void version_add(struct location *location, uint64_t value, bool release, struct access by)
{
	const struct version *last = &location->versions[location->count - 1];
	int view = last->view;

	/* A plain store of what is there already cannot be told from none. */
	if (last->value == value && !release)
		return;
	if (now == MAX_STORES)
		endless_writer();
	now++;
	if (view < (release ? now - 1 : fence))
		view = release ? now - 1 : fence;
	if (location->count == location->room) {
		location->room *= 2;
		location->versions = more_room(location->versions, (size_t)location->room,
					       sizeof(struct version));
	}
	if (now >= stores_room) {
		stores_room = stores_room ? 2 * stores_room : 1024;
		stores = more_room(stores, (size_t)stores_room, sizeof(struct store));
	}
	stores[now] = (struct store){ (int)(location - all), location->count };
	location->versions[location->count++] = (struct version){ value, now, view, release, by };
	location->plain |= by.plain;
}

void writer_flush(void)
{
	struct location *location = pending.location;

	if (!location)
		return;
	pending.location = NULL;
	version_add(location, memory_get(location->address, location->size), pending.release,
		    pending.by);
}

void writer_hook(void *address, int size, bool release, struct access by)
{
	writer_flush();
	if (!object_of(address))
		return;
	pending.location = location_make(address, size);
	pending.release = release;
	pending.by = by;
}

void writer_store(void *address, uint64_t value, bool release)
{
	writer_hook(address, 8, release, (struct access){ 0 });
	memory_set(address, 8, value);
	writer_flush();
}

int writer_time(void)
{
	writer_flush();
	return now;
}

void store_at(int time, struct location **location, int *version)
{
	*location = &all[stores[time].location];
	*version = stores[time].version;
}

void writer_barrier(void)
{
	fence = writer_time();
}

/* Dropping a lock and taking it again orders stores, and nothing else of the two does. */
void writer_section_begins(void)
{
	writer_flush();
	fence = fence < unlocked ? unlocked : fence;
}

void writer_section_ends(void)
{
	unlocked = writer_time();
	for (int i = 0; i < objects.count; i++)
		if (objects.object[i].grace < 0)
			objects.object[i].grace = unlocked;
	if (end_count == MAX_SECTIONS)
		broken("the writer takes the lock too often");
	if (!end_count || ends[end_count - 1] != unlocked)
		ends[end_count++] = unlocked;
}

int section_ends(const int **times)
{
	*times = ends;
	return end_count;
}

/* No grace period ends while the writer holds the lock, which is a read section as well. */
void object_freed(const void *address)
{
	struct object *object = object_of(address);

	if (object && objects.phase == PHASE_WRITE)
		object->grace = -1;
}

void writer_begin(void)
{
	objects.phase = PHASE_WRITE;
}

/* When a reader can first load a pointer to each object that the writer made. */
static void find_publications(void)
{
	bool changed = true;

	for (int i = 0; i < objects.count; i++)
		objects.object[i].published = objects.object[i].fresh ? now + 1 : 0;
	while (changed) {
		changed = false;
		for (int i = 1; i <= location_count; i++) {
			const struct location *place = &all[i];
			int owner = object_at(place->address)->published;

			for (int k = 0; k < place->count; k++) {
				struct object *target = object_pointed_to(place->versions[k].value);
				int time = place->versions[k].time;

				/* Overwritten before the object it is in could be reached. */
				if (k + 1 < place->count && place->versions[k + 1].time <= owner)
					continue;
				if (time < owner)
					time = owner;
				if (place->size == 8 && target && time < target->published) {
					target->published = time;
					changed = true;
				}
			}
		}
	}
}

void writer_end(void)
{
	writer_section_ends();
	objects.phase = PHASE_OFF;
	find_publications();
}
