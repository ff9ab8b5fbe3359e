# SPDX-License-Identifier: GPL-2.0-or-later
"""What memory each operation of a case gets: following the failure that FAIL armed.

An operation's result words tell how many requests it made, except those of STORE and what else
stores without a cursor, COUNT_ALLOC and CURSOR_NOMEM: once one ran while a failure was armed, it is
not known how much of the grant is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from specs.contract import UNKNOWN, UNLIMITED, Allowance
from xarray_model.operations import PLAIN_CHANGES, Code, Flag, Operation

_TOLD = frozenset({Code.SPLIT, Code.TRY_SPLIT, Code.CURSOR_SPLIT_ALLOC, Code.CURSOR_CREATE_RANGE})
"""The operations whose second result word counts requests."""


_STORES = frozenset({Code.STORE, *PLAIN_CHANGES})
"""The operations that ask for memory in either way, and do not tell how often."""


def _erases(operation: Operation) -> bool:
    """Whether it needs no memory."""
    erasing = (Code.STORE, Code.CMPXCHG, Code.STORE_RANGE)
    erases = operation.code in erasing and not operation.entry
    return erases or operation.code is Code.RELEASE


class Memory:
    """The grant as it stands in one case."""

    def __init__(self) -> None:
        self._armed = UNLIMITED
        self._counts = Flag.NONE

    @property
    def known(self) -> tuple[Allowance, Flag]:
        """What was granted and is not spent, and which requests count."""
        return self._armed, self._counts

    def allowance(self, operation: Operation) -> Allowance:
        """What the operation, which comes next, gets."""
        if self._armed is UNLIMITED:
            return UNLIMITED
        blocking = operation.code in (Code.COUNT_ALLOC, Code.CURSOR_NOMEM) or (
            operation.code in (Code.SPLIT, Code.CURSOR_SPLIT_ALLOC)
            and not operation.flags & Flag.NONBLOCKING
        )
        counted = Flag.FAIL_BLOCKING if blocking else Flag.FAIL_NONBLOCKING
        if operation.code in _STORES and not operation.flags & Flag.NONBLOCKING:
            counted = Flag.FAIL_BLOCKING | Flag.FAIL_NONBLOCKING
        if not self._counts & counted:
            return UNLIMITED
        if not operation.flags & Flag.RETRY:
            return self._armed
        fails = bool(self._counts & Flag.LASTING and self._counts & Flag.FAIL_BLOCKING)
        return replace(self._armed, again=not fails)

    def spend(self, operation: Operation, words: Sequence[int]) -> None:
        """Follow what the operation took, by its result words."""
        code = operation.code
        if code == Code.FAIL:
            self._counts = operation.flags
            self._armed = Allowance(operation.argument - 1) if operation.argument else UNLIMITED
            return
        granted = self._armed.granted
        if granted is None or self.allowance(operation) is UNLIMITED:
            return
        if code in _TOLD:
            left = granted - words[1]
            if left < 0:
                left = 0 if self._counts & Flag.LASTING else -1
            self._armed = Allowance(left) if left >= 0 else UNLIMITED
        elif code in (Code.COUNT_ALLOC, Code.CURSOR_NOMEM) or (
            code in _STORES and not _erases(operation)
        ):
            self._armed = UNKNOWN
