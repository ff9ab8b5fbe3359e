/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nothing of it is there: what is under test lies below it. */
#ifndef XASPLIT_LINUX_IDR_H
#define XASPLIT_LINUX_IDR_H

#include <linux/gfp.h>

struct idr;
struct ida;

#endif
