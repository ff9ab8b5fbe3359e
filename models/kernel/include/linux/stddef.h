/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The C library includes no header of this name. */
#ifndef XASPLIT_LINUX_STDDEF_H
#define XASPLIT_LINUX_STDDEF_H

#include <stddef.h>

#endif
