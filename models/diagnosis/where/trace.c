// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the code under test does, noted down as it does it, and changed where it is asked for.
 * Linked into the driver; assembly.py makes the code call this.  The plan beside the executable
 * tells what to change and takes what is noted; models/diagnosis/where/trace.py reads and writes it.
 */
#include "../../driver/driver.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <unistd.h>

enum { MOST_SITES = 1 << 16 };
enum { CHANGE_NONE, CHANGE_FLIP, CHANGE_SET, CHANGE_ADD, CHANGE_SKIP, CHANGE_TAKE, CHANGE_PASS,
       CHANGE_AGAIN };
#define INSIDE UINT32_MAX
#define EVERY_SITE UINT64_MAX
#define NO_SITE (UINT64_MAX - 1)
enum { EVENT_OPERATION = MOST_SITES, EVENT_NODE, EVENT_CALLBACK, EVENT_PUBLICATION, EVENT_REQUEST };

struct change {
	uint32_t site, instance; /* of the case; 0: each time, INSIDE: in operation `shown` */
	uint64_t kind, value;
};

struct event {
	uint32_t site, taken;
	uint64_t address, before, value;
};

struct plan {
	uint64_t next;	   /* the change of the case that begins next */
	uint64_t changes;  /* how many there are: a case beyond them is as it is */
	uint64_t changes_at, events_at; /* from the start of the plan, in bytes */
	uint64_t limit;	   /* lines and branches that a case may run */
	uint64_t noting;   /* whether the sites that it comes by are counted */
	uint64_t events, capacity;
	/*
	 * From there on twice a byte for each site and operation, the last of which stands for all that
	 * follow: whether the case came by it, and with a branch taken.
	 */
	uint64_t counts_at, operations;
	uint64_t shown;	   /* the operation that shows the finding */
	uint64_t began;	   /* the last operation of the case that began */
	uint64_t flags, head; /* addresses, of the array's */
	uint64_t fields[10];   /* offsets in a node: see below */
};

bool where_taken, where_skipped;
uint64_t where_only; /* the site that is changed, or EVERY_SITE */
int64_t where_left;  /* lines and branches that the case may still run */

static struct plan *plan;
static struct change change;
static struct event *events;
static uint8_t *counts; /* of the operation */
static uint64_t operation; /* of the case */
extern const uint8_t where_sizes[];
extern const uint32_t where_sites;
static uint32_t passes; /* of the site that is changed, in this case */
static bool went_on; /* whether a loop that would have ended went on when the branch came last */
static unsigned char *stored_to;
static uint64_t stored_before;

static void crashed(int signal)
{
	fail(STATUS_CRASH, "signal %d", signal);
}

/* Addresses are the same each time, so that what is stored and compared is: where that is allowed. */
static void same_addresses(char **argv)
{
	int now = personality(0xffffffff);

	if (now < 0 || now & ADDR_NO_RANDOMIZE)
		return;
	if (personality((unsigned long)now | ADDR_NO_RANDOMIZE) >= 0 &&
	    personality(0xffffffff) & ADDR_NO_RANDOMIZE)
		execv("/proc/self/exe", argv);
}

