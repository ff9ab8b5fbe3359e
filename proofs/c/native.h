/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A harness as a program: true tags, memory from malloc(), sanitizers, nothing of tractable.h.
 *
 *	harness depth=3 n=4 m=0 fail_at=0 refuses=0 NAME=INPUT ...	one case, with these inputs
 *	harness depth=3 n=4 m=0 ... sample=COUNT seed=NUMBER		so many cases, drawn
 *
 * Exit status: 0 passes, 1 a CHECK fails, 3 what is assumed does not hold, 2 wrong usage.  Of each
 * failure, and how many passed, a line tells on standard output.
 */
#ifndef XASPLIT_PROOF_NATIVE_H
#define XASPLIT_PROOF_NATIVE_H

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "slot.h"

/* What is a constant for the model checker is given here. */
static unsigned int case_depth, case_n, case_m, case_fail_at, case_refuses;
#define DEPTH case_depth
#define N case_n
#define M case_m
#define FAIL_AT case_fail_at
#define REFUSES case_refuses
#define MOST_NODES 128

static struct xa_node *native_nodes[MOST_NODES];
static jmp_buf native_end;
static unsigned int native_failed, native_false;

#define CHECK(condition, property) native_check(!!(condition), property, __LINE__, #condition)
#define ASSUME(condition) native_assume(!!(condition))
#define END() longjmp(native_end, 1)

static void native_check(int holds, const char *property, int line, const char *text)
{
	if (holds)
		return;
	if (!native_failed++)
		printf("failed %s: line %d: %s\n", property, line, text);
}

static void native_assume(int holds)
{
	if (holds)
		return;
	native_false++;
	longjmp(native_end, 1);
}

/* It has to end here: what comes after would be written beside the node. */
unsigned long proof_slot(unsigned long slot)
{
	native_check(slot < XA_CHUNK_SIZE, "stays-in-node", __LINE__, "slot < XA_CHUNK_SIZE");
	if (slot >= XA_CHUNK_SIZE)
		END();
	return slot;
}

struct xa_node *node_at(unsigned int number)
{
	if (number >= MOST_NODES)
		abort();
	if (!native_nodes[number])
		native_nodes[number] = malloc(sizeof(struct xa_node));
	return native_nodes[number];
}

#endif
