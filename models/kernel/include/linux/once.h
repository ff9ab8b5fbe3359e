/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_ONCE_H
#define XASPLIT_LINUX_ONCE_H

#define DO_ONCE(function, ...) \
	do { \
		static bool done_; \
		if (!done_) { \
			done_ = true; \
			function(__VA_ARGS__); \
		} \
	} while (0)

#endif
