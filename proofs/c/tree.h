/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The array that every harness starts from, built without the code under test, and what a tree must be
 * like on the way to one index.  Assumed: the tree has one path of nodes from the root, at the level
 * DEPTH - 1, to the old entry of order N, and one more entry at most, of one slot of the same node; the
 * tree is as high as that needs.
 */
#ifndef XASPLIT_PROOF_TREE_H
#define XASPLIT_PROOF_TREE_H

#include "harness.h"

/* The property that breaks where the array is not as it was before. */
#ifndef AS_BEFORE
#define AS_BEFORE "split-unchanged"
#endif

#ifdef XASPLIT_CBMC
#define MOST_PATH PATH
#else
#define MOST_PATH 8
#endif

/* What is there before, and what the harness expects. */
struct expected {
	unsigned long first;		/* index of the old entry */
	unsigned long index;		/* of the cursor, inside the old entry */
	void *old, *new, *other;	/* other is NULL where there is none */
	unsigned long other_first;
	unsigned int slot;		/* the first of the old entry's */
	unsigned int marks, other_marks;
	struct xa_node before[MOST_PATH];
};

static inline unsigned int slot_marks(const struct xa_node *node, unsigned int slot)
{
	return (unsigned int)((node->marks[0][0] >> slot & 1) | (node->marks[1][0] >> slot & 1) << 1 |
			      (node->marks[2][0] >> slot & 1) << 2);
}

static inline unsigned int any_marks(const struct xa_node *node)
{
	const unsigned long all = C < 64 ? (1UL << (C & 63)) - 1 : ~0UL;

	return !!(node->marks[0][0] & all) | !!(node->marks[1][0] & all) << 1 |
	       !!(node->marks[2][0] & all) << 2;
}

static inline void add_marks(struct xa_node *node, unsigned int slot, unsigned int marks)
{
	for (unsigned int mark = 0; mark < XA_MAX_MARKS; mark++)
		node->marks[mark][0] |= (unsigned long)(marks >> mark & 1) << slot;
}

static struct expected build(void)
{
	struct expected want = {
		.first = (in_position & ((SPAN >> N) - 1)) << N,
		.old = entry_from(in_old), .new = entry_from(in_new), .other = entry_from(in_other),
		.marks = in_marks & 7, .other_marks = in_other_marks & 7,
	};
	unsigned int slot = (unsigned int)(want.first >> (LEVEL * S)) & (C - 1);
	unsigned int other = (unsigned int)in_other_slot & (C - 1), above = 0;
	struct xa_node *node = NULL;

	want.slot = slot;
	want.index = want.first + (in_inside & ((1UL << N) - 1));
	/* Else the root would be no root: the tree would be lower. */
	if (PATH > 1)
		ASSUME(want.first >> (S * (DEPTH - 1)) != 0);

	array.xa_flags = 0;
	for (unsigned int k = 0; k < PATH; k++) {
		struct xa_node *below = node_fresh(k);

		below->shift = (unsigned char)((DEPTH - 1 - k) * S);
		below->offset = (unsigned char)above;
		below->parent = node;
		below->array = &array;
		below->count = 1;
		below->nr_values = 0;
		if (node)
			node->slots[above] = xa_mk_node(below);
		else
			array.xa_head = xa_mk_node(below);
		above = (unsigned int)(want.first >> below->shift) & (C - 1);
		node = below;
	}
	for (unsigned int i = 0; i < SLOTS; i++)
		node->slots[slot + i] = i ? xa_mk_internal(slot) : want.old;
	node->count = SLOTS;
	node->nr_values = xa_is_value(want.old) ? SLOTS : 0;
	add_marks(node, slot, want.marks);
	if (other >= slot && other < slot + SLOTS) {
		want.other = NULL;
		want.other_marks = 0;
	} else {
		node->slots[other] = want.other;
		node->count++;
		node->nr_values = (unsigned char)(node->nr_values + xa_is_value(want.other));
		add_marks(node, other, want.other_marks);
	}
	want.other_first = (want.first >> ((LEVEL + 1) * S) << ((LEVEL + 1) * S)) +
			   ((unsigned long)other << (LEVEL * S));
	for (unsigned int k = PATH - 1; k; k--)
		add_marks(node_at(k - 1), node_at(k)->offset, any_marks(node_at(k)));
	array.xa_flags |= any_marks(node_at(0)) << __GFP_BITS_SHIFT;
	for (unsigned int k = 0; k < PATH; k++)
		want.before[k] = *node_at(k);
	return want;
}

/* One node as it must be wherever it stands. */
static void check_node(const struct xa_node *node)
{
	unsigned int count = 0, values = 0;
	unsigned int canonical = 0;
	bool value = false, entry = false;

	for (unsigned int i = 0; i < C; i++) {
		void *held = node->slots[i];
		bool sibling = xa_is_sibling(held);

		if (held)
			count++;
		if (sibling) {
			CHECK(slot_marks(node, i) == 0, "sibling-mark");
			CHECK(entry && (unsigned long)held >> 2 == canonical, "sibling-target");
		} else {
			value = xa_is_value(held);
			entry = held && !xa_is_internal(held);
			canonical = i;
		}
		if (!held)
			CHECK(slot_marks(node, i) == 0, "null-mark");
		CHECK(!xa_is_internal(held) || sibling || xa_is_node(held), "slot-kind");
		if (value)
			values++;
	}
	CHECK(node->array == &array, "node-array");
	CHECK(node->count == count, "node-count");
	CHECK(node->nr_values == values, "node-nr-values");
}

