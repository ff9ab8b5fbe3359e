/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_ARGS_H
#define XASPLIT_LINUX_ARGS_H

#define CONCATENATE_1(a, b) a##b
#define CONCATENATE(a, b) CONCATENATE_1(a, b)

#endif
