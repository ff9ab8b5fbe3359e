/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cleanup at the end of a scope, by the compiler's attribute. */
#ifndef XASPLIT_LINUX_CLEANUP_H
#define XASPLIT_LINUX_CLEANUP_H

#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/types.h>

#define __cleanup(function) __attribute__((__cleanup__(function)))

/* A variable with __free(name) is given to that function where its scope ends. */
#define DEFINE_FREE(name, type, statement) \
	static inline void __free_##name(void *place) \
	{ \
		type _T = *(type *)place; \
		statement; \
	}
#define __free(name) __cleanup(__free_##name)
#define no_free_ptr(place) \
	__extension__({ \
		__typeof__(place) kept_ = (place); \
		(place) = NULL; \
		kept_; \
	})
#define return_ptr(place) return no_free_ptr(place)
#define retain_and_null_ptr(place) ((void)no_free_ptr(place))

/* A class is a type with a function for either end of its life. */
#define DEFINE_CLASS(name, type, end, start, start_arguments...) \
	typedef type class_##name##_t; \
	static inline void class_##name##_destructor(type *place) \
	{ \
		type _T = *place; \
		end; \
	} \
	static inline type class_##name##_constructor(start_arguments) \
	{ \
		type t = start; \
		return t; \
	} \
	_Static_assert(1, #name)
#define CLASS(name, variable) \
	class_##name##_t variable __cleanup(class_##name##_destructor) = \
		class_##name##_constructor

/* A guard is a class of which only the scope matters. */
#define DEFINE_GUARD(name, type, lock, unlock) \
	DEFINE_CLASS(name, type, if (_T) { unlock; }, \
		     __extension__({ lock; _T; }), type _T); \
	static inline void *class_##name##_lock_ptr(class_##name##_t *place) \
	{ \
		return (void *)(uintptr_t)*place; \
	} \
	_Static_assert(1, #name);
#define DEFINE_LOCK_GUARD_1(name, type, lock_it, unlock_it, ...) \
	typedef struct { \
		type *lock; \
		__VA_ARGS__; \
	} class_##name##_t; \
	static inline void class_##name##_destructor(class_##name##_t *_T) \
	{ \
		if (_T->lock) { \
			unlock_it; \
		} \
	} \
	static inline void *class_##name##_lock_ptr(class_##name##_t *_T) \
	{ \
		return _T->lock; \
	} \
	static inline class_##name##_t class_##name##_constructor(type *lock_) \
	{ \
		class_##name##_t held = { .lock = lock_ }, *_T = &held; \
		lock_it; \
		return held; \
	} \
	_Static_assert(1, #name);
#define DEFINE_LOCK_GUARD_0(name, lock_it, unlock_it, ...) \
	typedef struct { \
		void *lock; \
		__VA_ARGS__; \
	} class_##name##_t; \
	static inline void class_##name##_destructor(class_##name##_t *_T) \
	{ \
		(void)_T; \
		unlock_it; \
	} \
	static inline void *class_##name##_lock_ptr(class_##name##_t *_T) \
	{ \
		return _T->lock; \
	} \
	static inline class_##name##_t class_##name##_constructor(void) \
	{ \
		class_##name##_t held = { .lock = (void *)1 }, *_T = &held; \
		(void)_T; \
		lock_it; \
		return held; \
	} \
	_Static_assert(1, #name);

#define XASPLIT_UNIQUE_2(prefix, number) prefix##number
#define XASPLIT_UNIQUE_1(prefix, number) XASPLIT_UNIQUE_2(prefix, number)
#define XASPLIT_UNIQUE(prefix) XASPLIT_UNIQUE_1(prefix, __COUNTER__)

#define guard(name) CLASS(name, XASPLIT_UNIQUE(guard_))
#define XASPLIT_SCOPED(scope, name, ...) \
	for (CLASS(name, scope)(__VA_ARGS__), *again_ = (void *)&scope; again_; again_ = NULL)
#define scoped_guard(name, ...) \
	XASPLIT_SCOPED(XASPLIT_UNIQUE(scope_), name, __VA_ARGS__)

#endif
