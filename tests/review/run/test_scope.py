# SPDX-License-Identifier: GPL-2.0-or-later
"""What is said of bounds is what is run."""

from models.sweep import between_cases, range_cases
from models.sweep.families import Family
from models.sweep.sweep import Coverage, Part, Unit, run_unit
from review.run import evidence, scope
from review.run.review_result import ReviewOptions, ReviewResult
from review.run.search_result import SearchResult, SearchState
from specs.claims import Outcome
from tests.review import small


def test_the_pairs_that_are_run_whole_are_listed() -> None:
    within = scope._within()
    assert "the splits 1 to 0, 2 to 0, 2 to 1, 3 to 0 at chunk shift 1 and" in within
    for s in (1, 2):
        for cases in (between_cases, range_cases):
            assert all(f"{order} to {new}" in within for order, new in cases.pairs(s))


def test_a_family_of_listed_pairs_is_no_family_of_all() -> None:
    done = Coverage(9, 9, 3)
    parts = {Part("port", one.value, 1, False): done for one in (Family.SPLITS, Family.BETWEEN)}
    what = evidence.swept(parts).what
    assert "splits to order 3 at s=1" in what
    assert "splits prepared before, those listed, to order 3 at s=1" in what


def test_bounds_are_told_of_a_sweep_that_came_to_its_end_alone() -> None:
    done = SearchResult([], SearchState(), 1, finished=False, over=["The time was over"])
    result = ReviewResult(ReviewOptions(seed=1, examples=0, steps=1), done)
    assert "Complete within these bounds" in scope.bounds(result)
    done.left = [Unit(1, 1, 0)]
    assert "Complete" not in scope.bounds(result) and "not come to its end" in scope.bounds(result)
    done.left, done.over = [], []
    assert "Complete" not in scope.bounds(result)


def test_what_breaks_in_the_first_cases_of_a_sweep_that_was_ended_is_decided() -> None:
    search = small.broken()
    (one,) = search.implementations
    empty, quick = SearchState(), SearchState(quick=search.result)
    for state, count in ((empty, 0), (quick, len(search.findings.breaches))):
        done = SearchResult([one], state, 1, finished=False)
        result = ReviewResult(ReviewOptions(), done)
        told = [item.check for item in result.evidence if item.outcome is Outcome.FAILS]
        assert bool(told) == bool(count)
    assert "sweep:node-count" in told and all(name.startswith("sweep:") for name in told)


def test_of_a_sweep_that_was_ended_the_smallest_case_is_that_of_the_first_cases_too() -> None:
    quick = small.broken()
    (one,) = quick.implementations
    late = run_unit(Unit(6, 7, 6), [one])
    done = SearchResult([one], SearchState(result=late, quick=quick.result), 1, False)
    cases = {key: breach.cases for key, breach in done.findings.breaches.items()}
    alike = [key for key in quick.result.findings.breaches if key in late.findings.breaches]
    assert alike
    done.left = [Unit(1, 1, 0)]
    for key in alike:
        told = done.findings.breaches[key]
        assert told.smallest.chunk_shift == 2 and told.cases == cases[key]
    firsts = [failure.first[0].chunk_shift for failure in done.findings.failures.values()]
    assert min(firsts) == 2
