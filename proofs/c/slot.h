/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every index of a node's slots in the code under test goes through this, see bounds.py. */
#ifndef XASPLIT_PROOF_SLOT_H
#define XASPLIT_PROOF_SLOT_H

#ifdef XASPLIT_CBMC
static inline unsigned long proof_slot(unsigned long slot)
{
	__CPROVER_assert(slot < 1UL << XA_CHUNK_SHIFT, "stays-in-node");
	return slot;
}
#else
unsigned long proof_slot(unsigned long slot);
#endif

#endif
