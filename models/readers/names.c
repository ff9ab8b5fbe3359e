// SPDX-License-Identifier: GPL-2.0-or-later
/* How locations and values are told. */
#include "explorer.h"

#include <linux/xarray.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BUFFERS 8
#define LENGTH 64

static char *next_buffer(void)
{
	static char buffers[BUFFERS][LENGTH];
	static int next;

	return buffers[next++ % BUFFERS];
}

const char *object_name(const struct object *object)
{
	static char name[16];

	if (object->kind == KIND_ARRAY)
		return "xa";
	snprintf(name, sizeof(name), "%s%d", object->kind == KIND_NODE ? "N" : "F", object->number);
	return name;
}

static const char *node_field(size_t offset)
{
	static const struct {
		size_t offset;
		const char *name;
	} fields[] = {
		{ offsetof(struct xa_node, shift), "shift" },
		{ offsetof(struct xa_node, offset), "offset" },
		{ offsetof(struct xa_node, count), "count" },
		{ offsetof(struct xa_node, nr_values), "nr_values" },
		{ offsetof(struct xa_node, parent), "parent" },
		{ offsetof(struct xa_node, array), "array" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (fields[i].offset == offset)
			return fields[i].name;
	return "list";
}

const char *location_name(const void *address)
{
	const struct object *object = object_of(address);
	char *name = next_buffer();
	size_t offset;

	if (!object)
		return "nowhere";
	offset = (size_t)((const char *)address - (const char *)object_start(object));
	if (!offset && object->kind != KIND_ARRAY)
		snprintf(name, LENGTH, "%s.%s", object_name(object),
			 object->kind == KIND_NODE ? "shift" : "refs");
	else if (object->kind == KIND_FOLIO)
		snprintf(name, LENGTH, "%s.%s", object_name(object), offset == 8 ? "order" : "index");
	else if (object->kind == KIND_ARRAY)
		snprintf(name, LENGTH, "xa.%s",
			 offset == offsetof(struct xarray, xa_head)    ? "head" :
			 offset == offsetof(struct xarray, xa_flags) ? "flags" :
								       "lock");
	else if (offset >= offsetof(struct xa_node, marks))
		snprintf(name, LENGTH, "%s.marks[%zu]", object_name(object),
			 (offset - offsetof(struct xa_node, marks)) / sizeof(long) / XA_MARK_LONGS);
	else if (offset >= offsetof(struct xa_node, slots))
		snprintf(name, LENGTH, "%s.slots[%zu]", object_name(object),
			 (offset - offsetof(struct xa_node, slots)) / sizeof(void *));
	else
		snprintf(name, LENGTH, "%s.%s", object_name(object), node_field(offset));
	return name;
}

/* What the head, a slot or a pointer holds is told as an entry, what other fields hold as a number. */
const char *value_at(const void *address, uint64_t value, int size)
{
	const struct object *object = object_of(address);
	size_t offset = (size_t)((const char *)address - (const char *)object_start(object));
	char *name;

	if (size == 8 && object->kind != KIND_FOLIO &&
	    (object->kind == KIND_ARRAY || offset < offsetof(struct xa_node, marks)))
		return value_name(value);
	name = next_buffer();
	snprintf(name, LENGTH, value < 10 ? "%lu" : "%#lx", (unsigned long)value);
	return name;
}

const char *value_name(uint64_t value)
{
	const void *entry = (const void *)(uintptr_t)value;
	const struct object *object = object_pointed_to(value);
	char *name = next_buffer();

	if (object)
		return strcpy(name, object_name(object));
	if (!value)
		return "NULL";
	if (xa_is_retry(entry))
		return "retry";
	if (xa_is_sibling(entry))
		snprintf(name, LENGTH, "sibling of %u", (unsigned int)xa_to_sibling(entry));
	else
		snprintf(name, LENGTH, "%#lx", (unsigned long)value);
	return name;
}
