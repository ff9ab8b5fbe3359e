# SPDX-License-Identifier: GPL-2.0-or-later
"""A bundle has everything that could be made, and says what could not."""

from pathlib import Path
from typing import NoReturn

import pytest

from review.bundle.read import Bundle
from review.report import write as writing
from review.report.write import write
from review.run import saving
from review.run.diagnosis import undiagnosed
from review.run.search_result import SearchResult
from review.run.stages import FOUND
from review.verify.account import Account
from review.verify.check_cases import check
from tests.review import small
from tests.review.bundle.test_read import damage


def fails(*_: object) -> NoReturn:
    raise ValueError("no room")


def fresh() -> SearchResult:
    """A search with one finding, whose remarks no other test sees."""
    one = small.broken()
    made = SearchResult(one.implementations, one.so_far, one.seed, True)
    made.diagnoses = undiagnosed(made.findings)[:1]
    return made


def test_a_finding_that_cannot_be_saved_loses_its_file_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(saving, "text", fails)
    monkeypatch.setattr(writing, "_page", lambda _: "a page")
    (tmp_path / FOUND).mkdir()
    done = small.reviewed(fresh(), tmp_path)
    write(done, tmp_path)
    assert not (tmp_path / FOUND).exists() and damage(tmp_path) == []
    assert (
        "Finding 1 could not be saved: ValueError: no room" in (tmp_path / "report.txt").read_text()
    )
    with Bundle(tmp_path) as bundle:
        (finding,) = bundle.manifest.findings
        assert finding.counterexample is None and finding.smallest.operations
        account = Account()
        check(bundle, account, [small.planted()], 1, run_reproducers=False)
    assert account.rejected == account.confirmed == []
    assert "the bundle has no file of it" in {one.remark for one in account.impossible}
    assert done.status == 1 and bundle.manifest.exit_status == 1


def test_a_page_that_cannot_be_made_is_told_in_the_report(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(writing, "_page", fails)
    write(small.reviewed(fresh(), tmp_path), tmp_path)
    assert damage(tmp_path) == []
    assert not (tmp_path / "report.html").exists() and (tmp_path / "results.sarif").exists()
    report = (tmp_path / "report.txt").read_text()
    assert "report.html was not made: ValueError: no room" in report
