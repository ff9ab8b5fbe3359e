/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The nodes of a harness, by number: first those of the tree that it builds, from the root down, then
 * those that code under test requests, in their order.  For CBMC each is a variable with a name (a pool
 * or memory from malloc() makes every access one at an unknown place); natively they are from malloc().
 */
#ifndef XASPLIT_PROOF_NODES_H
#define XASPLIT_PROOF_NODES_H

#include <linux/xarray.h>

#ifdef XASPLIT_CBMC
#define NODES(X) \
	X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) \
	X(12) X(13) X(14) X(15) X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23)
#define NODE_DECLARED(k) extern struct xa_node node_##k;
NODES(NODE_DECLARED)

/* NODE_COUNT is a constant: what is beyond it is not even looked at. */
#define NODE_KNOWN(k) ((k) < NODE_COUNT && node == &node_##k) ||
#define NODE_NUMBERED(k) ((k) < NODE_COUNT && number == (k)) ? &node_##k :

static inline bool node_known(const struct xa_node *node)
{
	return NODES(NODE_KNOWN) 0;
}

/* For constants. */
static inline struct xa_node *node_at(unsigned int number)
{
	return NODES(NODE_NUMBERED) &node_0;
}
#else
struct xa_node *node_at(unsigned int number);
#endif

#endif
