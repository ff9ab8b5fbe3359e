# SPDX-License-Identifier: GPL-2.0-or-later
"""What the model raises when a caller breaks a function's contract."""

from __future__ import annotations


class PreconditionError(ValueError):
    """A call outside the contract, such as a split of an entry that is not there.

    A kernel would crash, warn or silently corrupt the array; the model stops before it changes
    anything and says which precondition does not hold.
    """
