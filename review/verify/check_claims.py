# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether the verdicts of a bundle follow from the evidence that it lists."""

from __future__ import annotations

from collections import Counter

from review.bundle.format import ClaimRecord, Manifest
from review.run import evidence
from review.verify.account import Account
from specs.claims import CLAIMS, Verdict
from specs.verdicts import verdicts


def check(manifest: Manifest, account: Account) -> None:
    """Decide every claim again, and the exit status."""
    everything = manifest.all_evidence
    mine = {
        (one.claim.id, one.source): one
        for tested in manifest.tested
        if tested.name != evidence.RECURSIVE
        for one in verdicts(
            tested.name,
            evidence.names(tested.name),
            everything,
            one_level=tested.one_level,
            shared=evidence.shared(tested.configured),
        )
    }
    listed = {(one.id, one.source) for one in manifest.claims}
    for claim, source in mine.keys() - listed:
        account.reject("claim", evidence.claim_of(claim, source), "missing")
    for one in manifest.claims:
        problem = _problem(one, mine.get((one.id, one.source)))
        account.judge("claim", evidence.claim_of(one.id, one.source), problem)
    account.judge("exit status", str(manifest.exit_status), _status(manifest))


def _problem(one: ClaimRecord, mine: Verdict | None) -> str:
    claim = CLAIMS.get(one.id)
    if claim is None:
        return "this version of xasplit has no such claim"
    if mine is None:
        return "it is about nothing that was tested"
    if claim.statement != one.statement:
        return "this version states it otherwise"
    if (mine.decision, str(mine), mine.strength) != (one.decision, one.verdict, one.reach):
        return f"by the evidence listed it is: {mine}; the bundle says: {one.verdict}"
    if set(one.rests_on) != {item.check for item in mine.rests_on}:
        return "it does not rest on the checks that the bundle names"
    if one.missing != mine.missing:
        return f"what is missing is: {', '.join(mine.missing) or 'nothing'}"
    return ""


def _status(manifest: Manifest) -> str:
    """What is wrong with the exit status; "" if it is the one of these findings."""
    everything = manifest.options.everything
    fails = any(
        one.held(everything=everything) and one.check != evidence.UPSTREAM_TEST
        for one in manifest.all_evidence
    )
    found = any(
        everything or one.origin is None or one.origin.placed.counts for one in manifest.findings
    )
    proved = manifest.theorems and manifest.theorems.proved
    unproved = manifest.options.proofs and manifest.complete and not proved
    failed = fails or unproved or found or manifest.unmet or manifest.does_not_compile
    status = 1 if failed else 0 if manifest.complete else 2
    return _STATUS[status] if status != manifest.exit_status else ""


_STATUS = ("nothing in the bundle fails", "something fails", "not all was run, and nothing fails")


def rest_on_the_review(manifest: Manifest) -> Counter[str]:
    """How many results of each kind only a new review would recheck."""
    checks = [one.check for one in manifest.all_evidence if not one.check.startswith("theorem:")]
    return Counter(
        "proofs of C code" if check.startswith("c:") else "searches and measurements"
        for check in checks
    )
