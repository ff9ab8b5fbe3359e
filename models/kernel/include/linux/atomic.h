/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_ATOMIC_H
#define XASPLIT_LINUX_ATOMIC_H

#include <linux/compiler.h>
#include <linux/types.h>

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	s64 counter;
} atomic64_t;

typedef atomic64_t atomic_long_t;

#define ATOMIC_INIT(number) { (number) }
#define ATOMIC64_INIT(number) { (number) }
#define ATOMIC_LONG_INIT(number) { (number) }

#define XASPLIT_ATOMIC(name, type, word) \
	static inline word name##_read(const type *place) \
	{ \
		return __atomic_load_n(&place->counter, __ATOMIC_RELAXED); \
	} \
	static inline void name##_set(type *place, word number) \
	{ \
		__atomic_store_n(&place->counter, number, __ATOMIC_RELAXED); \
	} \
	static inline word name##_add_return(word number, type *place) \
	{ \
		return __atomic_add_fetch(&place->counter, number, __ATOMIC_SEQ_CST); \
	} \
	static inline word name##_sub_return(word number, type *place) \
	{ \
		return __atomic_sub_fetch(&place->counter, number, __ATOMIC_SEQ_CST); \
	} \
	static inline void name##_add(word number, type *place) \
	{ \
		name##_add_return(number, place); \
	} \
	static inline void name##_sub(word number, type *place) \
	{ \
		name##_sub_return(number, place); \
	} \
	static inline void name##_inc(type *place) \
	{ \
		name##_add_return(1, place); \
	} \
	static inline void name##_dec(type *place) \
	{ \
		name##_sub_return(1, place); \
	} \
	static inline word name##_inc_return(type *place) \
	{ \
		return name##_add_return(1, place); \
	} \
	static inline word name##_dec_return(type *place) \
	{ \
		return name##_sub_return(1, place); \
	} \
	static inline bool name##_dec_and_test(type *place) \
	{ \
		return name##_sub_return(1, place) == 0; \
	} \
	static inline word name##_xchg(type *place, word number) \
	{ \
		return __atomic_exchange_n(&place->counter, number, __ATOMIC_SEQ_CST); \
	} \
	static inline word name##_cmpxchg(type *place, word old, word number) \
	{ \
		__atomic_compare_exchange_n(&place->counter, &old, number, 0, __ATOMIC_SEQ_CST, \
					    __ATOMIC_SEQ_CST); \
		return old; \
	}

XASPLIT_ATOMIC(atomic, atomic_t, int)
XASPLIT_ATOMIC(atomic64, atomic64_t, s64)
XASPLIT_ATOMIC(atomic_long, atomic_long_t, long)

#define smp_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#define smp_mb__before_atomic() smp_mb()
#define smp_mb__after_atomic() smp_mb()
#define smp_load_acquire(place) __atomic_load_n(place, __ATOMIC_ACQUIRE)
#define smp_store_release(place, value) __atomic_store_n(place, value, __ATOMIC_RELEASE)
#define xchg(place, value) __atomic_exchange_n(place, value, __ATOMIC_SEQ_CST)
#define cmpxchg(place, old, value) \
	__extension__({ \
		__typeof__(*(place)) cmpxchg_ = (old); \
		__atomic_compare_exchange_n(place, &cmpxchg_, value, 0, __ATOMIC_SEQ_CST, \
					    __ATOMIC_SEQ_CST); \
		cmpxchg_; \
	})

#endif
