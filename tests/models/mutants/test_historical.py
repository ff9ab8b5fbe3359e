# SPDX-License-Identifier: GPL-2.0-or-later
import re
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import historical as table
from models.kernel.mailbox import SeriesError
from models.mutants import historical
from models.mutants.historical import FOLDER, HISTORICAL, Caught, Historical, caught, put_back
from tests import kernels

DOC = Path(__file__).parents[3] / "docs" / "historical.md"
ONE = FOLDER / "find-beyond-max.patch"


def named(name: str) -> Historical:
    return next(one for one in HISTORICAL if one.name == name)


def test_there_are_as_many_as_are_promised_and_each_is_another() -> None:
    assert len(HISTORICAL) >= 20
    for part in ("subject", "fix", "diff", "text"):
        assert len({getattr(one, part) for one in HISTORICAL}) == len(HISTORICAL)


def test_no_more_of_a_kernel_is_kept_than_a_diff_needs() -> None:
    for one in HISTORICAL:
        hunks = re.split(r"^@@.*@@$", one.diff, flags=re.MULTILINE)[1:]
        assert hunks
        for hunk in hunks:
            lines = hunk.strip("\n").split("\n")
            assert len(lines) - sum(line[:1] in ("+", "-") for line in lines) <= 4, one.name
            assert len(lines) <= 12, one.name


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Kind: exact", "Kind: sure"),
        ("Kind: exact", "Commit: 12345\nKind: exact"),
        ("Fix: ", "Mended: "),
        ("\n--- a/", "\n+++ a/"),
    ],
)
def test_a_file_that_is_not_written_so_is_refused(old: str, new: str) -> None:
    text = ONE.read_text()
    assert old in text
    with pytest.raises(ValueError, match="find-beyond-max: "):
        historical.parse("find-beyond-max", text.replace(old, new, 1))


@pytest.mark.kernel
def test_each_applies_to_a_kernel_that_has_the_fix() -> None:
    kernel = kernels.named("7.3")
    for one in HISTORICAL:
        made = put_back(one, kernel.path)
        assert made.lineage is not None
        assert made.lineage.base.sha256 == kernel.source.sha256 != made.sha256
    wrong = replace(HISTORICAL[0], diff=HISTORICAL[0].diff.replace("xa", "yb"))
    with pytest.raises(SeriesError):
        put_back(wrong, kernel.path)


@pytest.mark.kernel
def test_some_are_caught() -> None:
    kernel = kernels.named("7.3")
    found = caught(put_back(named("split-siblings-of-slot-0"), kernel.path))
    assert found.stage == "first cases" and "sibling-run" in found.broken
    found = caught(put_back(named("sibling-of-a-sibling"), kernel.path))
    assert found.stage == "readers at siblings" and "load-internal" in found.broken
    found = caught(put_back(named("try-split-node-not-filled"), kernel.path))
    assert found.stage == "first cases" and "split-entries" in found.broken


@pytest.mark.long  # half an hour; docs/historical.md says what it came to
@pytest.mark.kernel
@pytest.mark.parametrize("one", HISTORICAL, ids=lambda one: one.name)
def test_each_is_caught_as_the_table_says(one: Historical) -> None:
    kernel = kernels.named("7.3")
    line = next(
        line for line in DOC.read_text().splitlines() if line.startswith(f"| {one.subject}:")
    )
    assert bool(caught(put_back(one, kernel.path)).broken) is ("**nothing**" not in line)


def test_the_table_has_a_line_for_each_and_hides_none_that_is_not_caught() -> None:
    text = DOC.read_text()
    lines = [line for line in text.splitlines() if line.startswith("| ")][1:]
    assert len(lines) == len(HISTORICAL)
    for one, line in zip(HISTORICAL, lines, strict=True):
        nothing = Caught("", (), 0.0)
        known = table.row(one, nothing, 1.0)
        assert table.kept(text, one) == line
        assert line.split(" | ")[:4] == known.split(" | ")[:4]
    found = sum("**nothing**" not in line for line in lines)
    assert found >= 22
    # Why one is not caught is said, and only of one that is not.
    for one, line in zip(HISTORICAL, lines, strict=True):
        assert ("**nothing**" in line) is bool(one.note), one.name
    assert f"\n{found} of {len(lines)} are caught.\n" in text


def test_one_that_breaks_nothing_is_told_as_such() -> None:
    nothing, something = Caught("", (), 61.0), Caught("histories", ("refines",), 2.0)
    text = table.page(
        "a kernel", [table.row(HISTORICAL[0], nothing, 3), table.row(HISTORICAL[1], something, 4)]
    )
    assert "1 of 2 are caught." in text
    assert (
        "| **nothing** | no stage | 61.0 | 3.0 |" in text
        and "| `refines` | histories | 2.0 | 4.0 |" in text
    )
