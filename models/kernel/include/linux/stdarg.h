/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_STDARG_H
#define XASPLIT_LINUX_STDARG_H

#include <stdarg.h>

#endif
