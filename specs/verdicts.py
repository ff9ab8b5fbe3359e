# SPDX-License-Identifier: GPL-2.0-or-later
"""The verdict on each claim of one source: by what was found of it, not of others.

The claims speak of splits over any number of levels.  Of a source that refuses what needs more than
one new level they are decided within that limit, which the verdict says, and no theorem carries
them any further.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from specs.claims import CLAIMS, Claim, Evidence, Verdict, decide

REFUSED = "upstream:1G-4K"
"""What decides of a source with one level whether it refuses more."""
THEOREMS = "theorem:"
SHARED = (THEOREMS, "recursive:", REFUSED, "upstream-test:")
"""Checks that are not about one source: the model, the port's two ways, a kernel's own test."""
_NOT_OF_ONE_LEVEL = frozenset({"large:1G-4K", "count:table"})
"""Checks of deep splits."""


def verdicts(
    source: str,
    targets: Collection[str],
    evidence: Iterable[Evidence],
    *,
    one_level: bool,
    shared: tuple[str, ...] = SHARED,
) -> list[Verdict]:
    """The verdict on each claim for a source, by what was found of ``targets``, its names, and by
    those ``shared`` checks that are not about one source and hold for it too."""
    found = [item for item in evidence if item.target in targets or item.check.startswith(shared)]
    return [
        replace(
            decide(_limited(claim) if one_level else claim, found),
            claim=claim,
            source=source,
            limited=one_level and REFUSED not in claim.checks,
        )
        for claim in CLAIMS.values()
    ]


def _limited(claim: Claim) -> Claim:
    checks = tuple(name for name in claim.checks if name not in _NOT_OF_ONE_LEVEL)
    return replace(claim, checks=checks, proofs=())
