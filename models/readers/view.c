// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a load of the reader may return, and what the reader knows afterwards.
 *
 * Weak memory: any version that is not older than what the reader knows of its location, which is
 *   - coherence: the version that it read there last;
 *   - its global view: what it knew when it last passed a full barrier;
 *   - the view of the object that the address came from: having loaded the pointer from a version
 *     with a view, everything reached through it is at least that new (address dependency).
 * A sibling entry is a pointer too: the next load of a slot depends on it if that is its canonical
 * slot.  (The explorer cannot tell from where an address came; that is so in all code that follows
 * siblings, and walking forward over slots never leads to one.)  Of a pointer that was loaded more
 * than once the last load counts.  Loads are not ordered otherwise.  Sequential consistency: the version of the moment, or a later one, which moves
 * the moment.  All are lower bounds, so of versions with equal values the earliest allows all that
 * the others do and is enough; a held reference bounds from above as well, see reader_try_get().
 */
#include "explorer.h"

#include <linux/xarray.h>

#define MAX_LOADS 200000
#define MAX_OPTIONS (1 << 16)
static struct load loads[MAX_LOADS];

static long number;	/* of the execution, over all that there were */
static int until;
static int view;	/* global; with execution.sequential consistency the moment */
static int known;	/* the newest view of anything that was read: what a full barrier makes global */
static int newest;	/* time of the newest version read */
static int held_until;	/* a reference is held: no version from this time on */
static int section;

static struct {
	const void *slot;
	int view;
} canonical; /* the slot that the sibling which was just loaded refers to */

static struct object *touched[OBJECTS];
static int touched_count;
#define MAX_FLOORS 4096
static struct location *floors[MAX_FLOORS];
static int floor_count;

void view_begin(int end)
{
	number++;
	view = known = newest = execution.started;
	until = end;
	held_until = INT_MAX;
	section = 0;
	canonical.slot = NULL;
	touched_count = floor_count = 0;
}

int reader_since(void)
{
	return view;
}

const struct load *trace(void)
{
	return loads;
}

void reader_section_ends(void)
{
	section++;
}

