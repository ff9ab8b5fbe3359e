// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What readers see is judged by specs/timeline.py, over a pipe: each different observation is told once,
 * with what its reader knew, and the answer is kept.  One that breaks a promise ends the execution.
 * Of times only that counts which tells one operation of the writer from the next: truth_settled().
 */
#include "explorer.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_WORDS 8
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define LINE 512

/* The second word of some is an entry. */
static const struct {
	const char *name;
	int words;
	bool entry;
} questions[] = {
	[ASKED_HELD] = { "held", 2, true },
	[ASKED_ENTRY] = { "entry", 3, true },
	[ASKED_RETRY] = { "retry", 2, false },
	[ASKED_RESTARTS] = { "restarts", 1, false },
	[ASKED_UNCHANGED] = { "unchanged", 3, true },
	[ASKED_CHANGED] = { "changed", 3, true },
	[ASKED_ORDER] = { "order", 3, false },
	[ASKED_FOLIO] = { "folio", 4, true },
	[ASKED_STEP] = { "step", 2, false },
	[ASKED_BACK] = { "back", 8, false },
	[ASKED_PASSED] = { "passed", 6, false },
};

struct observation {
	uint64_t question, word[MOST_WORDS];
};

/* An observation and what is said to it: `broken` NULL, it breaks nothing. */
static struct judged {
	struct observation seen;
	uint64_t hash;
	uint32_t generation;	/* of the result that it was counted for last */
	bool used;
	struct piece covers;
	char *promise, *text;
} *table;
static size_t room, used;	/* `room` is a power of two */
static uint32_t generation;
static long count;
static uint64_t digest;

void judge_begin(void)
{
	generation++;
	count = 0;
	digest = 0;
}

long judge_count(uint64_t *hashes)
{
	*hashes = digest;
	return count;
}

void judge_forget(void)
{
	for (size_t i = 0; i < room; i++) {
		free(table[i].promise);
		table[i] = (struct judged){ 0 };
	}
	used = 0;
}

static struct judged *find(const struct observation *seen, uint64_t hash)
{
	size_t place = hash & (room - 1);

	while (table[place].used && memcmp(&table[place].seen, seen, sizeof(*seen)))
		place = (place + 1) & (room - 1);
	return &table[place];
}

static void make_room(void)
{
	struct judged *old = table;
	size_t old_room = room;

	room = old ? 2 * old_room : 1 << 10;
	table = more_room(NULL, room, sizeof(*table));
	memset(table, 0, room * sizeof(*table));
	for (size_t i = 0; i < old_room; i++)
		if (old[i].used)
			*find(&old[i].seen, old[i].hash) = old[i];
	free(old);
}

/* The place of an observation in the table, where its answer is if it has one. */
static struct judged *place_of(const struct observation *seen)
{
	struct judged *judged;
	uint64_t hash = mix(1, seen->question);

	for (int i = 0; i < questions[seen->question].words; i++)
		hash = mix(hash, seen->word[i]);
	if (2 * used >= room)
		make_room();
	judged = find(seen, hash);
	judged->hash = hash;
	return judged;
}

/* "holds", with what an entry covers, or "broken", the promise and what happened. */
static void answer(const struct observation *seen, const char *line)
{
	struct judged *judged = place_of(seen);
	size_t promise;

	if (judged->used)
		return;
	judged->seen = *seen;
	judged->used = true;
	used++;
	if (!strcmp(line, "holds") ||
	    sscanf(line, "holds\t%lu %lu", &judged->covers.first, &judged->covers.last) == 2)
		return;
	promise = strncmp(line, "broken\t", 7) ? 0 : strcspn(line + 7, "\t");
	if (!promise || !line[7 + promise])
		broken("no answer to what a reader sees: %s", line);
	judged->promise = more_room(NULL, strlen(line + 7) + 1, 1);
	strcpy(judged->promise, line + 7);
	judged->promise[promise] = 0;
	judged->text = judged->promise + promise + 1;
}

/* What was asked before about the same array: kind, numbers, answer. */
static void learn(char *line)
{
	struct observation seen = { .question = 0 };
	char *numbers = strchr(line, '\t');

	if (!numbers)
		broken("nothing is known: %s", line);
	*numbers++ = 0;
	while (strcmp(line, questions[seen.question].name))
		if (++seen.question == ARRAY_SIZE(questions))
			broken("no question: %s", line);
	for (int i = 0; i < questions[seen.question].words; i++)
		seen.word[i] = (uint64_t)strtol(numbers, &numbers, 10);
	if (*numbers != '\t')
		broken("not the numbers of a question: %s", numbers);
	answer(&seen, numbers + 1);
}

static void ask(const struct observation *seen)
{
	char line[LINE];

	printf("ask\t%s\t", questions[seen->question].name);
	for (int i = 0; i < questions[seen->question].words; i++)
		printf("%s%ld", i ? " " : "", (long)seen->word[i]);
	if (questions[seen->question].entry)
		printf("\t%s", value_name(seen->word[1]));
	printf("\n");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = 0;
		if (strncmp(line, "known\t", 6)) {
			answer(seen, line);
			return;
		}
		learn(line + 6);
	}
	broken("nobody judges what readers see");
}

struct piece observed(enum question question, const uint64_t *words)
{
	struct observation seen = { .question = question };
	struct judged *judged;

	for (int i = 0; i < questions[question].words; i++)
		seen.word[i] = words[i];
	judged = place_of(&seen);
	if (!judged->used) {
		ask(&seen);
		judged = place_of(&seen);
	}
	if (judged->generation != generation) {
		judged->generation = generation;
		count++;
		digest += judged->hash;
	}
	if (judged->promise)
		finding(judged->promise, "%s", judged->text);
	return judged->covers;
}
