/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver: runs cases on the XArray that it is linked with.  PROTOCOL.md tells what it reads and
 * writes.
 *
 * Each file uses only those above it:
 *
 *	context.c	the state, how a case ends early, room for answers
 *	arena.c		where nodes live, and whether they were tampered with
 *	init.c		arrays with flags
 *	snapshot.c	the picture of an array
 *	log.c		update callbacks and publications
 *	lent.c		the few nodes that a count hands out again and again
 *	hooks.c		what the headers in models/kernel/include ask of a program
 *	through.c	what operations share: locks, cursors, how results are written
 *	count.c		what a split asks for, counted without the memory
 *	cursor.c	operations on a cursor that is kept from one to the next
 *	plain.c		the functions that take no cursor
 *	operations.c	what each operation does
 *	groups.c	the cases of a group, and which of them are answered alike
 *	main.c		the shared memory, the rounds, the timer
 */
#ifndef XASPLIT_DRIVER_H
#define XASPLIT_DRIVER_H

#include <linux/xarray.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

/* Words are written as 64 bits, whatever a machine word of the code under test has. */
enum { WORD_BITS = 8 * (int)sizeof(long) };

/* How a case can end; the numbers are those of models/driver/worker.py. */
enum status {
	STATUS_OK,
	STATUS_ASSERTION,
	STATUS_WARNING,
	STATUS_CANARY,
	STATUS_DOUBLE_FREE,
	STATUS_FREED_ON_LRU,
	STATUS_BAD_FREE,
	STATUS_UNSUPPORTED,
	STATUS_LOCK,
	STATUS_CRASH,
	STATUS_HANG,
	STATUS_SANITIZER,
	STATUS_OVERRUN,
	STATUS_FULL = 100, /* not a finding: the round ends before this case */
};

/* One operation as it arrives: xarray_model/operations.py. */
struct operation {
	uint8_t code, order, new_order, mark;
	uint32_t flags;
	uint64_t index, entry, argument;
};

enum code {
	OP_STORE = 1,
	OP_SPLIT,
	OP_TRY_SPLIT,
	OP_TRY_SPLIT_MIN_ORDER,
	OP_SET_MARK,
	OP_CLEAR_MARK,
	OP_GET_MARK,
	OP_LOAD,
	OP_GET_ORDER,
	OP_FIND,
	OP_FIND_MARKED,
	OP_NEXT,
	OP_PREV,
	OP_DESTROY,
	OP_FAIL,
	OP_SNAPSHOT,
	OP_COUNT_ALLOC,
	OP_CURSOR_SET,
	OP_CURSOR_RESET,
	OP_CURSOR_LOAD,
	OP_CURSOR_FIND,
	OP_CURSOR_FIND_MARKED,
	OP_CURSOR_NEXT,
	OP_CURSOR_PREV,
	OP_CURSOR_PAUSE,
	OP_CURSOR_SET_MARK,
	OP_CURSOR_CLEAR_MARK,
	OP_CURSOR_GET_MARK,
	OP_CURSOR_STORE,
	OP_CURSOR_SPLIT,
	OP_CURSOR_SPLIT_ALLOC,
	OP_CURSOR_SPLIT_ALONE,
	OP_CURSOR_CREATE_RANGE,
	OP_CURSOR_NOMEM,
	OP_CURSOR_DESTROY,
	OP_CURSOR_FIND_CONFLICT,
	OP_CURSOR_LAST = OP_CURSOR_FIND_CONFLICT,
	OP_FIND_AFTER,
	OP_FIND_AFTER_MARKED,
	OP_EXTRACT,
	OP_EXTRACT_MARKED,
	OP_INSERT,
	OP_CMPXCHG,
	OP_RESERVE,
	OP_RELEASE,
	OP_STORE_RANGE,
	OP_ALLOC,
	OP_ALLOC_CYCLIC,
	OP_LAST = OP_ALLOC_CYCLIC,
	OP_INIT = 64,
};

enum flag {
	FLAG_NONBLOCKING = 1,
	FLAG_PAUSE = 2,
	FLAG_FAIL_BLOCKING = 4,
	FLAG_FAIL_NONBLOCKING = 8,
	FLAG_LASTING = 16,
	FLAG_REPEATING = 32,
	FLAG_LRU = 64,
	FLAG_RETRY = 128,
	/* Of OP_INIT: from this bit on, the low bits of xa_flags. */
	FLAG_ARRAY_SHIFT = 8,
	/* In a group, before a case is made of it: the start's offset belongs into the index, its flags
	 * to the flags. */
	FLAG_INDEX_AT_START = 1 << 30,
	FLAG_FLAGS_OF_START = (int)(1U << 31),
};

/* A group as it arrives: this, its operations, and its starts, which make a case each. */
struct group {
	uint32_t operations, starts;
};
struct start {
	uint64_t offset;
	uint64_t flags;
};

