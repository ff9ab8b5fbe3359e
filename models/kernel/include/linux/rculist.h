/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_RCULIST_H
#define XASPLIT_LINUX_RCULIST_H

#include <linux/list.h>
#include <linux/rcupdate.h>

static inline void list_add_rcu(struct list_head *item, struct list_head *list)
{
	item->prev = list;
	item->next = list->next;
	list->next->prev = item;
	__atomic_store_n(&list->next, item, __ATOMIC_RELEASE);
}

static inline void list_add_tail_rcu(struct list_head *item, struct list_head *list)
{
	list_add_rcu(item, list->prev);
}

/* Its next pointer stays, for readers that are there. */
static inline void list_del_rcu(struct list_head *item)
{
	item->prev->next = item->next;
	item->next->prev = item->prev;
	item->prev = NULL;
}

#define list_for_each_entry_rcu(cursor, list, member, ...) \
	list_for_each_entry(cursor, list, member)

#endif
