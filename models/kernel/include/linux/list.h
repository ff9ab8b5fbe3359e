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

static inline void list_move(struct list_head *item, struct list_head *list)
{
	list_del_init(item);
	list_add(item, list);
}

static inline void list_move_tail(struct list_head *item, struct list_head *list)
{
	list_del_init(item);
	list_add_tail(item, list);
}

static inline bool list_is_singular(const struct list_head *list)
{
	return !list_empty(list) && list->next == list->prev;
}

static inline bool list_is_last(const struct list_head *item, const struct list_head *list)
{
	return item->next == list;
}

static inline void list_splice_init(struct list_head *from, struct list_head *list)
{
	if (list_empty(from))
		return;
	from->next->prev = list;
	from->prev->next = list->next;
	list->next->prev = from->prev;
	list->next = from->next;
	INIT_LIST_HEAD(from);
}

static inline void list_splice_tail_init(struct list_head *from, struct list_head *list)
{
	list_splice_init(from, list->prev);
}

#define list_entry(item, type, member) container_of(item, type, member)
#define list_last_entry(list, type, member) list_entry((list)->prev, type, member)
#define list_next_entry(item, member) \
	list_entry((item)->member.next, __typeof__(*(item)), member)
#define list_prev_entry(item, member) \
	list_entry((item)->member.prev, __typeof__(*(item)), member)
#define list_for_each(cursor, list) \
	for (cursor = (list)->next; cursor != (list); cursor = cursor->next)
#define list_for_each_safe(cursor, after, list) \
	for (cursor = (list)->next, after = cursor->next; cursor != (list); \
	     cursor = after, after = cursor->next)
#define list_for_each_entry_safe(cursor, after, list, member) \
	for (cursor = list_first_entry(list, __typeof__(*cursor), member), \
	    after = list_next_entry(cursor, member); \
	     &cursor->member != (list); cursor = after, after = list_next_entry(after, member))
#define list_first_entry(list, type, member) list_entry((list)->next, type, member)
#define list_first_entry_or_null(list, type, member) \
	(list_empty(list) ? NULL : list_first_entry(list, type, member))
#define list_for_each_entry(cursor, list, member) \
	for (cursor = list_entry((list)->next, __typeof__(*cursor), member); \
	     &cursor->member != (list); \
	     cursor = list_entry(cursor->member.next, __typeof__(*cursor), member))

#endif