/* context.c */
/* The first page of the shared memory; offsets are from its start, in bytes. */
struct control {
	/* asked by the worker */
	uint64_t size; /* of the whole memory */
	uint64_t first, groups; /* groups to run: from `first` up to `groups` */
	uint64_t group_ends; /* offset of an array of one word a group */
	uint64_t result_ends, log_ends, times; /* the same of arrays of one word an answer */
	uint64_t input;
	uint64_t results, result_capacity;
	uint64_t log, log_capacity;
	uint64_t findings, finding_capacity;
	uint64_t logging;
	uint64_t hang_microseconds; /* CPU time that a case may take */
	/* told by the driver */
	uint64_t done; /* groups run */
	uint64_t answers; /* that were told */
	uint64_t running; /* whether a case of group `done` runs */
	uint64_t operation; /* the number of its operation */
	uint64_t result_used, log_used, findings_used;
	uint64_t full; /* the round ended for lack of room */
	uint64_t chunk_shift;
	uint64_t hung; /* the case that runs used up its CPU time, which ended the process */
	uint64_t word_bits; /* of a machine word */
};

/* How far the case that runs has come.  The timer's signal handler reads `run` and `count`. */
enum { FINDING_TEXT = 240 };
struct run {
	struct control *control; /* the shared memory's first page */
	unsigned char *memory;
	size_t mapped;
	int descriptor;
	pid_t parent;
	jmp_buf ended_early;
	enum status end; /* of the case */
	volatile sig_atomic_t in_case;
	volatile sig_atomic_t ticks; /* of the timer, since the case began */
	char finding_text[FINDING_TEXT];
	uint64_t result_next, log_next; /* of the operation that runs */
};
_Noreturn void fail(enum status status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Room for `bytes` more in the results or in the log; the caller fills it. */
unsigned char *result_room(size_t bytes);
unsigned char *log_room(size_t bytes);
void result_word(uint64_t word);

/* init.c: arrays that are made with flags, which are the low bits of xa_flags. */
enum {
	ARRAY_LOCK_IRQ = 1,
	ARRAY_LOCK_BH = 2,
	ARRAY_TRACK_FREE = 4,
	ARRAY_ZERO_BUSY = 8,
	ARRAY_FLAGS = 63,
};
void init_array(uint32_t flags);
bool tracks_free(void);
/* The flags, without the marks. */
unsigned int array_flags(void);

/* through.c: as the array's users take its lock, and drop it. */
void lock(struct xa_state *xas);
void unlock(struct xa_state *xas);
/* Around what takes the lock by itself: what else its users turn off. */
void turn_off(void);
void turn_on(void);
void result_entry(const void *entry);
void result_error(const struct xa_state *xas);
void store_through(struct xa_state *xas, unsigned int order, const struct operation *operation);
void split_through(struct xa_state *xas, const struct operation *operation);
/* xas_split_alloc(), whose warnings are counted; their number. */
uint64_t split_alloc(struct xa_state *xas, const struct operation *operation);
uint64_t cursor_nodes(const struct xa_state *xas);
void *entry_of(const struct operation *operation);
/* What who asks for memory without the lock may do. */
gfp_t gfp_of(const struct operation *operation);
/* The last index of a search. */
unsigned long last_of(const struct operation *operation);
/* A cursor as the page cache has it: with the update callback, and with a list_lru if it shall. */
void set_up(struct xa_state *xas, const struct operation *operation);

/* lent.c */
enum { RING = 16 };
struct count {
	struct xa_node *ring[RING];
	jmp_buf enough;
	volatile uint64_t asked;
	uint64_t asked_before; /* at the timer's last tick */
	uint64_t most;	       /* requests that are granted */
	/* Whether this code asks for the same numbers where nodes come again. */
	enum { NOT_KNOWN, SAME, NOT_SAME } either_way;
};
void count_forget(void);
/* Whether a count got on since it was asked last: for the timer. */
bool count_moved(void);
/* Ends the case where nodes are only lent: what is done with one says nothing of the code. */
void count_only(const char *what);
/* The next of the few nodes; does not return once enough were asked for. */
void *count_next(void);

/* count.c */
void count_alloc(const struct operation *operation);

/* cursor.c */
struct kept_cursor {
	struct xa_state xas;
	unsigned int order;
	bool is_set;
};
void cursor_forget(void);
void run_cursor_operation(const struct operation *operation);

/* plain.c */
void plain_forget(void);
void run_plain_operation(const struct operation *operation);

/* operations.c */
/* Before each case: an empty array, and nothing of the case before. */
void forget_case(void);
/* The operation of this number in its case, its log and a look at the nodes. */
void run_numbered(const struct operation *operation, unsigned int number);

/* groups.c: runs group number `done`; false when the round is to end. */
bool run_group(void);

/* snapshot.c: the last walk. */
struct walk {
	uint32_t number; /* notes of earlier ones are out of date */
	uint32_t reached, stray;
	bool malformed;
};
#define NOT_REACHABLE UINT32_MAX
void write_snapshot(void);
void snapshot_reset(void);
/* Numbers the nodes in the order of the snapshot; number_of() holds until the next walk. */
void number_nodes(void);
uint32_t number_of(const void *node);
void lru_drain(void);
/* Puts the nodes on it that belong there, of an array whose changes no callback was told of. */
void lru_fill(void);
bool belongs_on_lru(const struct xa_node *node);
/* How an entry is written: node pointers by number, others as they are. */
uint64_t mk_node_word(uint32_t number);
/* Any entry but a pointer to a node; an error is the same word on every machine. */
uint64_t entry_word(const void *entry);
uint64_t error_word(int error);
bool entry_is_node(const void *entry);
#define MALFORMED_NODE (((uint64_t)1 << 60) << 2 | 2)

/* arena.c */
enum node_state { NODE_FREE, NODE_LIVE, NODE_DEFERRED };

struct node_notes {
	uint8_t state; /* enum node_state */
	uint32_t walk;	  /* the walk that saw this node last */
	uint32_t number;  /* its number in that walk */
	uint32_t up;	  /* the node above it in that walk */
	uint32_t slot;	  /* the slot where that walk goes on */
	uint32_t listed;  /* the walk that saw this node on the LRU last */
};

struct arena {
	unsigned char *base; /* of node 0, after its slack */
	struct node_notes *notes;
	size_t capacity;
	size_t used;	 /* nodes handed out in this case */
	size_t prepared; /* nodes whose slack holds the canary */
	uint32_t live;
	unsigned char canary[128]; /* what lies between two nodes */
};

/* Address space that takes memory where it is touched; NULL when there is none. */
void *reserve(size_t bytes);
void arena_open(void);
size_t arena_capacity(void);
/* A node as a slab hands it out; the caller sees to it that there is one. */
struct xa_node *arena_take(void);
/* The number of the node that starts at `pointer` and was handed out in this case, or -1. */
long arena_find(const void *pointer);
/* The number of the node that `pointer` lies in, or -1. */
long arena_within(const void *pointer);
struct xa_node *arena_node(size_t number);
struct node_notes *arena_notes(size_t number);
uint32_t arena_live(void);
size_t arena_used(void);
void arena_give_back(long number, bool poison);
void arena_check(void);
void arena_reset(void);

/* hooks.c */
struct hooks {
	struct rcu_head *deferred, **deferred_end; /* what the grace period's end frees */
	int locks_held;
	bool irqs_off, bhs_off; /* by what runs, locks apart */
};
void hooks_reset(void);
/* After each operation: nothing held, and the grace period is over. */
void hooks_settle(void);
void update_callback(struct xa_node *node);

struct requests {
	uint64_t made;	   /* allocation requests */
	uint64_t warnings; /* warnings while they are only counted */
	uint64_t fail_at;  /* this request fails, if it counts; 0: none */
	uint32_t fail_which; /* FLAG_FAIL_BLOCKING, FLAG_FAIL_NONBLOCKING, FLAG_LASTING */
	uint64_t limit;	   /* grant only so many from here on */
	bool count_warnings;
	bool thin;	   /* nodes are only counted: leave their memory alone */
	bool repeating;	   /* nodes come from count_next() */
	gfp_t given;	   /* what the operation permits who asks without the lock */
};

/* log.c */
struct pending;
struct asked {
	gfp_t gfp;
	const struct list_lru *lru;
	bool locked;
	uint32_t times;
};
enum { MOST_ASKED = 16 };
struct log {
	bool on;
	struct pending *pending; /* room for many, of which only what is used is ever touched */
	size_t waiting;
	struct asked asked[MOST_ASKED]; /* requests of the operation, those that are alike as one */
	unsigned int ways;
};
void log_open(void);
void log_callback(const struct xa_node *node, bool lock_held);
void log_publication(const void *location, const void *value);
void log_request(gfp_t gfp, const struct list_lru *lru);
void log_reset(void);
void log_flush(unsigned int operation);

/* What cursors name in their requests, if they have one: nothing looks into it. */
struct list_lru {
	char nothing;
};

/* All of the driver's state, for headers and callbacks that are given no other way to it. */
struct driver {
	struct xarray array; /* of the case that runs */
	struct list_lru shadows; /* what cursors have as their xa_lru */
	u32 next; /* where the case's next cyclic allocation begins */
	struct list_head lru; /* as the page cache keeps it in the nodes' list pointers */
	struct run run;
	struct requests requests;
	struct kept_cursor cursor;
	struct count count;
	struct hooks hooks;
	struct log log;
	struct walk walk;
	struct arena arena;
};
extern struct driver driver;

#endif
