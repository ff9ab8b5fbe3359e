# SPDX-License-Identifier: GPL-2.0-or-later
"""Every seeded defect: each property has one that it must catch."""

from __future__ import annotations

from models.mutants import (
    accounting,
    allocation,
    array,
    cursor,
    driver,
    history,
    model,
    tree,
    truncation,
    try_split,
    update,
    upstream,
)
from models.mutants.mutant import Mutant

MUTANTS: tuple[Mutant, ...] = (
    *tree.MUTANTS,
    *accounting.MUTANTS,
    *allocation.MUTANTS,
    *update.MUTANTS,
    *try_split.MUTANTS,
    *array.MUTANTS,
    *cursor.MUTANTS,
    *history.MUTANTS,
    *truncation.MUTANTS,
    *upstream.MUTANTS,
    *model.MUTANTS,
    *driver.MUTANTS,
)
"""All of them, by theme."""

NOT_REACHED = {
    "count-in-32-bits": "an unsigned int wraps to 68,174,084 nodes at the least (order 38 at s=6),"
    " 39 GB that no run allocates; theorem N2 decides it",
}
"""Defects that no run can show, each with what decides it."""
