# SPDX-License-Identifier: GPL-2.0-or-later
"""What a search tells on a terminal: what is new first, and what was not run as that."""

from dataclasses import replace

from models.case.deviations import DEVIATIONS
from models.case.known import Known
from models.sweep.sweep import Unit
from review.bundle import search as records
from review.report import findings, search
from review.report.output import Table, readable
from review.run import search_result
from review.run.search_result import KnownOutside, SearchResult, SearchState
from tests.review import small


def broken() -> SearchResult:
    """A search that found something, told as it was met."""
    found = small.broken()
    done = SearchResult(found.implementations, found.so_far, found.seed, True)
    search_result.leave(done)
    finding = done.diagnoses[0].smallest
    known = [KnownOutside("Linux 6.18", Known(one, finding), 3, 2) for one in DEVIATIONS[:2]]
    vars(done).update(known=known)
    return done


def lines(done: SearchResult, *, verbose: bool = False) -> list[str]:
    parts = search.answer(done, verbose=verbose)
    return [line for line in readable(parts) if not isinstance(line, Table)]


def words(done: SearchResult, *, verbose: bool = False) -> str:
    return " ".join(" ".join(lines(done, verbose=verbose)).split())


def test_findings_come_before_known_deviations_which_are_a_line_each() -> None:
    done = broken()
    told = lines(done)
    first = next(n for n, line in enumerate(told) if line.startswith("Finding 1:"))
    known = next(n for n, line in enumerate(told) if line.startswith("Known deviations of Linux"))
    assert first < known
    assert f"  {DEVIATIONS[0].name}: 3 cases, 2 operations left out" in told
    assert DEVIATIONS[1].statement not in words(done)
    assert DEVIATIONS[1].statement in words(done, verbose=True)
    assert any("1 finding" in line for line in told)


def test_known_deviations_of_the_split_are_named_and_what_was_there_before_is_counted() -> None:
    done = broken()
    (one,) = done.diagnoses
    small_one = replace(one.smallest, before=True, deviations=("split-limit",))
    done.diagnoses = [replace(one, smallest=small_one)]
    assert "no findings, and 1 there before" in words(done)
    assert "known deviation split-limit" in findings.headline(done.diagnoses[0])


def test_an_empty_table_says_why() -> None:
    (one,) = small.broken().implementations
    off = replace(one.source, configuration=replace(one.source.configuration, multi=False))
    for implementation, told in (
        (replace(one, source=off), "without CONFIG_XARRAY_MULTI no entry has several indices"),
        (one, "No unit of the sweep was run to its end."),
    ):
        done = SearchResult([implementation], SearchState(), 1, True)
        assert told in words(done)


def test_what_was_not_run_is_part_of_the_table() -> None:
    done = small.broken()
    left = SearchResult(done.implementations, done.so_far, 1, False, left=[Unit(2, 3, 1)])
    (row,) = records.coverage(left)
    assert row.total == 2 * row.covered > 0
    (table,) = [one for one in readable(search.answer(left)) if isinstance(one, Table)]
    assert "NOT COMPLETE" in [column.of(table.rows[0]) for column in table.columns]
