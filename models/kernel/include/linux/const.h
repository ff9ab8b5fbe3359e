/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_CONST_H
#define XASPLIT_LINUX_CONST_H

#define _AC(number, suffix) number##suffix
#define UL(number) (number##UL)
#define ULL(number) (number##ULL)

#endif
