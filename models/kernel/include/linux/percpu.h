/* SPDX-License-Identifier: GPL-2.0-or-later */
/* There is one processor. */
#ifndef XASPLIT_LINUX_PERCPU_H
#define XASPLIT_LINUX_PERCPU_H

#include <linux/smp.h>
#include <linux/types.h>

#define DEFINE_PER_CPU(type, name) __typeof__(type) name
#define DECLARE_PER_CPU(type, name) extern __typeof__(type) name
#define per_cpu(name, cpu) (*((void)(cpu), &(name)))
#define per_cpu_ptr(pointer, cpu) ((void)(cpu), (pointer))
#define this_cpu_ptr(pointer) (pointer)
#define raw_cpu_ptr(pointer) (pointer)
#define get_cpu_var(name) (name)
#define put_cpu_var(name) ((void)0)
#define this_cpu_read(name) (name)
#define this_cpu_write(name, value) ((void)((name) = (value)))
#define this_cpu_inc(name) ((void)(name)++)
#define this_cpu_dec(name) ((void)(name)--)
#define this_cpu_add(name, number) ((void)((name) += (number)))

#endif
