# SPDX-License-Identifier: GPL-2.0-or-later
"""Where what breaks in a changed source comes from: the change, or what was changed."""

from __future__ import annotations

from enum import Enum


class Origin(Enum):
    """What is said of something that breaks, where the source before the change is known."""

    NEW = "new"
    """It does not break there."""
    WORSE = "made worse"
    """The same case breaks there too, in another way."""
    BEFORE = "there before"
    """The same breaks there in the same way, to the byte."""
    UNDECIDED = "cannot be told"
    """What it does there is not known."""
