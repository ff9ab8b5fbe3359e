// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What instrumented code calls: the __tsan_* functions, and what the headers in
 * models/kernel/include ask for.  A __tsan_* function that is missing here fails the build.
 */
#include "assertions.h"
#include "explorer.h"

#include <linux/list.h>
#include <linux/slab.h>
#include <linux/xarray.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kmem_cache *radix_tree_node_cachep;
int xasplit_read_depth;

/* Memory. */

/* As a slab hands it out on reuse: slots, marks and list are clear, the rest is what it was. */
void *xasplit_node_alloc(unsigned int gfp, const struct list_lru *lru)
{
	struct xa_node *node = object_new(KIND_NODE, sizeof(struct xa_node));

	(void)gfp;
	(void)lru;
	memset(node, 0xa5, offsetof(struct xa_node, slots));
	INIT_LIST_HEAD(&node->private_list);
	return node;
}

void xasplit_node_free(void *node)
{
	(void)node;
}

void radix_tree_node_rcu_free(struct rcu_head *head)
{
	(void)head;
}

void xasplit_call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	(void)func;
	object_freed(head);
}

void xasplit_publish(const void *location, const void *value)
{
	(void)location;
	(void)value;
}

/* Locks. */

void xasplit_lock(int *held, enum xasplit_lock_type type)
{
	(void)type;
	*held = 1;
	if (objects.phase == PHASE_WRITE)
		writer_section_begins();
}

void xasplit_unlock(int *held, enum xasplit_lock_type type)
{
	(void)type;
	*held = 0;
	if (objects.phase == PHASE_WRITE)
		writer_section_ends();
}

void xasplit_read_lock(void)
{
	xasplit_read_depth++;
}

void xasplit_read_unlock(void)
{
	if (!--xasplit_read_depth && objects.phase == PHASE_READ)
		reader_section_ends();
}

void xasplit_might_sleep(void)
{
}

/* Findings. */

/* Where the code was compiled says nothing. */
static const char *base_name(const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash ? slash + 1 : file;
}

_Noreturn void xasplit_bug(const char *file, int line, const char *text)
{
	if (objects.phase == PHASE_READ)
		finding("reader-assertion", "%s:%d: %s", base_name(file), line, text);
	printf("crash\tassertion at %s:%d: %s\n", base_name(file), line, text);
	fflush(stdout);
	_Exit(3);
}

void xasplit_debug_assertion(const char *file, int line, const char *text)
{
	if (objects.phase == PHASE_READ)
		finding_note("reader-assertion", "%s:%d: with XA_DEBUG: %s", base_name(file), line, text);
}

void xasplit_warn(const char *file, int line, const char *text)
{
	if (objects.phase == PHASE_READ)
		finding("reader-assertion", "%s:%d: warning: %s", base_name(file), line, text);
}

void xasplit_unprotected(const char *file, int line, const char *text)
{
	if (objects.phase == PHASE_READ)
		finding("reader-assertion", "%s:%d: %s without protection", base_name(file), line, text);
}

/* Instrumentation. */

static void told_store(void *address, int size, bool release, struct access by)
{
	if (objects.phase == PHASE_WRITE)
		writer_hook(address, size, release, by);
	else if (objects.phase == PHASE_READ && object_of(address))
		broken("a reader stores to %s", location_name(address));
}

/* Called by the stubs below, with the registers of the instrumented code put aside. */
__attribute__((used)) static void told_load(void *address, int size, int plain)
{
	/* The stub was called, and has left its stack as it was: what it would return to is on top. */
	const struct access by = { *(const uint64_t *)(uintptr_t)registers[REGISTERS - 1], plain };

	execution.in_explorer = true;
	if (objects.phase == PHASE_WRITE)
		writer_flush();
	else if (objects.phase == PHASE_READ)
		reader_load(address, size, by);
	execution.in_explorer = false;
}

