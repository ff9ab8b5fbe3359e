# SPDX-License-Identifier: GPL-2.0-or-later
"""The class of what was found in a case, and whether it is a known deviation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from models.deviating import ON_SPLIT, explained
from models.finding import Finding
from models.implementation import Implementation
from models.reference import SplitKind
from specs.callers import contract
from xarray_model.operations import Operation


def kind_of(implementation: Implementation) -> SplitKind:
    """Which of the model's splits an implementation must agree with."""
    return SplitKind.ONE_LEVEL if implementation.one_level else SplitKind.ITERATIVE


def classified(
    implementation: Implementation,
    operations: Sequence[Operation],
    actual: bytes,
    hung: int | None,
    found: Sequence[Finding],
    met: Counter[str] | None = None,
    cases: int = 1,
) -> list[Finding]:
    """What was ``found`` in a case, told of its class and of the known deviations of the split that
    account for it; empty where others account for it, which ``met`` then counts, ``cases`` each.

    ``actual`` and ``hung`` are those of ``deviating.explained``.
    """
    if not found:
        return []
    s = found[0].chunk_shift
    known = explained(implementation, s, kind_of(implementation), operations, actual, hung, found)
    told = tuple(sorted((known or frozenset()) & ON_SPLIT))
    if known and not told:
        if met is not None:
            met.update(dict.fromkeys(known, cases))
        return []
    return [
        replace(
            one,
            contract=contract(
                operations[: None if one.operation is None else one.operation + 1],
                s,
                one_level=implementation.one_level,
            ),
            deviations=told,
        )
        for one in found
    ]
