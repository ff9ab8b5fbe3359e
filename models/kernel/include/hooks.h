/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the headers of this folder ask of the program that they are linked into.  The driver
 * implements these functions; nothing else here has state.
 */
#ifndef XASPLIT_HOOKS_H
#define XASPLIT_HOOKS_H

#include <stdbool.h>
#include <stddef.h>

struct rcu_head;

struct list_lru;

/* A fresh node, or NULL.  `gfp` are the flags of the request, `lru` what it names, or NULL. */
void *xasplit_node_alloc(unsigned int gfp, const struct list_lru *lru);

/* The node at `node` is given back at once: no reader ever saw it. */
void xasplit_node_free(void *node);

/* `func(head)` is due when a grace period is over.  Called while the node is still intact. */
void xasplit_call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));

/* `value` is about to be published at `location` with a release store. */
void xasplit_publish(const void *location, const void *value);

/* An assertion of the code under test failed. */
_Noreturn void xasplit_bug(const char *file, int line, const char *text);

/* A warning condition of the code under test is true. */
void xasplit_warn(const char *file, int line, const char *text);

/* How a lock is taken or dropped: what else is turned off meanwhile. */
enum xasplit_lock_type { XASPLIT_LOCK = 1, XASPLIT_LOCK_BH, XASPLIT_LOCK_IRQ, XASPLIT_LOCK_IRQSAVE };

/* The array's lock: `held` is the lock's own state, which the hook updates. */
void xasplit_lock(int *held, enum xasplit_lock_type type);
void xasplit_unlock(int *held, enum xasplit_lock_type type);

/* RCU read sections, which nest. */
void xasplit_read_lock(void);
void xasplit_read_unlock(void);
extern int xasplit_read_depth;

/* A protected pointer was followed with neither the lock nor a read section to protect it. */
void xasplit_unprotected(const char *file, int line, const char *text);

/* Code that may sleep was reached. */
void xasplit_might_sleep(void);

#endif
