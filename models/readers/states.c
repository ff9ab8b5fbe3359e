// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The states that an exploration has met, each by a fingerprint of so many bits; where states are
 * checked, also whole, so that two which share a fingerprint are told apart and counted.
 */
#include "explorer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct state state;

/* The table starts small for each place where a reader starts: most have few states, which stay in a cache. */
#define FEW_STATES (1 << 10)
#define MOST_STATES (1 << 22)
static struct met {
	uint64_t fingerprint;
	uint32_t generation;
	uint32_t whole; /* where its words are kept: their number, then they */
} *seen;
static size_t seen_room; /* a power of two */
static uint32_t generation;

static size_t place_of(uint64_t fingerprint)
{
	return fingerprint & (seen_room - 1);
}

static size_t place_after(size_t place)
{
	return (place + 1) & (seen_room - 1);
}

/* Twice the room, or the first. */
static void make_room(void)
{
	struct met *old = seen;
	size_t old_room = seen_room;

	seen_room = old ? 2 * old_room : FEW_STATES;
	seen = more_room(NULL, seen_room, sizeof(*seen));
	memset(seen, 0, seen_room * sizeof(*seen));
	for (size_t i = 0; i < old_room; i++) {
		size_t place = place_of(old[i].fingerprint);

		if (old[i].generation != generation)
			continue;
		while (seen[place].generation == generation)
			place = place_after(place);
		seen[place] = old[i];
	}
	free(old);
}

static struct merging merging;
static struct states met;
static uint64_t *kept;
static size_t kept_count, kept_room;

void states_begin(struct merging how)
{
	merging = how;
	if (seen_room > FEW_STATES) {
		free(seen);
		seen = NULL;
		seen_room = 0;
	}
	if (!seen)
		make_room();
	generation++;
	met = (struct states){ 0 };
	kept_count = 0;
}

struct states states_end(void)
{
	met.chance = (double)met.count * (double)met.count / 2;
	for (unsigned int bit = 0; bit < merging.bits; bit++)
		met.chance /= 2;
	return met;
}

void state_start(void)
{
	state.hash = 0x51ed270b7a62ac61UL;
	state.sum = 0;
	state.words = state.members = 0;
	state.whole = merging.kind == MERGE_CHECKED;
}

static int compare(const void *one, const void *other)
{
	const uint64_t *a = one, *b = other;

	for (int i = 0; i < MEMBER; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

/* The words of the state in one row, members in an order of their own. */
static const uint64_t *whole_state(size_t *length)
{
	static uint64_t whole[2 + MAX_WORDS + MEMBER * MAX_MEMBERS];

	qsort(state.member, state.members, sizeof(state.member[0]), compare);
	whole[0] = state.words;
	whole[1] = state.members;
	memcpy(whole + 2, state.word, state.words * sizeof(uint64_t));
	memcpy(whole + 2 + state.words, state.member, state.members * sizeof(state.member[0]));
	*length = 2 + state.words + MEMBER * state.members;
	return whole;
}

static uint32_t keep(const uint64_t *words, size_t length)
{
	size_t place = kept_count;

	if (place + length >= UINT32_MAX)
		broken("more states than can be kept whole");
	if (kept_count + length + 1 > kept_room) {
		kept_room = 2 * kept_room + length + 1;
		kept = more_room(kept, kept_room, sizeof(*kept));
	}
	kept[kept_count++] = length;
	memcpy(kept + kept_count, words, length * sizeof(*words));
	kept_count += length;
	return (uint32_t)place;
}

static bool is_kept(size_t place, const uint64_t *words, size_t length)
{
	return kept[place] == length && !memcmp(kept + place + 1, words, length * sizeof(*words));
}

bool state_met(void)
{
	uint64_t fingerprint = mix(state.hash, state.sum) >> (64 - merging.bits);
	const uint64_t *whole = NULL;
	size_t length = 0, place;

	if (met.count > MOST_STATES / 2)
		return false;
	if (met.count > (long)(seen_room / 2))
		make_room();
	if (state.whole)
		whole = whole_state(&length);
	for (place = place_of(fingerprint); seen[place].generation == generation;
	     place = place_after(place)) {
		if (seen[place].fingerprint != fingerprint)
			continue;
		if (!whole || is_kept(seen[place].whole, whole, length))
			return true;
		met.collisions++;
	}
	seen[place].fingerprint = fingerprint;
	seen[place].generation = generation;
	if (whole)
		seen[place].whole = keep(whole, length);
	met.count++;
	return false;
}
