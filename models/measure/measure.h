/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs that measure splits: work.c performs them, and is linked with one of
 *
 *	stores.c	counts the stores of instrumented code, and how deep its functions nest
 *	stack.c		measures the stack that code uses which is compiled as in a kernel
 */
#ifndef XASPLIT_MEASURE_H
#define XASPLIT_MEASURE_H

#include <hooks.h>
#include <linux/gfp.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#ifndef XASPLIT_HAVE_TRY_SPLIT
#define xas_try_split(xas, entry, order) ((void)0)
#endif

extern struct xarray array;

/* The number of the node that `address` lies in, or -1. */
long node_number(const void *address);
struct xa_node *node_at(long number);
/* Nodes that were handed out for the array so far. */
long nodes_made(void);
_Noreturn void give_up(const char *why);

/* A new array begins. */
void measure_reset(void);
/* `paint`: the stack too is measured. */
void measure_open(bool paint);
/* The functions to measure; what the measured cursor is told of nodes is `measure_update`. */
void measure_alloc(struct xa_state *xas, void *entry, unsigned int order);
void measure_split(struct xa_state *xas, void *entry, unsigned int order);
void measure_try_split(struct xa_state *xas, void *entry, unsigned int order);
extern void (*const measure_update)(struct xa_node *node);
/* Print what was measured on this array, as members of a JSON object. */
void measure_print(void);

#endif
