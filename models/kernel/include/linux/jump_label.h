/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_JUMP_LABEL_H
#define XASPLIT_LINUX_JUMP_LABEL_H

#include <linux/types.h>

struct static_key_false {
	bool enabled;
};

#define DEFINE_STATIC_KEY_FALSE(name) struct static_key_false name = { false }
#define DECLARE_STATIC_KEY_FALSE(name) extern struct static_key_false name
#define static_branch_unlikely(key) unlikely((key)->enabled)
#define static_branch_enable(key) ((void)((key)->enabled = true))
#define static_branch_disable(key) ((void)((key)->enabled = false))

#endif
