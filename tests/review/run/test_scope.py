# SPDX-License-Identifier: GPL-2.0-or-later
"""What is said of bounds is what is run."""

from models.sweep import between_cases, range_cases
from models.sweep.families import Family
from models.sweep.sweep import Coverage, Part
from review.run import evidence, scope


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