__attribute__((constructor)) static void open_plan(int argc, char **argv)
{
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL };
	static char path[4096];
	struct sigaction action = { .sa_handler = crashed, .sa_flags = SA_NODEFER | SA_ONSTACK };
	stack_t stack = { .ss_size = 1 << 16 };
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 8);
	off_t size;
	char *slash;
	int file;

	(void)argc;
	same_addresses(argv);
	if (length <= 0 || !(slash = strrchr(path, '/')))
		exit(3);
	strcpy(slash, "/plan");
	file = open(path, O_RDWR | O_CLOEXEC);
	size = file < 0 ? 0 : lseek(file, 0, SEEK_END);
	if (size < (off_t)sizeof(*plan))
		exit(3);
	plan = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	stack.ss_sp = malloc(stack.ss_size);
	if (plan == MAP_FAILED || !stack.ss_sp)
		exit(3);
	close(file);
	events = (struct event *)(void *)((char *)plan + plan->events_at);
	counts = (uint8_t *)plan + plan->counts_at;
	sigaltstack(&stack, NULL);
	for (size_t i = 0; i < sizeof(crashes) / sizeof(*crashes); i++)
		sigaction(crashes[i], &action, NULL);
	plan->head = (uintptr_t)&driver.array.xa_head;
	plan->flags = (uintptr_t)&driver.array.xa_flags;
	plan->fields[0] = offsetof(struct xa_node, shift);
	plan->fields[1] = offsetof(struct xa_node, offset);
	plan->fields[2] = offsetof(struct xa_node, count);
	plan->fields[3] = offsetof(struct xa_node, nr_values);
	plan->fields[4] = offsetof(struct xa_node, parent);
	plan->fields[5] = offsetof(struct xa_node, array);
	plan->fields[6] = offsetof(struct xa_node, slots);
	plan->fields[7] = offsetof(struct xa_node, marks);
	plan->fields[8] = sizeof(((struct xa_node *)0)->marks[0]);
	plan->fields[9] = sizeof(struct xa_node);
}

static void note(uint32_t site, bool taken, const void *address, uint64_t before, uint64_t value)
{
	if (site < MOST_SITES)
		counts[2 * site + taken] = 1;
	if (plan->events == plan->capacity)
		return;
	events[plan->events++] = (struct event){ site, taken, (uintptr_t)address, before, value };
}

/* An operation begins. */
static void begin(uint64_t number)
{
	size_t size = 2 * (size_t)where_sites;

	operation = plan->began = number;
	if (number < plan->operations) {
		counts = (uint8_t *)plan + plan->counts_at + number * size;
		memset(counts, 0, size);
	}
}

/* A case begins. */
void __real_arena_reset(void);
void __wrap_arena_reset(void);
void __wrap_arena_reset(void)
{
	const struct change *all = (struct change *)(void *)((char *)plan + plan->changes_at);

	__real_arena_reset();
	change = plan->next < plan->changes ? all[plan->next] : (struct change){ 0 };
	plan->next++;
	plan->events = 0;
	begin(0);
	passes = 0;
	went_on = false;
	where_left = (int64_t)plan->limit;
	where_only = plan->noting ? EVERY_SITE : change.kind ? change.site : NO_SITE;
}

/* An operation ends: where its nodes are, by their number in the snapshot. */
void __real_log_flush(unsigned int number);
void __wrap_log_flush(unsigned int number);
void __wrap_log_flush(unsigned int number)
{
	__real_log_flush(number);
	begin(number + 1);
	if (plan->events == plan->capacity)
		return;
	number_nodes();
	for (size_t i = 0; i < arena_used(); i++) {
		uint32_t name = number_of(arena_node(i));

		if (name != NOT_REACHABLE)
			note(EVENT_NODE, false, arena_node(i), 0, name);
	}
	note(EVENT_OPERATION, false, NULL, 0, number);
}

/* A callback, and a publication. */
void __real_log_callback(const struct xa_node *node, bool lock_held);
void __wrap_log_callback(const struct xa_node *node, bool lock_held);
void __wrap_log_callback(const struct xa_node *node, bool lock_held)
{
	note(EVENT_CALLBACK, false, node, 0, 0);
	__real_log_callback(node, lock_held);
}

void __real_log_publication(const void *location, const void *value);
void __wrap_log_publication(const void *location, const void *value);
void __wrap_log_publication(const void *location, const void *value)
{
	note(EVENT_PUBLICATION, false, location, 0, (uintptr_t)value);
	__real_log_publication(location, value);
}

/* A request for a node. */
void *__real_xasplit_node_alloc(unsigned int gfp, const struct list_lru *lru);
void *__wrap_xasplit_node_alloc(unsigned int gfp, const struct list_lru *lru);
void *__wrap_xasplit_node_alloc(unsigned int gfp, const struct list_lru *lru)
{
	note(EVENT_REQUEST, false, NULL, 0, 0);
	return __real_xasplit_node_alloc(gfp, lru);
}

static bool changes(uint64_t site)
{
	if (!change.kind || change.site != site)
		return false;
	passes++;
	if (change.instance == INSIDE)
		return operation == plan->shown;
	return !change.instance || change.instance == passes;
}

