# SPDX-License-Identifier: GPL-2.0-or-later
"""Everything of a bundle that is rechecked, in order."""

from __future__ import annotations

from collections.abc import Sequence

from models.kernel.source import Source
from review.bundle.read import Bundle
from review.run.progress import Meter
from review.verify import check_cases, check_claims
from review.verify.account import Account
from review.verify.check_obligations import check as check_obligations


def whole(opened: Bundle, account: Account) -> bool:
    """Whether every file is the one that the manifest lists: nothing else is looked at if not."""
    artefacts = opened.manifest.artefacts
    with Meter("files", len(artefacts)) as meter:
        for number, line in enumerate(opened.damage()):
            meter.advance()
            path, _, problem = line.partition(": ")
            account.judge("file", path or artefacts[number].path, problem)
    return not account.rejected


def recheck(
    opened: Bundle,
    account: Account,
    solvers: Sequence[str],
    timeout: float,
    sources: Sequence[Source],
    jobs: int,
    run_reproducers: bool,
) -> None:
    """Everything beyond the hashes; Ctrl-C ends it with what was found so far."""
    try:
        check_claims.check(opened.manifest, account)
        check_cases.check(opened, account, sources, jobs, run_reproducers=run_reproducers)
        check_obligations(opened, account, solvers, timeout, jobs)
    except KeyboardInterrupt:
        account.interrupted = True
