/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_FS_H
#define XASPLIT_LINUX_FS_H

#include <linux/types.h>

struct address_space;
struct dentry;
struct file;
struct inode;

#endif