static void one_less(void)
{
	if (--where_left < 0)
		fail(STATUS_HANG, "more lines than any operation needs");
}

void where_step(uint64_t site);
void where_step(uint64_t site)
{
	one_less();
	note((uint32_t)site, false, NULL, 0, 0);
}

/* Which way a branch goes that is changed. */
static bool goes(bool taken)
{
	switch (change.kind) {
	case CHANGE_FLIP:
		return !taken;
	case CHANGE_AGAIN:
		went_on = taken == (change.value != 0) && !went_on;
		return taken != went_on;
	}
	return change.kind == CHANGE_TAKE;
}

void where_branch(uint64_t site);
void where_branch(uint64_t site)
{
	one_less();
	if (changes(site))
		where_taken = goes(where_taken);
	note((uint32_t)site, where_taken, NULL, 0, 0);
}

void where_call(uint64_t site);
void where_call(uint64_t site)
{
	where_skipped = changes(site);
	note((uint32_t)site, false, NULL, 0, 0);
}

void where_before(uint64_t site, uint64_t address);
void where_before(uint64_t site, uint64_t address)
{
	(void)site;
	stored_to = (unsigned char *)(uintptr_t)address;
	/* What is there may not be readable: then the store crashes as well. */
	memcpy(&stored_before, stored_to, sizeof(stored_before));
}

static uint64_t cut(uint64_t value, unsigned int size)
{
	return size < 8 ? value & (((uint64_t)1 << 8 * size) - 1) : value;
}

static uint64_t changed(uint64_t value, uint64_t before)
{
	switch (change.kind) {
	case CHANGE_SET:
		return change.value;
	case CHANGE_ADD:
		return value + change.value;
	case CHANGE_SKIP:
		return before;
	}
	return value;
}

void where_after(uint64_t site);
void where_after(uint64_t site)
{
	unsigned int size = where_sizes[site];
	uint64_t value = 0;

	memcpy(&value, stored_to, size);
	if (changes(site)) {
		value = changed(value, stored_before);
		memcpy(stored_to, &value, size);
	}
	note((uint32_t)site, false, stored_to, cut(stored_before, size), cut(value, size));
}

/* `result` is what the function returns, if it returns anything. */
void where_return(uint64_t site, uint64_t unused, uint64_t *result);
void where_return(uint64_t site, uint64_t unused, uint64_t *result)
{
	(void)unused;
	if (changes(site))
		*result = changed(*result, *result);
	note((uint32_t)site, false, NULL, 0, *result);
}

/*
 * What the code under test calls in the middle of anything: every register stays as it is.  Where
 * nothing is noted, only the site that is changed is told of.
 */
#define STUB(name, meanwhile) \
	__asm__(".globl where_" #name "_stub\n" \
		"where_" #name "_stub:\n" \
		"pushfq\n push %rax\n" \
		"mov where_only(%rip), %rax\n" \
		"cmp $-1, %rax\n je 1f\n" \
		"cmp 24(%rsp), %rax\n je 1f\n" \
		meanwhile \
		"pop %rax\n popfq\n ret\n" \
		"1:\n" \
		"push %rcx\n push %rdx\n push %rsi\n push %rdi\n" \
		"push %r8\n push %r9\n push %r10\n push %r11\n push %rbp\n" \
		"mov %rsp, %rbp\n" \
		"mov 96(%rbp), %rdi\n mov 104(%rbp), %rsi\n lea 72(%rbp), %rdx\n" \
		"and $-16, %rsp\n cld\n" \
		"call where_" #name "\n" \
		"mov %rbp, %rsp\n" \
		"pop %rbp\n pop %r11\n pop %r10\n pop %r9\n pop %r8\n" \
		"pop %rdi\n pop %rsi\n pop %rdx\n pop %rcx\n pop %rax\n popfq\n" \
		"ret\n");
STUB(step, "decq where_left(%rip)\n js 1f\n")
STUB(branch, "decq where_left(%rip)\n js 1f\n")
STUB(call, "movb $0, where_skipped(%rip)\n")
STUB(before, "")
STUB(after, "")
STUB(return, "")
