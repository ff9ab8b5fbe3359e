/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_RATELIMIT_H
#define XASPLIT_LINUX_RATELIMIT_H

#include <linux/printk.h>

#define pr_err_ratelimited(...) pr_err(__VA_ARGS__)
#define pr_warn_ratelimited(...) pr_warn(__VA_ARGS__)
#define pr_info_ratelimited(...) pr_info(__VA_ARGS__)

#endif
