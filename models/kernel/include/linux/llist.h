/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One thread runs. */
#ifndef XASPLIT_LINUX_LLIST_H
#define XASPLIT_LINUX_LLIST_H

#include <linux/kernel.h>

struct llist_node {
	struct llist_node *next;
};

struct llist_head {
	struct llist_node *first;
};

#define LLIST_HEAD_INIT(name) { NULL }
#define LLIST_HEAD(name) struct llist_head name = LLIST_HEAD_INIT(name)

static inline void init_llist_head(struct llist_head *list)
{
	list->first = NULL;
}

static inline bool llist_empty(const struct llist_head *list)
{
	return !list->first;
}

/* Whether the list was empty. */
static inline bool llist_add(struct llist_node *item, struct llist_head *list)
{
	item->next = list->first;
	list->first = item;
	return !item->next;
}

static inline struct llist_node *llist_del_first(struct llist_head *list)
{
	struct llist_node *first = list->first;

	if (first)
		list->first = first->next;
	return first;
}

static inline struct llist_node *llist_del_all(struct llist_head *list)
{
	struct llist_node *first = list->first;

	list->first = NULL;
	return first;
}

#define llist_entry(item, type, member) container_of(item, type, member)
#define llist_for_each(cursor, first) \
	for ((cursor) = (first); (cursor); (cursor) = (cursor)->next)

#endif
