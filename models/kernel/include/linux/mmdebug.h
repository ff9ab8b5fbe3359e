/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_MMDEBUG_H
#define XASPLIT_LINUX_MMDEBUG_H

#include <linux/bug.h>

#define VM_BUG_ON_PAGE(condition, page) VM_BUG_ON(condition)
#define VM_BUG_ON_FOLIO(condition, folio) VM_BUG_ON(condition)
#define VM_WARN_ON_FOLIO(condition, folio) VM_WARN_ON(condition)
#define VM_WARN_ON_ONCE_FOLIO(condition, folio) VM_WARN_ON(condition)

#endif
