/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_SEQ_FILE_H
#define XASPLIT_LINUX_SEQ_FILE_H

#include <linux/printk.h>
#include <linux/types.h>

struct seq_file {
	void *private;
};

#define seq_printf(file, ...) XASPLIT_SILENT(__VA_ARGS__)
#define seq_puts(file, text) XASPLIT_SILENT("%s", text)
#define seq_putc(file, one) XASPLIT_SILENT("%c", one)

#endif
