/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_LIST_H
#define XASPLIT_LINUX_LIST_H

#include <linux/kernel.h>

#define LIST_HEAD_INIT(name) { &(name), &(name) }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list;
	list->prev = list;
}

static inline bool list_empty(const struct list_head *list)
{
	return list->next == list;
}

static inline void xasplit_list_put(struct list_head *item, struct list_head *before,
				    struct list_head *after)
{
	item->prev = before;
	item->next = after;
	before->next = item;
	after->prev = item;
}

static inline void list_add(struct list_head *item, struct list_head *list)
{
	xasplit_list_put(item, list, list->next);
}

static inline void list_add_tail(struct list_head *item, struct list_head *list)
{
	xasplit_list_put(item, list->prev, list);
}

static inline void list_del_init(struct list_head *item)
{
	item->prev->next = item->next;
	item->next->prev = item->prev;
	INIT_LIST_HEAD(item);
}

static inline void list_del(struct list_head *item)
{
	list_del_init(item);
}

#define list_entry(item, type, member) container_of(item, type, member)
#define list_first_entry(list, type, member) list_entry((list)->next, type, member)
#define list_first_entry_or_null(list, type, member) \
	(list_empty(list) ? NULL : list_first_entry(list, type, member))
#define list_for_each_entry(cursor, list, member) \
	for (cursor = list_entry((list)->next, __typeof__(*cursor), member); \
	     &cursor->member != (list); \
	     cursor = list_entry(cursor->member.next, __typeof__(*cursor), member))

#endif
