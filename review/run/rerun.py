# SPDX-License-Identifier: GPL-2.0-or-later
"""What breaks in a case that is run again, and where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.case.finding import Finding
from models.case.origins import Placed
from models.diagnosis.where.rank import NOT_ASKED, Where
from models.subject.implementation import Implementation
from review.run.diagnosis import located, originated


@dataclass(frozen=True, slots=True)
class Rerun:
    """What breaks in a case on an implementation, where each of it comes from, and where to look
    first for the first of it: what breaks besides may be its consequence."""

    implementation: Implementation
    found: Sequence[Finding]
    origins: Sequence[Placed | None]
    where: Where

    def counts(self, everything: bool) -> bool:
        """Whether something decides the exit status; with ``everything`` what was there before
        does too."""
        return any(everything or one is None or one.counts for one in self.origins)

    def origin(self, finding: Finding) -> Placed | None:
        """Where a finding comes from; None where no base is known."""
        return next(
            each for one, each in zip(self.found, self.origins, strict=True) if one is finding
        )


def placed(implementation: Implementation, found: Sequence[Finding]) -> Rerun:
    """What breaks, with its origins; only the first that is new is looked for in the code."""
    origins = originated(found, [implementation])
    # What was there before is not ranked.
    new = [n for n, one in enumerate(origins) if one is None or one.counts][:1]
    chosen, their = [found[n] for n in new], [origins[n] for n in new]
    wheres = located(chosen, their, [implementation])
    return Rerun(implementation, found, origins, wheres[0] if wheres else NOT_ASKED)
