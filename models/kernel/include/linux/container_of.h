/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_CONTAINER_OF_H
#define XASPLIT_LINUX_CONTAINER_OF_H

#include <linux/kernel.h>

#endif
