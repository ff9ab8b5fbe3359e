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
