/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Explores what a reader without a lock can see of one writer's run, on compiled code.
 *
 * The code under test and the scenarios are compiled with the compiler's thread-sanitizer
 * instrumentation; the __tsan_* functions are implemented here and no sanitizer is linked.  The
 * writer runs once: each of its stores becomes a version of its location.  Then the reader's
 * function runs again and again, each of its loads answered with one of the versions that it may
 * see, until every choice was made.
 *
 * Each file uses those before it in this list, and none after it (a test holds that):
 *
 *	fatal.c		the explorer ends
 *	objects.c	the memory that writer and readers share
 *	names.c		how places and values are told
 *	memory.c	locations, the writer's stores
 *	account.c	which entry each index has, and when: the scenario's own account
 *	states.c	the states that were met
 *	execution.c	the execution of a reader that runs: its choices, and how it ends
 *	findings.c	what went wrong
 *	races.c		plain accesses that nothing orders with a store of the other side
 *	judge.c		asks what promise is broken by what a reader saw
 *	view.c		what a load may return, and what the reader knows then
 *	watch.c		what does not end, or faults
 *	hooks.c		__tsan_* and what the headers in models/kernel/include ask for
 *	explore.c	all executions of one reader
 *	report.c	what went wrong is printed, in its shortest execution
 *	observe.c	what readers tell the judge
 *	scenario.c	the array under test and its folios	(instrumented)
 *	folios.c callers.c writers.c	writers			(instrumented)
 *	protocols.c readers.c		readers			(instrumented)
 *	litmus.c	shapes with known answers, against the explorer itself (instrumented)
 *	main.c		one line a case: PROTOCOL.md
 *
 * What several files share is in a few structs; the file that a struct is listed under has it.
 */
