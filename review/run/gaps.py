# SPDX-License-Identifier: GPL-2.0-or-later
"""What cases that were not run, or not to their end, leave undecided: what is about them.

A property is decided by the families of cases that are about it.  What hangs or crashes elsewhere
takes nothing from it.
"""

from __future__ import annotations

from collections.abc import Mapping

from models.sweep.families import Family
from models.sweep.sweep import Coverage, Part

_WORDS = frozenset(
    {
        "split-result",
        "split-requests",
        "split-cursor",
        "split-no-allocation",
        "split-no-leftover",
        "split-no-warning",
        "split-failure",
        "split-refusal",
    }
)
"""Properties that are judged as soon as a split has returned, whatever comes after it."""
_REQUESTS = "split-requests"
"""The property that counting decides by itself."""
OF_TRYING = "try-split-"
"""How the properties begin that say what ``xas_try_split`` does, and what it refuses."""
_COUNTING = frozenset({Family.COUNTS.value, Family.FAR_COUNTS.value})
_TRYING = frozenset({Family.WALKS.value, Family.REFUSALS.value, Family.ARRAY_STEPS.value})
_NOT_SPLITTING = frozenset({Family.RANGES.value, Family.SINGLES.value})
"""Families in which nothing is split."""


def deciding(check: str, parts: Mapping[Part, Coverage]) -> dict[Part, Coverage]:
    """The parts of a sweep that are about a property, or about "agreement".

    Counting that was not run to its end bounds what is said, and is in no part: what it comes to is
    told by itself (``outcome.not_run``).
    """
    about = {
        part: one
        for part, one in parts.items()
        if _about(check, part.family) and (part.family != Family.FAR_COUNTS.value or one.complete)
    }
    if not about:
        # Of a sweep of nothing else: what it judges besides is about these cases.
        return dict(parts)
    if check == _REQUESTS and has_gap(check, about):
        counted = {part: one for part, one in about.items() if part.family in _COUNTING}
        return counted or about
    return about


def _about(check: str, family: str) -> bool:
    if check == "agreement":
        return True
    if check.startswith(OF_TRYING):
        return family in _TRYING
    if check.startswith("split-") and family in _NOT_SPLITTING:
        return False
    if check in _WORDS:
        return family not in _TRYING
    if check.startswith("split-"):
        return family not in _TRYING | _COUNTING
    return family != Family.REFUSALS.value


def has_gap(check: str, parts: Mapping[Part, Coverage]) -> bool:
    """Whether cases that are to be run whole were not run, or not far enough to be judged."""
    whole = [one for part, one in parts.items() if not part.sampled] or list(parts.values())
    cut = "unsplit" if check in _WORDS else "cut"
    sampled = all(part.sampled for part in parts)
    return any(getattr(one, cut) or not (sampled or one.complete) for one in whole)
