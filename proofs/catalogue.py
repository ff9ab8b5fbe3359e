# SPDX-License-Identifier: GPL-2.0-or-later
"""Every theorem there is, and the committed list of those that are promised."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from proofs import (
    e1_recursive,
    m1_marks,
    n1_count,
    n2_overflow,
    n3_stack,
    n4_minimality,
    n5_staged,
    o1_definedness,
    s1_slots,
    s2_order,
    s3_siblings,
    v1_accounting,
    x1_merge,
)
from proofs.obligation import Theorem
from specs.strength import Proved
from xarray_model.geometry import CHUNK_SHIFTS

__all__ = ["CHUNK_SHIFTS", "THEOREMS", "by_name", "promised", "select"]

_FAMILIES = (
    n1_count,
    n2_overflow,
    n3_stack,
    n4_minimality,
    n5_staged,
    s1_slots,
    s2_order,
    s3_siblings,
    m1_marks,
    v1_accounting,
    e1_recursive,
    o1_definedness,
    x1_merge,
)

THEOREMS: tuple[Theorem, ...] = tuple(
    theorem for family in _FAMILIES for theorem in family.THEOREMS
)
"""All theorems, a family after the other."""

OF_FORMULAS = frozenset({"N3", "S2", "M1", "V1", "E1", "X1"})
"""Families in which what is proved retells the model's code: counters for its stack (N3, E1), a
reader's loop (S2), updates of nodes (M1, V1, X1).  The rest run the model's own code on symbols.
``GAPS.md`` says what ties a formula to the code."""

_PROMISED = Path(__file__).with_name("theorems.txt")


def by_name() -> dict[str, Theorem]:
    """The theorems by their names."""
    return {theorem.name: theorem for theorem in THEOREMS}


def about(family: str) -> Proved:
    """What the theorems of a family (``N1``) are about, as verdicts tell it."""
    return Proved.FORMULA if family in OF_FORMULAS else Proved.CODE


def _belongs(name: str, names: Sequence[str]) -> bool:
    return not names or name in names or name.partition(".")[0] in names


def promised(names: Sequence[str] = ()) -> tuple[str, ...]:
    """The lines of ``theorems.txt`` that belong to ``names`` (theorems or families; all if
    empty)."""
    lines = _PROMISED.read_text(encoding="ascii").split()
    return tuple(name for name in lines if _belongs(name, names))


def select(names: Sequence[str] = ()) -> tuple[Theorem, ...]:
    """The theorems that belong to ``names``, all if empty; ``ValueError`` names an unknown one."""
    known = {theorem.name for theorem in THEOREMS} | {theorem.family for theorem in THEOREMS}
    for name in names:
        if name not in known:
            families = ", ".join(dict.fromkeys(theorem.family for theorem in THEOREMS))
            raise ValueError(f"unknown theorem {name!r}; the families are {families}")
    return tuple(theorem for theorem in THEOREMS if _belongs(theorem.name, names))