#ifndef XASPLIT_RCU_EXPLORER_H
#define XASPLIT_RCU_EXPLORER_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* fatal.c: the explorer cannot follow the code, which is told, and ends. */
_Noreturn void broken(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Room for `count` things of `size` bytes, as realloc() gives it; never NULL. */
void *more_room(void *old, size_t count, size_t size);

/* Objects: nodes, folios, the array.  Each has a piece of memory of its own. */
#define OBJECT_BYTES 1024
#define OBJECTS 2048
enum kind { KIND_ARRAY, KIND_NODE, KIND_FOLIO };

struct object {
	enum kind kind;
	int number;	   /* within its kind */
	bool fresh;	   /* made while the writer ran */
	int published;	   /* when a reader could first reach it; 0 unless fresh */
	int grace;	   /* its grace period cannot end before this time; 0: not freed */
	/* what the reader of this execution knows of what it reached through a pointer to it */
	long execution;
	int view;
	int section;	   /* the read section in which that pointer was loaded */
};

/* objects.c */
enum phase { PHASE_OFF, PHASE_WRITE, PHASE_READ };
extern struct objects {
	enum phase phase; /* who runs */
	int count;
	struct object object[OBJECTS];
} objects;
extern char arena[OBJECTS * OBJECT_BYTES];
void objects_reset(void);
void *object_new(enum kind kind, size_t bytes);
struct object *object_of(const void *address); /* NULL: not in an object */
void *object_start(const struct object *object);
struct object *object_pointed_to(uint64_t value); /* NULL: no pointer to the start of one */
uint64_t memory_get(const void *address, int size);
void memory_set(void *address, int size, uint64_t value);

/* names.c: each returns one of a few buffers in turn */
const char *location_name(const void *address);
const char *object_name(const struct object *object); /* one buffer */
const char *value_name(uint64_t entry);
const char *value_at(const void *address, uint64_t value, int size);

/* Where in the code an access is, and whether it is a plain one, not marked as meant for others. */
struct access {
	uintptr_t place;
	bool plain;
};

/* A version: `view` is the time up to which a reader of it knows all stores. */
struct version {
	uint64_t value;
	int time, view;
	bool release;
	struct access by; /* the store */
};

struct location {
	char *address;
	int size;
	int count;	   /* of versions; the first is what memory held before the writer ran */
	int room;
	struct version *versions;
	bool plain;	   /* the store of some version is */
	long execution;	   /* `floor` is of this execution of the reader */
	int floor;	   /* coherence: no version below it any more */
};

/* memory.c */
void memory_reset(void);
struct location *location_find(const void *address);
int writer_time(void);
/* The location and version of the store at `time`, 1 .. writer_time(). */
void store_at(int time, struct location **location, int *version);
void writer_begin(void);
void writer_end(void);
/* Before a store of the compiled code. */
void writer_hook(void *address, int size, bool release, struct access by);
void writer_flush(void);
void writer_store(void *address, uint64_t value, bool release);
/* Stores before this are known to whoever reads one after it. */
void writer_barrier(void);
void writer_section_begins(void); /* the lock is taken */
void writer_section_ends(void);	  /* and dropped */
int section_ends(const int **times);
void object_freed(const void *address);

/* account.c: what the writer itself says of each index */
#define WINDOW 2048
extern struct window {
	unsigned long first, last; /* at most WINDOW indices */
} window;
void account_reset(unsigned long first, unsigned long last);
void account_set(unsigned long first, unsigned int order, const void *entry);
void account_begin(void);	/* an operation that changes the array begins */
void account_commit(void);	/* and is complete */
void account_print(void);
/* When the last operation was complete of which somebody knows who knows all up to `time`; 0: none. */
int account_settled(int time);

/* states.c: a state is a row of words, and a set of members of three words each */
#define MEMBER 3
#define MAX_WORDS (1 << 16)
#define MAX_MEMBERS (1 << 13)
/* Whether executions are cut that reach a state met before, and how states are told apart. */
struct merging {
	enum { MERGE_NOTHING, MERGE_FINGERPRINTS, MERGE_CHECKED } kind;
	unsigned int bits;	/* of a fingerprint, 1 .. 64 */
};
extern struct state {
	uint64_t hash, sum;
	bool whole; /* keep words and members too */
	size_t words, members;
	uint64_t word[MAX_WORDS], member[MAX_MEMBERS][MEMBER];
} state;
struct states {
	long count;
	long collisions;	/* that share the fingerprint of another, where it is looked at */
	double chance;		/* that there are any, by the number of states */
};
void states_begin(struct merging how);
struct states states_end(void);
void state_start(void);
bool state_met(void); /* and it is met from now on */

/* Each bit of what is put in changes half of those that come out (the finalizer of MurmurHash3). */
static inline uint64_t mix(uint64_t hash, uint64_t value)
{
	hash ^= value;
	hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccdUL;
	hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53UL;
	return hash ^ hash >> 33;
}

static inline void state_word(uint64_t word)
{
	state.hash = mix(state.hash, word);
	if (!state.whole)
		return;
	if (state.words == MAX_WORDS)
		broken("a state of more than %d words", MAX_WORDS);
	state.word[state.words++] = word;
}

/* Members have no order: their hashes are summed. */
static inline void state_member(uint64_t a, uint64_t b, uint64_t c)
{
	state.sum += mix(mix(mix(0x2545f4914f6cdd1dUL, a), b), c);
	if (!state.whole)
		return;
	if (state.members == MAX_MEMBERS)
		broken("a state of more than %d members", MAX_MEMBERS);
	state.member[state.members][0] = a;
	state.member[state.members][1] = b;
	state.member[state.members++][2] = c;
}

/* execution.c */
enum span { RACE, BEFORE, AFTER }; /* of the writer's run that the reader overlaps */
extern const char *const span_names[];
extern struct execution {
	bool sequential;	/* sequential consistency instead of weak memory */
	bool ordered;		/* the reader has barriers or takes references */
	bool merging, bounded;	/* it is cut at states met before; there is a bound on its choices */
	enum span span;
	unsigned long parameter;
	int started;		/* the stores that were known then */
	int loads, retries;
	long number;		/* of executions before it, for the same result */
	jmp_buf over;
	volatile bool in_explorer;	/* asked by the reader for what a load gives */
	volatile int faulted;	/* the signal that ended it, or 0 */
	/* counted over the executions of one exploration */
	long merged, pruned;
	int endless;
} execution;
#define REGISTERS 7
extern uint64_t registers[REGISTERS];	/* of the instrumented code at its load; the last is its stack pointer */
extern const uint64_t *stack_base;	/* where the stack of the reader starts */
void execution_begin(enum span span, unsigned long parameter);
_Noreturn void execution_over(void);
_Noreturn void execution_prune(void);	/* no such execution exists */
_Noreturn void execution_faults(int signal);	/* called by the handler of the signal */
bool execution_restarts(void);		/* the reader starts over: counted; true: that was too often */
int choose(int options);
bool choice_is_new(void);		/* the choice to come is made for the first time */
int choices_made(void);
void choices_reset(void);
bool choices_advance(int bound);	/* to the next execution in order; false: that was the last */
/* Sets the choices of a schedule; the number after the last one, or -1: it is none. */
long schedule_read(const char *schedule);
bool schedule_followed(long past);	/* the execution made all choices of the schedule */
void schedule_write(char *text, size_t room);
enum span span_of(const char *schedule);

/* findings.c: each ends the execution */
_Noreturn void finding(const char *promise, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The same, and the execution is ended by the caller. */
void finding_note(const char *promise, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
#define PROMISE 40
#define TEXT 160
#define SCHEDULE 512
struct kind_found {
	char promise[PROMISE];
	long count, counted; /* executions, and the number of the one that was counted last */
	unsigned long parameter;
	int switches, loads;
	char text[TEXT], schedule[SCHEDULE];
};
void findings_reset(void);
long findings_total(void);
const struct kind_found *findings_list(int *count);
/* From now on look for better executions of this alone; NULL: for all. */
void findings_search(const char *promise);

/*
 * races.c: a load by the reader that runs, of a place with versions; it knows the stores up to `known`, and
 * none from `end` on can be under way.
 */
void races_begin(void);
void races_see(const struct location *location, struct access by, int known, int end);
void races_print(void);

/* judge.c: what a reader sees, in words (PROTOCOL.md); ends the execution if that breaks a promise. */
enum question {
	ASKED_HELD, ASKED_ENTRY, ASKED_RETRY, ASKED_RESTARTS, ASKED_UNCHANGED, ASKED_CHANGED,
	ASKED_ORDER, ASKED_FOLIO, ASKED_STEP, ASKED_BACK, ASKED_PASSED,
};
/* Indices, of which the first and the last are told. */
struct piece {
	unsigned long first, last;
};
/* Of an entry what it covers. */
struct piece observed(enum question question, const uint64_t *words);
void judge_forget(void);	/* another writer has run */
void judge_begin(void);		/* what is seen from now on is counted */
long judge_count(uint64_t *hashes);	/* different observations, and the sum of their hashes */

/* view.c: what the reader that runs knows */
struct load {
	struct location *location; /* NULL: never changed */
	const void *address;
	uint64_t value;
	int version, options, size;
};
void view_begin(int until); /* sees no stores from `until` on */
void reader_load(void *address, int size, struct access by);
bool reader_try_get(uint64_t *count);
void reader_put(void);
void reader_barrier(void);
void reader_section_ends(void);
int reader_since(void);		/* what is valid from this time on may be seen now */
const struct load *trace(void);	/* the loads of the execution */

/* watch.c: the CPU time that something may take, after which the explorer tells who and ends */
void watch_open(void);
void watch(long microseconds, const char *who, const char *name, unsigned long start);
void watch_again(void);
void watch_end(void);

/* hooks.c */
typedef void reader_function(unsigned long parameter);
void call_reader(reader_function *reader, unsigned long parameter);

/* explore.c */
struct limits {
	int bound;		/* choices other than the default; -1: any number */
	long executions;
	struct merging merging;
	enum span span;
};
struct totals {
	long executions, merged, pruned, loads;
	struct states states;
	bool complete;
};
extern struct totals totals;
void explore(reader_function *reader, unsigned long parameter, const struct limits *limits);
/* Runs one execution by its schedule; false: it is not one of this reader. */
bool replay(reader_function *reader, unsigned long parameter, const char *schedule);

/* report.c */
void findings_print(reader_function *reader, enum span span);
void print_trace(void);

#endif