#ifdef __x86_64__
/* The registers that survive a call, and the stack: with these, what the caller's future is. */
#define LOAD(name, size, plain) \
	__asm__(".globl " name "\n" name ":\n" \
		"mov %rbx, registers(%rip)\n" \
		"mov %rbp, registers+8(%rip)\n" \
		"mov %r12, registers+16(%rip)\n" \
		"mov %r13, registers+24(%rip)\n" \
		"mov %r14, registers+32(%rip)\n" \
		"mov %r15, registers+40(%rip)\n" \
		"mov %rsp, registers+48(%rip)\n" \
		"mov $" #size ", %esi\n" \
		"mov $" #plain ", %edx\n" \
		"jmp told_load\n");

/*
 * call_reader(reader, parameter): nothing of the caller, which counts executions, is in the reader's
 * registers or on its stack; what it has not written yet of its stack is 0.
 */
__asm__(".globl call_reader\n"
	"call_reader:\n"
	"push %rbx\n push %rbp\n push %r12\n push %r13\n push %r14\n push %r15\n"
	"sub $8, %rsp\n"
	"mov %rsp, stack_base(%rip)\n"
	"mov %rdi, %rdx\n mov %rsi, %rbx\n"
	"lea -2048(%rsp), %rdi\n mov $256, %ecx\n xor %eax, %eax\n rep stosq\n"
	"mov %rbx, %rdi\n"
	"xor %ebx, %ebx\n xor %ebp, %ebp\n xor %r12d, %r12d\n xor %r13d, %r13d\n"
	"xor %r14d, %r14d\n xor %r15d, %r15d\n"
	"call *%rdx\n"
	"add $8, %rsp\n"
	"pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbp\n pop %rbx\n"
	"ret\n");
#else
#error "the explorer knows the registers of x86-64 only"
#endif

#define FROM_CALLER(is_plain) \
	((struct access){ (uintptr_t)__builtin_return_address(0), is_plain })
#define ACCESS(size) \
	LOAD("__tsan_read" #size, size, 1) \
	LOAD("__tsan_volatile_read" #size, size, 0) \
	void __tsan_write##size(void *address); \
	void __tsan_write##size(void *address) \
	{ \
		told_store(address, size, false, FROM_CALLER(true)); \
	} \
	void __tsan_volatile_write##size(void *address); \
	void __tsan_volatile_write##size(void *address) \
	{ \
		told_store(address, size, false, FROM_CALLER(false)); \
	}
ACCESS(1)
ACCESS(2)
ACCESS(4)
ACCESS(8)

static void told_piece(void *address)
{
	if (objects.phase != PHASE_OFF && object_of(address))
		broken("%s is accessed in a piece of its own size", location_name(address));
	writer_flush();
}

#define PIECE(name) \
	void name(void *address); \
	void name(void *address) \
	{ \
		told_piece(address); \
	}
PIECE(__tsan_read16)
PIECE(__tsan_write16)
PIECE(__tsan_unaligned_read2)
PIECE(__tsan_unaligned_read4)
PIECE(__tsan_unaligned_read8)
PIECE(__tsan_unaligned_read16)
PIECE(__tsan_unaligned_write2)
PIECE(__tsan_unaligned_write4)
PIECE(__tsan_unaligned_write8)
PIECE(__tsan_unaligned_write16)

void __tsan_read_range(void *address, long bytes);
void __tsan_read_range(void *address, long bytes)
{
	(void)bytes;
	told_piece(address);
}

void __tsan_write_range(void *address, long bytes);
void __tsan_write_range(void *address, long bytes)
{
	(void)bytes;
	told_piece(address);
}

/* Memory orders as compilers number them: 3 is release, above it is stronger. */
void __tsan_atomic64_store(uint64_t *address, uint64_t value, int order);
void __tsan_atomic64_store(uint64_t *address, uint64_t value, int order)
{
	told_store(address, 8, order >= __ATOMIC_RELEASE, FROM_CALLER(false));
	*address = value;
	writer_flush();
}

void __tsan_init(void);
void __tsan_init(void)
{
}
