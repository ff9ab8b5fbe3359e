// SPDX-License-Identifier: GPL-2.0-or-later
/* The explorer ends: it cannot follow the code under test, or there is no memory. */
#include "explorer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

_Noreturn void broken(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	printf("broken\t");
	vprintf(format, arguments);
	printf("\n");
	va_end(arguments);
	fflush(stdout);
	_Exit(4);
}

void *more_room(void *old, size_t count, size_t size)
{
	void *room = reallocarray(old, count, size);

	if (!room)
		broken("no memory for %zu times %zu bytes", count, size);
	return room;
}
