# SPDX-License-Identifier: GPL-2.0-or-later
"""What fails for one finding costs that finding no more than what failed, and the others nothing.

Findings come from code that is broken in ways that nobody foresaw: whatever cannot be made of one
is told in a line, and the rest goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")
_MOST = 200
"""Characters of an error that are told."""


def attempt(make: Callable[[], _T]) -> tuple[_T | None, str]:
    """What ``make`` returns, and ""; if it fails, None and the reason in a line."""
    try:
        return make(), ""
    except Exception as error:  # whatever it is: the other findings are worth more
        return None, one_line(error)


def one_line(error: BaseException) -> str:
    """What an error is and says, in one line."""
    text = " ".join(str(error).split())[:_MOST]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
