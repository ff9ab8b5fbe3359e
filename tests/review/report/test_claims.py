# SPDX-License-Identifier: GPL-2.0-or-later
"""What makes a claim fail is told by the numbers of findings."""

from dataclasses import replace
from pathlib import Path

from review.report import claims
from review.run import evidence
from specs.claims import CLAIMS, Decision, Outcome, Verdict
from tests.review import small


def test_a_large_split_that_goes_wrong_is_told_by_its_finding(tmp_path: Path) -> None:
    done = small.reviewed(small.broken(), tmp_path)
    large = next(evidence.of_large_split(done.implementations))
    assert large.outcome is Outcome.FAILS and "node-count" in large.broke
    numbers = [
        number
        for number, one in enumerate(done.search.diagnoses, 1)
        if set(large.broke) & set(one.cause.properties)
    ]
    verdict = Verdict(CLAIMS["C1"], Decision.FAILS, None, None, (large,), ())
    assert numbers == [1] and claims.blamed(verdict, done) == ", by finding 1"
    # What no finding breaks is told by the name of the check.
    verdict = replace(verdict, rests_on=(replace(large, broke=("other",)),))
    assert claims.blamed(verdict, done) == f", by {large.check}"
