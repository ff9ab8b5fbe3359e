# SPDX-License-Identifier: GPL-2.0-or-later
"""Causes with the smallest case of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from models.case.finding import Finding
from models.diagnosis.causes import Cause, alike
from models.diagnosis.shrink import shrink
from models.subject.implementation import Implementation


def smallest(
    found: Sequence[Cause], implementation: Callable[[Finding], Implementation]
) -> list[Cause]:
    """The causes, each with the smallest case that was found of it as its first; those that shrink
    to the same case are one."""
    for cause in found:
        one = implementation(cause.smallest)
        take(cause, shrink(one, cause.smallest, cause.kept))
    return alike(found, case)


def take(cause: Cause, small: Finding) -> None:
    """Make ``small`` what stands for the cause."""
    same = [one for one in cause.first if one.property != small.property]
    cause.first = (small, *same)


def case(cause: Cause) -> object:
    """What causes that are one have in common once they are shrunk."""
    first = cause.first[0]
    return first.implementation, first.chunk_shift, first.operations, first.operation, cause.part
