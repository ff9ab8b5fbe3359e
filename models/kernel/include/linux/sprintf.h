/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_SPRINTF_H
#define XASPLIT_LINUX_SPRINTF_H

#include <stdio.h>

#endif
