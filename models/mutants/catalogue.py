# SPDX-License-Identifier: GPL-2.0-or-later
"""Every seeded defect, and the properties that no defect of the port can show by itself."""

from __future__ import annotations

from models.mutants import (
    accounting,
    allocation,
    array,
    cursor,
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
)
"""All of them, by theme."""

WITHOUT_MUTANT = {
    "snapshot": "the driver writes snapshots, whatever the array holds: not the port's to break",
    "split-cursor": "with fewer nodes on the cursor than requested the split ends in an assertion"
    " before it answers, and more than were requested there cannot be",
    "update-lock": "the driver ends a case at a report without the lock (property locked)",
}
"""Properties that no mutant names, each with the reason."""
NOT_REACHED = {
    "count-in-32-bits": "an unsigned int wraps to 68,174,084 nodes at the least (order 38 at s=6),"
    " 39 GB that no run allocates; theorem N2 decides it",
}
"""Defects that no run can show, each with what decides it."""
