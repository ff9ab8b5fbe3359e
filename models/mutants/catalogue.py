# SPDX-License-Identifier: GPL-2.0-or-later
"""Every seeded defect: each property has one that it must catch."""

from __future__ import annotations

from pathlib import Path

from models.mutants.mutant import Mutant, parse

_DEFECTS = Path(__file__).resolve().parent / "defects"

MUTANTS: tuple[Mutant, ...] = tuple(
    parse(path.read_text(), path.parent.name) for path in sorted(_DEFECTS.glob("*/*.patch"))
)
"""All of them, by theme, which is the name of their folder."""
