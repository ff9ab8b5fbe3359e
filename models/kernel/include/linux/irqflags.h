/* SPDX-License-Identifier: GPL-2.0-or-later */
/* There are no interrupts. */
#ifndef XASPLIT_LINUX_IRQFLAGS_H
#define XASPLIT_LINUX_IRQFLAGS_H

#include <linux/compiler.h>

#define local_irq_disable() barrier()
#define local_irq_enable() barrier()
#define local_irq_save(flags) ((void)((flags) = 0))
#define local_irq_restore(flags) ((void)(flags))
#define irqs_disabled() 0

#endif
