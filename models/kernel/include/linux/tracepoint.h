/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nothing is traced; events of a header trace/events/ are not here. */
#ifndef XASPLIT_LINUX_TRACEPOINT_H
#define XASPLIT_LINUX_TRACEPOINT_H

#include <linux/compiler.h>

#endif
