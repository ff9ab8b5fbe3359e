// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What code calls that is compiled with the thread sanitizer's instrumentation and with calls at each
 * function's entry and exit: stores are counted by what they write and whether readers can reach it.
 */
#include "measure.h"

#include <stdio.h>
#include <string.h>

enum field { HEADER, PARENT, SLOT, MARK, LIST, FIELDS };

static const char *const NAMES[FIELDS] = { "header", "parent", "slot", "mark", "list" };

/* Of one of the two functions, or the most that one call did. */
struct counts {
	unsigned long unlinked[FIELDS]; /* into nodes that no reader can reach yet */
	unsigned long linked[FIELDS];
	unsigned long publications; /* release stores to what readers can reach */
	unsigned long to_linked; /* parents of unlinked nodes that are linked ones */
	unsigned long array, cursor, other;
	unsigned long callbacks;
};

static struct counts alloc, under_lock, most;
static struct counts *now; /* NULL: what runs is not measured */
static const struct xa_state *cursor;

static unsigned char linked[1 << 20];
static long linked_nodes, peak;

/* The last store; its value is there when the next thing happens. */
static void **pending;
static enum field pending_field;

static void link_subtree(const void *entry)
{
	const struct xa_node *node = (const void *)((const char *)entry - 2);
	long number = ((uintptr_t)entry & 3) == 2 && (uintptr_t)entry > 4096 ? node_number(node) : -1;

	if (number < 0 || linked[number] || node != node_at(number))
		return;
	linked[number] = 1;
	linked_nodes++;
	for (unsigned int i = 0; i < XA_CHUNK_SIZE; i++)
		link_subtree(node->slots[i]);
}

static void settle(void)
{
	void **location = pending;
	long number;

	pending = NULL;
	if (!location)
		return;
	if (pending_field == SLOT) {
		link_subtree(*location);
	} else {
		number = node_number(*location);
		if (now && number >= 0 && linked[number])
			now->to_linked++;
	}
}

static enum field field_of(size_t offset)
{
	if (offset >= offsetof(struct xa_node, marks))
		return MARK;
	if (offset >= offsetof(struct xa_node, slots))
		return SLOT;
	if (offset >= offsetof(struct xa_node, private_list))
		return LIST;
	if (offset >= offsetof(struct xa_node, parent) &&
	    offset < offsetof(struct xa_node, parent) + sizeof(void *))
		return PARENT;
	return HEADER;
}

static bool within(const void *address, const void *object, size_t bytes)
{
	return (uintptr_t)address - (uintptr_t)object < bytes;
}

static void stored(void *address, bool release)
{
	static struct counts ignored;
	struct counts *counts = now ? now : &ignored;
	long number = node_number(address);
	enum field field;

	settle();
	if (number < 0) {
		if (within(address, &array, sizeof(array))) {
			counts->array += !release;
			counts->publications += release;
			if (address == (void *)&array.xa_head) {
				pending = address;
				pending_field = SLOT;
			}
		} else if (cursor && within(address, cursor, sizeof(*cursor))) {
			counts->cursor++;
		} else {
			counts->other++;
		}
		return;
	}
	field = field_of((size_t)((char *)address - (char *)node_at(number)));
	if (!linked[number])
		counts->unlinked[field]++;
	else if (release)
		counts->publications++;
	else
		counts->linked[field]++;
	if ((field == SLOT && linked[number]) || (field == PARENT && !linked[number])) {
		pending = address;
		pending_field = field;
	}
}

/* Functions that are active, by address, in the order in which they were first entered. */
static struct {
	const void *function;
	unsigned int active, most;
} functions[256];

static bool follow;

static unsigned int function_slot(const void *function)
{
	unsigned int slot = (uintptr_t)function >> 4 & 255;

	for (unsigned int tries = 0; tries < 256; tries++, slot = (slot + 1) & 255) {
		if (!functions[slot].function)
			functions[slot].function = function;
		if (functions[slot].function == function)
			return slot;
	}
	give_up("more functions than can be told apart");
}

void __cyg_profile_func_enter(void *function, void *site);
void __cyg_profile_func_enter(void *function, void *site)
{
	unsigned int slot;

	(void)site;
	if (!follow)
		return;
	slot = function_slot(function);
	if (++functions[slot].active > functions[slot].most)
		functions[slot].most = functions[slot].active;
}

void __cyg_profile_func_exit(void *function, void *site);
void __cyg_profile_func_exit(void *function, void *site)
{
	(void)site;
	if (follow)
		functions[function_slot(function)].active--;
}