static int last_until(const struct location *location, int time)
{
	int low = 0, high = location->count - 1;

	while (low < high) {
		int middle = (low + high + 1) / 2;

		if (location->versions[middle].time <= time)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

static int object_view(const struct object *object)
{
	return object->execution == number && object->view > view ? object->view : view;
}

static void add_knowledge(void)
{
	state_word((uint64_t)view);
	state_word((uint64_t)section);
	state_word((uint64_t)execution.started);
	state_word((uint64_t)held_until);
	if (execution.ordered) { /* barriers and references look back on all that was read */
		state_word((uint64_t)newest);
		state_word((uint64_t)known);
	}
	if (execution.sequential)
		return;
	for (int i = 0; i < touched_count; i++) {
		const struct object *object = touched[i];

		state_member((uint64_t)(uintptr_t)object, (uint64_t)object_view(object),
			     (uint64_t)object->section);
	}
	for (int i = 0; i < floor_count; i++) {
		const struct location *place = floors[i];

		if (place->floor > last_until(place, object_view(object_of(place->address))))
			state_member((uint64_t)(uintptr_t)place, (uint64_t)place->floor, 0);
	}
	if (canonical.slot) {
		state_word((uint64_t)(uintptr_t)canonical.slot);
		state_word((uint64_t)canonical.view);
	}
}

/* Asked at each choice before it is made; true only at choices that this execution is first to make. */
static bool state_seen(void)
{
	const uint64_t *word = (const uint64_t *)(uintptr_t)registers[REGISTERS - 1];

	if (!execution.merging || !choice_is_new())
		return false;
	state_start();
	state_word((uint64_t)(stack_base - word));
	for (int i = 0; i < REGISTERS - 1; i++)
		state_word(registers[i]);
	for (; word < stack_base; word++)
		state_word(*word);
	state_word((uint64_t)execution.retries);
	/* With a bound, what may still come depends on how much of it is used up. */
	state_word(execution.bounded ? (uint64_t)choices_made() : 0);
	add_knowledge();
	if (!state_met())
		return false;
	execution.merged++;
	return true;
}

static bool is_slot(const struct object *object, const void *address)
{
	size_t offset = (size_t)((const char *)address - (const char *)object_start(object));

	return object->kind == KIND_NODE && offset >= offsetof(struct xa_node, slots) &&
	       offset < offsetof(struct xa_node, marks);
}

/* The load returned `value`, and whoever follows it as a pointer knows everything up to `time`. */
static void depend(const struct object *object, const void *address, uint64_t value, int time)
{
	struct object *target = object_pointed_to(value);
	const void *entry = (const void *)(uintptr_t)value;

	if (target) {
		if (target->execution != number)
			touched[touched_count++] = target;
		target->execution = number;
		target->view = time;
		target->section = section;
	} else if (is_slot(object, address) && xa_is_sibling(entry)) {
		const struct xa_node *node = object_start(object);

		canonical.slot = &node->slots[xa_to_sibling(entry)];
		canonical.view = time;
	}
}

static void record(struct location *place, const void *address, int size, uint64_t value,
		   int version, int options)
{
	if (execution.loads == MAX_LOADS) {
		execution.endless++;
		finding("reader-ends", "no end after %d loads", MAX_LOADS);
	}
	loads[execution.loads++] = (struct load){ place, address, value, version, options, size };
}

/* Accesses that no reader may make at all. */
static void check_access(const struct object *object, const struct location *place, int version)
{
	bool later = object->execution == number && object->section != section;

	if (object->kind == KIND_NODE && object->grace && (later || execution.started >= object->grace))
		finding("reader-freed", "%s is read after its grace period",
			object_name(object));
	if (!place || !object->fresh || object->kind == KIND_ARRAY)
		return;
	if (version + 1 < place->count && place->versions[version + 1].time <= object->published)
		finding("reader-initialised", "%s is read as it was before %s was published",
			location_name(place->address), object_name(object));
}

/* Chooses a version; `every`: not only the earliest of those with equal values. */
static int choose_version(struct location *place, bool every, struct access by)
{
	struct object *object = object_of(place->address);
	int time = object_view(object), end = until < held_until ? until : held_until;
	int first, last = place->count - 1, count = 0, version;
	static int options[MAX_OPTIONS];

	if (canonical.slot == place->address && canonical.view > time)
		time = canonical.view;
	if (!execution.sequential && (by.plain || place->plain))
		races_see(place, by, time, end);
	if (place->execution != number) {
		place->execution = number;
		place->floor = 0;
		if (floor_count == MAX_FLOORS)
			broken("a reader looks at too many places");
		floors[floor_count++] = place;
	}
	first = last_until(place, time);
	if (first < place->floor)
		first = place->floor;
	while (last > first && place->versions[last].time >= end)
		last--;
	if (place->versions[first].time >= end)
		execution_prune();
	for (int i = first; i <= last; i++) {
		int k = 0;

		while (!every && k < count &&
		       place->versions[options[k]].value != place->versions[i].value)
			k++;
		if (!every && k < count)
			continue;
		if (count == MAX_OPTIONS)
			broken("a load may return too many values");
		options[count++] = i;
	}
	if (count > 1 && state_seen())
		execution_over();
	version = options[choose(count)];
	if (is_slot(object, place->address))
		canonical.slot = NULL;

	record(place, place->address, place->size, place->versions[version].value, version, count);
	place->floor = version;
	if (place->versions[version].time > newest)
		newest = place->versions[version].time;
	if (execution.sequential && newest > view)
		view = newest;
	if (place->versions[version].view > time)
		time = place->versions[version].view;
	if (time > known)
		known = time;
	check_access(object, place, version);
	if (place->size == 8)
		depend(object, place->address, place->versions[version].value, time);
	return version;
}

void reader_load(void *address, int size, struct access by)
{
	struct object *object = object_of(address);
	struct location *place;

	if (!object)
		return;
	place = location_find(address);
	if (place) {
		if (place->size != size)
			broken("%s is written in pieces of %d bytes and read in pieces of %d",
			       location_name(address), place->size, size);
		memory_set(address, size, place->versions[choose_version(place, false, by)].value);
		return;
	}
	if (is_slot(object, address))
		canonical.slot = NULL;
	record(NULL, address, size, memory_get(address, size), 0, 1);
	check_access(object, NULL, 0);
	if (size == 8)
		depend(object, address, memory_get(address, size), object_view(object));
}

void reader_barrier(void)
{
	if (!execution.ordered)
		broken("a reader has a barrier and is not declared so");
	if (known > view)
		view = known;
}

/*
 * Take a reference unless the count is 0, a read-modify-write.  A writer that needs the references
 * to be its own sets the count to 0 first, which fails while this one is held: until reader_put()
 * nothing can be seen of what follows that.
 */
bool reader_try_get(uint64_t *count)
{
	struct location *place = location_find(count);
	int version;

	if (!place)
		return memory_get(count, 8) != 0;
	version = choose_version(place, true, (struct access){ 0 });
	if (!place->versions[version].value)
		return false;
	reader_barrier();
	if (place->versions[version].view > view)
		view = place->versions[version].view;
	for (int next = version + 1; next < place->count; next++) {
		if (place->versions[next].value)
			continue;
		if (newest >= place->versions[next].time)
			execution_prune();
		if (place->versions[next].time < held_until)
			held_until = place->versions[next].time;
		break;
	}
	return true;
}

void reader_put(void)
{
	held_until = INT_MAX;
}
