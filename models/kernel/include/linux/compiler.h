/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Annotations that only the kernel's checkers read are empty here. */
#ifndef XASPLIT_LINUX_COMPILER_H
#define XASPLIT_LINUX_COMPILER_H

#define __force
#define __bitwise
#define __rcu
#define __user
#define __iomem
#define __percpu
#define __must_hold(...)
#define __must_hold_shared(...)
#define __acquires(...)
#define __acquires_shared(...)
#define __releases(...)
#define __releases_shared(...)
#define __guarded_by(...)
#define __pt_guarded_by(...)
#define __no_context_analysis
#define __acquire(...) ((void)0)
#define __release(...) ((void)0)

#ifdef __has_attribute
#if __has_attribute(__warn_unused_result__)
#define __must_check __attribute__((__warn_unused_result__))
#endif
#endif
#ifndef __must_check
#define __must_check
#endif
#ifndef __always_inline
#define __always_inline inline __attribute__((__always_inline__))
#endif
#define noinline __attribute__((__noinline__))
#define __maybe_unused __attribute__((__unused__))
#define __always_unused __attribute__((__unused__))
#define __packed __attribute__((__packed__))
#define __aligned(bytes) __attribute__((__aligned__(bytes)))
#define __init
#define __exit
#define __cold
#define __pure __attribute__((__pure__))
#define __counted_by(member)
#define __private
#define __deprecated
#define __visible
#define __used __attribute__((__used__))
#define __section(name) __attribute__((__section__(name)))
#define __printf(format, first) __attribute__((__format__(printf, format, first)))
#define __no_kcsan
#define __no_sanitize_address

#define likely(condition) __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)
#define fallthrough __attribute__((__fallthrough__))
#define barrier() __asm__ __volatile__("" ::: "memory")
#define data_race(value) (value)
#define OPTIMIZER_HIDE_VAR(variable) __asm__("" : "=r"(variable) : "0"(variable))

#define READ_ONCE(place) (*(const volatile __typeof__(place) *)&(place))
#define WRITE_ONCE(place, value) \
	do { \
		*(volatile __typeof__(place) *)&(place) = (value); \
	} while (0)

#endif
