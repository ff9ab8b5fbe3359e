# SPDX-License-Identifier: GPL-2.0-or-later
"""The contract's own arithmetic; each clause has its controls in ``controls_history``."""

import pytest

from specs.contract import (
    UNKNOWN,
    UNLIMITED,
    Allowance,
    judge_split_words,
    judge_try_split_words,
    lowest_try,
)
from specs.contract import nodes_needed as needed
from specs.property import violations
from xarray_model import geometry
from xarray_model.entries import ENOMEM, mk_error
from xarray_model.operations import Code, Flag, Operation


def test_1g_to_4k() -> None:
    assert needed(18, 0, 6) == 1 + 64 + 4096


@pytest.mark.parametrize("s", geometry.CHUNK_SHIFTS)
def test_closed_form_counts_the_nodes_of_all_levels(s: int) -> None:
    for order in range(64):
        for new_order in range(order + 1):
            # A node of each shift from the new entries' up to below the old one's, for each of
            # its ranges: so many lie in the range of the old entry.
            levels = range(new_order // s * s, order // s * s, s)
            by_level = sum(1 << (order - shift - s) for shift in levels)
            assert needed(order, new_order, s) == by_level
            assert geometry.split_nodes(order, new_order, s) == by_level


@pytest.mark.parametrize("s", geometry.CHUNK_SHIFTS)
def test_lowest_try(s: int) -> None:
    """Told by what it takes, it is what the model and the kernel compute."""
    assert lowest_try(0, s) == 0
    for order in range(1, 64):
        low = lowest_try(order, s)
        assert low < order
        assert low == (order - 1 if order % s == 0 else order - order % s)
        assert needed(order, low, s) <= 1
        assert geometry.try_split_min_order(order, s) == low


def test_unknown_allowance_takes_either_outcome_but_no_other() -> None:
    operation = Operation(Code.SPLIT, 0, 3, 0, 0x1000)
    nomem = mk_error(ENOMEM)

    def judge(*words: int) -> list[str]:
        found = violations(judge_split_words(operation, words, 2, UNKNOWN, False))
        return [violation.property for violation in found]

    assert judge(0, 2, 2, 0, 0, 0) == []
    assert judge(nomem, 1, 0, 0, 0, 0) == []
    assert judge(nomem, 2, 0, 0, 0, 0) == []
    assert "split-result" in judge(nomem, 3, 0, 0, 0, 0)
    assert "split-result" in judge(nomem, 0, 0, 0, 0, 0)
    assert "split-requests" in judge(0, 1, 1, 0, 0, 0)


def test_unknown_allowance_of_try_split() -> None:
    operation = Operation(Code.TRY_SPLIT, 0, 2, 1, 0x1000)
    nomem = mk_error(ENOMEM)
    assert not violations(judge_try_split_words(operation, (0, 1, 0), 2, UNKNOWN))
    assert not violations(judge_try_split_words(operation, (nomem, 1, 0), 2, UNKNOWN))
    level = Operation(Code.TRY_SPLIT, 0, 3, 2, 0x1000)
    (violation,) = violations(judge_try_split_words(level, (nomem, 0, 0), 2, UNKNOWN))
    assert violation.property == "try-split-failure"


def test_a_step_that_is_tried_again_takes_the_node_that_it_then_has() -> None:
    operation = Operation(Code.TRY_SPLIT, 0, 2, 1, 0x1000, flags=Flag.RETRY)
    nomem = mk_error(ENOMEM)
    right = {
        UNLIMITED: [(0, 1, 0)],
        Allowance(0): [(0, 2, 0)],
        Allowance(0, again=False): [(nomem, 2, 0)],
        UNKNOWN: [(0, 1, 0), (0, 2, 0), (nomem, 2, 0)],
    }
    for allowance, expected in right.items():
        for words in [(0, 1, 0), (0, 2, 0), (nomem, 1, 0), (nomem, 2, 0), (0, 3, 1)]:
            found = violations(judge_try_split_words(operation, words, 2, allowance))
            assert bool(found) is (words not in expected), (allowance, words)
