// SPDX-License-Identifier: GPL-2.0-or-later
/* The memory that writer and readers share: objects, at the same addresses in each run. */
#include "explorer.h"

#include <string.h>

char arena[OBJECTS * OBJECT_BYTES] __attribute__((aligned(4096)));
struct objects objects;

void objects_reset(void)
{
	objects.phase = PHASE_OFF;
	objects.count = 0;
}

void *object_new(enum kind kind, size_t bytes)
{
	struct object *object = &objects.object[objects.count];
	int number = 0;

	if (objects.count == OBJECTS || bytes > OBJECT_BYTES)
		broken("too many objects, or one of %zu bytes", bytes);
	for (int i = 0; i < objects.count; i++)
		number += objects.object[i].kind == kind;
	*object = (struct object){ .kind = kind,
				   .number = number,
				   .fresh = objects.phase == PHASE_WRITE };
	memset(object_start(object), 0, OBJECT_BYTES);
	objects.count++;
	return object_start(object);
}

void *object_start(const struct object *object)
{
	return arena + (object - objects.object) * OBJECT_BYTES;
}

struct object *object_of(const void *address)
{
	size_t offset = (size_t)((uintptr_t)address - (uintptr_t)arena);

	return offset < (size_t)objects.count * OBJECT_BYTES ?
		       &objects.object[offset / OBJECT_BYTES] :
		       NULL;
}

struct object *object_pointed_to(uint64_t value)
{
	const char *start = (const char *)(uintptr_t)(value & ~3UL);
	struct object *object = object_of(start);

	return object && object_start(object) == start ? object : NULL;
}

uint64_t memory_get(const void *address, int size)
{
	uint64_t value = 0;

	memcpy(&value, address, (size_t)size); /* little endian */
	return value;
}

void memory_set(void *address, int size, uint64_t value)
{
	memcpy(address, &value, (size_t)size);
}
