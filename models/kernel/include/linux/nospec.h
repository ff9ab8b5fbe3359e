/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_NOSPEC_H
#define XASPLIT_LINUX_NOSPEC_H

#define array_index_nospec(index, size) (index)

#endif
