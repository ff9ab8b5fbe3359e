/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_CTYPE_H
#define XASPLIT_LINUX_CTYPE_H

#include <ctype.h>

#endif
