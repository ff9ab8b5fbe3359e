/* SPDX-License-Identifier: GPL-2.0-or-later */
/* There are no files. */
#ifndef XASPLIT_LINUX_DEBUGFS_H
#define XASPLIT_LINUX_DEBUGFS_H

#include <linux/fs.h>

#define debugfs_create_dir(name, parent) ((void)(name), (void)(parent), (struct dentry *)NULL)
#define debugfs_remove(dentry) ((void)(dentry))
#define debugfs_remove_recursive(dentry) debugfs_remove(dentry)
#define debugfs_create_u32(name, mode, parent, value) ((void)(value))
#define debugfs_create_u64(name, mode, parent, value) ((void)(value))
#define debugfs_create_bool(name, mode, parent, value) ((void)(value))
#define debugfs_create_ulong(name, mode, parent, value) ((void)(value))

#endif
