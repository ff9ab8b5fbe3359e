// SPDX-License-Identifier: GPL-2.0-or-later
/* Planted defects: a lookup that goes wrong in a way that its index chooses. */
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/xarray.h>
#include <stdlib.h>
#include <unistd.h>

void *sound_xa_load(struct xarray *xa, unsigned long index);

static volatile unsigned int zero;
static volatile int spin = 1;
static volatile int taken; /* as a lock of the C library is */

static int exhaust_stack(volatile char *above)
{
	volatile char here[4096];

	here[0] = *above;
	return exhaust_stack(here) + here[0];
}

static void defect(struct xarray *xa, struct xa_node *node, unsigned long number)
{
	char stack = 0;

	switch (number) {
	case 1: /* NULL dereference */
		*(volatile char *)(unsigned long)zero = 1;
		break;
	case 2: /* endless loop */
		while (spin)
			;
		break;
	case 3: /* write past a node */
		((volatile unsigned char *)(node + 1))[zero + 7] = 1;
		break;
	case 4: /* write before a node */
		((volatile unsigned char *)node)[(long)zero - 9] = 1;
		break;
	case 5:
		BUG();
	case 6:
		WARN_ON(!zero);
		break;
	case 7: /* double free */
		call_rcu(&node->rcu_head, radix_tree_node_rcu_free);
		call_rcu(&node->rcu_head, radix_tree_node_rcu_free);
		break;
	case 8: /* freed, and freed again later */
		radix_tree_node_rcu_free(&node->rcu_head);
		radix_tree_node_rcu_free(&node->rcu_head);
		break;
	case 9: /* freed while on the LRU, if the node is on it */
		call_rcu(&node->rcu_head, radix_tree_node_rcu_free);
		break;
	case 10: /* freed at a wrong address */
		radix_tree_node_rcu_free((struct rcu_head *)(void *)&node->slots[0]);
		break;
	case 11: /* published without the lock */
		rcu_assign_pointer(node->slots[0], NULL);
		break;
	case 12: /* lock kept */
		xa_lock(xa);
		break;
	case 13: /* lock taken twice */
		xa_lock(xa);
		xa_lock(xa);
		break;
	case 14: /* lock dropped without being held */
		xa_unlock(xa);
		break;
	case 40: /* lock taken with interrupts off, and dropped without */
		xa_lock_irq(xa);
		xa_unlock(xa);
		break;
	case 41: /* lock taken with interrupts on */
		xa_lock(xa);
		xa_unlock(xa);
		break;
	case 42: /* lock taken with soft interrupts off */
		xa_lock_bh(xa);
		xa_unlock_bh(xa);
		break;
	case 15: /* read section kept */
		rcu_read_lock();
		break;
	case 16: /* blocking allocation under the lock */
		xa_lock(xa);
		kmem_cache_alloc(radix_tree_node_cachep, GFP_KERNEL);
		break;
	case 17: /* followed without protection */
		(void)xa_head(xa);
		break;
	case 18:
		exit(7);
	case 19:
		exhaust_stack(&stack);
		break;
	case 20: /* blocks without using the processor */
		pause();
		break;
	case 21: /* taken off the LRU behind the owner's back */
		INIT_LIST_HEAD(&node->private_list);
		break;
	case 22: /* a cycle */
		node->slots[0] = xa_mk_node(node);
		break;
	case 23: /* a wild pointer */
		node->slots[0] = (void *)0x123456789a2UL;
		break;
	case 24: /* a leaked node */
		kmem_cache_alloc(radix_tree_node_cachep, GFP_KERNEL);
		break;
	case 25: /* freed while reachable */
		radix_tree_node_rcu_free(&node->rcu_head);
		break;
	case 26: /* what a fresh node holds */
		node = kmem_cache_alloc(radix_tree_node_cachep, GFP_KERNEL);
		BUG_ON(!node->shift || !node->count || !node->parent || !node->array);
		BUG_ON(node->slots[0] || node->marks[0][0] || !list_empty(&node->private_list));
		break;
	case 27: /* undefined behaviour */
		spin = 1 << (zero + 32 + spin);
		break;
	case 28: /* takes nodes without end */
		while (kmem_cache_alloc(radix_tree_node_cachep, GFP_KERNEL))
			;
		break;
	case 29: /* publishes without end */
		xa_lock(xa);
		while (spin)
			rcu_assign_pointer(node->slots[0], NULL);
		break;
	case 30: /* never ends while something is taken */
		BUG_ON(taken);
		taken = 1;
		while (spin)
			;
		break;
	}
}

void *xa_load(struct xarray *xa, unsigned long index)
{
	void *head = xa->xa_head;

	if (index >= 9000)
		defect(xa, xa_is_node(head) ? xa_to_node(head) : NULL, index - 9000);
	return sound_xa_load(xa, index);
}