/* `node` is the child in a slot of `above`, as its own fields say. */
static void check_child(const struct xa_node *node, const struct xa_node *above)
{
	unsigned int slot = node->offset & (C - 1);

	CHECK(node->offset < C && above->slots[slot] == xa_mk_node(node), "child-offset");
	CHECK(node->shift + S == above->shift, "child-shift");
	CHECK(slot_marks(above, slot) == any_marks(node), "child-mark");
}

/*
 * The path that was built and `below` new nodes.  That each is the child that its own fields say makes
 * all of them different ones in the tree: none is linked twice, and none is left out.
 */
static void check_nodes(unsigned int below)
{
	CHECK(array.xa_head == xa_mk_node(node_at(0)), "head");
	CHECK(array.xa_flags >> __GFP_BITS_SHIFT == any_marks(node_at(0)), "array-mark");
	for (unsigned int k = 0; k < PATH + below; k++) {
		const struct xa_node *node = node_at(k);
		bool found = false;

		CHECK(!freed[k], "tree");
		check_node(node);
		if (k < PATH) {
			CHECK(node->parent == (k ? node_at(k - 1) : NULL), "node-parent");
			CHECK(node->shift == (DEPTH - 1 - k) * S, "child-shift");
			if (k)
				check_child(node, node_at(k - 1));
			continue;
		}
		CHECK(node->shift / S < LEVEL && node->shift >= M / S * S, "split-new-nodes");
		for (unsigned int above = PATH - 1; above < PATH + below; above++)
			if (node->parent == node_at(above)) {
				found = true;
				check_child(node, node_at(above));
			}
		CHECK(found, "node-parent");
	}
}

/* What a walk of the harness's own finds at an index. */
static void *found_at(unsigned long index)
{
	void *held = array.xa_head;

	for (unsigned int level = DEPTH; level-- > 0 && xa_is_node(held);) {
		const struct xa_node *node = xa_to_node(held);
		unsigned int slot = (unsigned int)(index >> (level * S)) & (C - 1);

		held = node->slots[slot];
		if (xa_is_sibling(held))
			held = node->slots[(unsigned long)held >> 2 & (C - 1)];
	}
	return held;
}

/* What is in the built nodes outside of the old entry's slots is as it was. */
static void check_outside(const struct expected *want)
{
	for (unsigned int k = 0; k < PATH; k++)
		for (unsigned int i = 0; i < C; i++) {
			const struct xa_node *node = node_at(k);

			if (k == PATH - 1 && i >= want->slot && i < want->slot + SLOTS)
				continue;
			CHECK(node->slots[i] == want->before[k].slots[i], "split-outside");
			CHECK(slot_marks(node, i) == slot_marks(&want->before[k], i), "split-outside");
		}
}

/* The index at which the array is looked at: any. */
static inline unsigned long probe(void)
{
	return in_probe & (SPAN - 1);
}

static inline bool in_old_range(const struct expected *want, unsigned long index)
{
	return index >= want->first && index - want->first < 1UL << N;
}

static inline bool at_other(const struct expected *want, unsigned long index)
{
	return want->other && index >= want->other_first &&
	       index - want->other_first < 1UL << (LEVEL * S);
}

/* What an index is to read as: `inside` where the old entry was. */
static inline void *entry_at(const struct expected *want, unsigned long index, void *inside)
{
	return in_old_range(want, index) ? inside : at_other(want, index) ? want->other : NULL;
}

/* The array is the one that was built: what a split that fails leaves, and a merge makes. */
static void check_unchanged(const struct expected *want)
{
	unsigned long index = probe();
	const struct xa_node *node = node_at(PATH - 1);

	check_nodes(0);
	check_outside(want);
	for (unsigned int i = 0; i < C; i++) {
		CHECK(node->slots[i] == want->before[PATH - 1].slots[i], AS_BEFORE);
		CHECK(slot_marks(node, i) == slot_marks(&want->before[PATH - 1], i), AS_BEFORE);
	}
	CHECK(found_at(index) == entry_at(want, index, want->old), AS_BEFORE);
}

/* One new entry, in its slots of a node. */
static void check_entry(const struct expected *want, const struct xa_node *node, unsigned int slot)
{
	CHECK(node->slots[slot] == want->new, "split-entries");
	CHECK(slot_marks(node, slot) == want->marks, "split-marks");
	for (unsigned int i = 1; i < NEW_SLOTS; i++)
		CHECK(node->slots[slot + i] == xa_mk_internal(slot), "split-entries");
}

/* The array after a split; the index that is looked up is any. */
static void check_split(const struct expected *want)
{
	unsigned long index = probe();

	check_nodes(NEEDED);
	check_outside(want);
	for (unsigned int i = 0; !GONE && i < SLOTS; i += NEW_SLOTS)
		check_entry(want, node_at(PATH - 1), want->slot + i);
	for (unsigned int k = PATH; k < PATH + NEEDED; k++)
		for (unsigned int i = 0; i < C; i += NEW_SLOTS)
			if (node_at(k)->shift == M / S * S)
				check_entry(want, node_at(k), i);
	CHECK(found_at(index) == entry_at(want, index, want->new), "split-entries");
}

/* Reports of the split node and of each new one. */
static void check_reports(void)
{
	for (unsigned int k = PATH - 1; k < PATH + NEEDED; k++) {
		const struct xa_node *node = node_at(k);
		const struct told *one = &told[k];

		if (k == PATH - 1)
			CHECK(one->times != 0, "update-split-node");
		else
			CHECK(one->times != 0, "update-reported");
		if (!one->times)
			continue;
		CHECK(one->last_count == node->count, "update-final");
		CHECK(one->last_values == node->nr_values, "update-final");
		CHECK(one->first_count == node->count, "update-valid");
		CHECK(one->first_values == node->nr_values, "update-valid");
		CHECK(one->shift == node->shift, "update-valid");
		CHECK(one->offset == node->offset, "update-valid");
	}
}

#endif