/* The measured calls. */

static void count_update(struct xa_node *node)
{
	(void)node;
	if (now)
		now->callbacks++;
}

void (*const measure_update)(struct xa_node *node) = count_update;

void measure_open(bool paint)
{
	(void)paint;
}

void measure_reset(void)
{
	pending = NULL;
	cursor = NULL;
	memset(&alloc, 0, sizeof(alloc));
	memset(&under_lock, 0, sizeof(under_lock));
	memset(&most, 0, sizeof(most));
	memset(linked, 0, sizeof(linked));
	memset(functions, 0, sizeof(functions));
	linked_nodes = 0;
	peak = 0;
}

static void begin(const struct xa_state *xas, struct counts *counts)
{
	settle();
	now = counts;
	cursor = xas;
}

static void note_peak(void)
{
	if (nodes_made() - linked_nodes > peak)
		peak = nodes_made() - linked_nodes;
}

static void end(void)
{
	settle();
	now = NULL;
	cursor = NULL;
}

void measure_alloc(struct xa_state *xas, void *entry, unsigned int order)
{
	begin(xas, &alloc);
	xas_split_alloc(xas, entry, order, GFP_KERNEL);
	note_peak();
	end();
}

static void add(struct counts *sum, const struct counts *one, bool largest)
{
	unsigned long *to = (unsigned long *)sum;
	const unsigned long *from = (const unsigned long *)one;

	for (size_t i = 0; i < sizeof(*sum) / sizeof(*to); i++)
		to[i] = !largest ? to[i] + from[i] : to[i] > from[i] ? to[i] : from[i];
}

void measure_split(struct xa_state *xas, void *entry, unsigned int order)
{
	struct counts one = { 0 };

	begin(xas, &one);
	follow = true;
	xas_split(xas, entry, order);
	follow = false;
	end();
	add(&under_lock, &one, false);
	add(&most, &one, true);
}

void measure_try_split(struct xa_state *xas, void *entry, unsigned int order)
{
	struct counts one = { 0 };
	long before = nodes_made();

	begin(xas, &one);
	xas_try_split(xas, entry, order);
	end();
	/* What it takes it links within the call: this is exact as long as it takes one node. */
	if (nodes_made() - before > peak)
		peak = nodes_made() - before;
	add(&under_lock, &one, false);
	add(&most, &one, true);
}

static void print_fields(const char *name, const unsigned long *fields)
{
	printf("\"%s\": {", name);
	for (int field = 0; field < FIELDS; field++)
		printf("%s\"%s\": %lu", field ? ", " : "", NAMES[field], fields[field]);
	printf("}");
}

static void print_counts(const char *name, const struct counts *counts)
{
	printf(", \"%s\": {", name);
	print_fields("unlinked", counts->unlinked);
	printf(", ");
	print_fields("linked", counts->linked);
	printf(", \"publications\": %lu, \"to_linked\": %lu, \"array\": %lu, \"cursor\": %lu, "
	       "\"other\": %lu, \"callbacks\": %lu}",
	       counts->publications, counts->to_linked, counts->array, counts->cursor,
	       counts->other, counts->callbacks);
}

void measure_print(void)
{
	unsigned int deepest = 0;

	for (unsigned int slot = 1; slot < 256; slot++)
		if (functions[slot].most > functions[deepest].most)
			deepest = slot;
	print_counts("alloc", &alloc);
	print_counts("under_lock", &under_lock);
	print_counts("most", &most);
	printf(", \"peak\": %ld, \"depth\": %u, \"deepest\": \"%lx\"", peak,
	       functions[deepest].most, (unsigned long)functions[deepest].function);
}

/* Instrumentation. */

#define ACCESS(size) \
	void __tsan_read##size(void *address); \
	void __tsan_read##size(void *address) \
	{ \
		(void)address; \
	} \
	void __tsan_write##size(void *address); \
	void __tsan_write##size(void *address) \
	{ \
		stored(address, false); \
	}
ACCESS(1)
ACCESS(2)
ACCESS(4)
ACCESS(8)
ACCESS(16)
ACCESS(_range)

void __tsan_atomic64_store(uint64_t *address, uint64_t value, int order);
void __tsan_atomic64_store(uint64_t *address, uint64_t value, int order)
{
	stored(address, order >= __ATOMIC_RELEASE);
	*address = value;
}

void __tsan_init(void);
void __tsan_init(void)
{
}
