# SPDX-License-Identifier: GPL-2.0-or-later
"""The report for a mail: 72 columns, the result first, and never more than was done."""

from dataclasses import replace
from pathlib import Path

import pytest

from review.report import text
from review.report.write import write
from review.run.review_result import ReviewOptions, ReviewResult
from specs.claims import Evidence, Outcome
from specs.strength import Extent
from tests.review import small


def report(done: ReviewResult) -> str:
    return text.report(done)


def test_a_clean_review_says_so_and_no_more() -> None:
    done = ReviewResult(ReviewOptions(proofs=False), small.clean(), complete=True)
    told = report(done)
    assert "Nothing that was checked fails in port and port (recursive)." in told
    assert "Not run." in told and "Not measured." in told
    assert "The theorems: they were not asked for." in told
    assert "sampled\n" not in told.partition("Claims")[0]


def test_lines_are_those_of_a_mail(tmp_path: Path) -> None:
    done = small.reviewed(small.broken(), tmp_path)
    write(done, tmp_path)
    told = (tmp_path / "report.txt").read_text()
    code = [one.reproducer.code for one in done.search.diagnoses]
    assert any(code)
    for line in told.splitlines():
        assert len(line) <= 72 or any(line in one for one in code), line
    assert all(one in told for one in code)


def test_a_finding_is_told_first() -> None:
    told = report(ReviewResult(ReviewOptions(proofs=False), small.broken(), complete=True))
    assert len(told.partition("Review of the XArray's")[0].splitlines()) <= 25
    first = " ".join(told.split("What was tested")[0].split())
    assert "Not everything holds: 1 finding." in first
    assert told.startswith(
        "Linux 6.18\nNOT RIGHT: 1 finding.\n\n1. node-count, split 1 to 0 at s=2:"
    )


def test_claims_on_deep_splits_are_not_taken_for_a_kernel_of_one_level() -> None:
    search = small.clean()
    port, other = search.implementations
    kernel = replace(other, name="Linux 6.12", one_level=True)
    shallow = replace(search, implementations=[port, kernel])
    done = ReviewResult(ReviewOptions(proofs=False), shallow, complete=True)
    told = " ".join(report(done).split())
    assert "Linux 6.12 refuses splits over more than one level of new nodes" in told
    assert told.startswith("Linux 6.12 Nothing") and "port, the reference: holds: C2 C3" in told
    assert [str(one) for one in done.columns["Linux 6.12"][:2]] == [
        "undecided", "undecided within one level",
    ]  # fmt: skip
    alone = report(ReviewResult(ReviewOptions(proofs=False), search, complete=True))
    assert "one level of new nodes" not in alone and "the reference" not in alone


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("rcu:readers", "readers of a split under way see what they must not"),
        ("large:1G-4K", "failed: large:1G-4K"),
    ],
)
def test_what_fails_without_a_finding_is_named(check: str, words: str) -> None:
    bad = Evidence(check, Outcome.FAILS, Extent(9, 9, "cases"), "port", "planted")
    done = ReviewResult(ReviewOptions(proofs=False), small.clean(), measured=[bad], complete=True)
    assert words in text.result(done)


def test_theorems_that_are_not_proved_are_named() -> None:
    done = ReviewResult(ReviewOptions(), small.clean(), complete=True)
    assert "not proved: the theorems" in text.result(done)


def test_the_kernels_own_test_is_no_failure() -> None:
    weak = Evidence("upstream-test:defects", Outcome.FAILS, Extent(9, None, "cases"), "port", "x")
    done = ReviewResult(ReviewOptions(proofs=False), small.clean(), measured=[weak], complete=True)
    assert "Nothing that was checked fails" in text.result(done)


def test_a_review_that_was_ended_early_says_so_first() -> None:
    done = ReviewResult(ReviewOptions(proofs=False), small.clean())
    assert text.result(done).startswith("INCOMPLETE")
