/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XASPLIT_LINUX_TYPECHECK_H
#define XASPLIT_LINUX_TYPECHECK_H

/* 1, with a warning where the value has another type. */
#define typecheck(type, value) \
	__extension__({ \
		type typecheck_; \
		__typeof__(value) typechecked_; \
		(void)(&typecheck_ == &typechecked_); \
		1; \
	})

#endif
