# SPDX-License-Identifier: GPL-2.0-or-later
"""Which cases are within what one-level code claims to do."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from models.readers import explorer, plan
from models.readers.explorer import Case
from specs.readers import Memory
from xarray_model import geometry

_DEEP = ("split", *plan.VALUES, "folio-uniform", "add-folio", "add-folio-changed", "split-swap")
"""Writers that split in one go, over as many levels as it takes."""


def within_limit(executable: Path, shift: int, cases: list[Case]) -> list[Case]:
    """Without the splits that one-level code does not claim to do, if this is such code."""
    if shift not in plan.LEVELS or _splits_deep(executable, shift):
        return cases
    return [
        case
        for case in cases
        if case.writer not in _DEEP
        or not geometry.one_level_limit_exceeded(case.order, case.new_order, shift)
    ]


@cache
def _splits_deep(executable: Path, shift: int) -> bool:
    order = 3 * shift
    deep = Case("split", order, 0, 1 << order, 1 << order)
    return explorer.run(executable, deep, Memory.SEQUENTIAL, ()).supported
