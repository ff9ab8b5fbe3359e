# SPDX-License-Identifier: GPL-2.0-or-later
"""The report for a mail: 72 columns, the result first, and never more than was done."""

from dataclasses import replace
from pathlib import Path

import pytest

from review.bundle import text
from review.bundle.write import write
from review.reviewed import Options, Reviewed
from specs.claims import Evidence, Outcome
from specs.strength import Extent
from tests.review.bundle import small


def report(done: Reviewed) -> str:
    return text.report(done)


def test_a_clean_review_says_so_and_no_more() -> None:
    done = Reviewed(Options(proofs=False), small.clean(), complete=True)
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
    told = report(Reviewed(Options(proofs=False), small.broken(), complete=True))
    first = " ".join(told.split("What was tested")[0].split())
    assert "Not everything holds: 1 finding." in first


def test_claims_on_deep_splits_are_not_taken_for_a_kernel_of_one_level() -> None:
    search = small.clean()
    port, other = search.implementations
    shallow = replace(search, implementations=[port, replace(other, one_level=True)])
    told = " ".join(report(Reviewed(Options(proofs=False), shallow, complete=True)).split())
    assert "any number of levels are decided by port. port (recursive) splits one level" in told
    assert "are decided by" not in report(Reviewed(Options(proofs=False), search, complete=True))


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("rcu:readers", "readers of a split under way see what they must not"),
        ("large:1G-4K", "failed: large:1G-4K"),
    ],
)
def test_what_fails_without_a_finding_is_named(check: str, words: str) -> None:
    bad = Evidence(check, Outcome.FAILS, Extent(9, 9, "cases"), "port", "planted")
    done = Reviewed(Options(proofs=False), small.clean(), measured=[bad], complete=True)
    assert words in text.result(done)


def test_theorems_that_are_not_proved_are_named() -> None:
    done = Reviewed(Options(), small.clean(), complete=True)
    assert "not proved: the theorems" in text.result(done)


def test_the_kernels_own_test_is_no_failure() -> None:
    weak = Evidence("upstream-test:defects", Outcome.FAILS, Extent(9, None, "cases"), "port", "x")
    done = Reviewed(Options(proofs=False), small.clean(), measured=[weak], complete=True)
    assert "Nothing that was checked fails" in text.result(done)


def test_a_review_that_was_ended_early_says_so_first() -> None:
    done = Reviewed(Options(proofs=False), small.clean())
    assert text.result(done).startswith("INCOMPLETE")
