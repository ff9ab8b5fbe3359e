# SPDX-License-Identifier: GPL-2.0-or-later
import random

import pytest

from models.case.reference import run_case
from models.sweep import walk_cases
from models.sweep.walk_cases import WalkGroup
from specs.stream import cut
from xarray_model import geometry
from xarray_model.entries import ENOMEM, mk_error
from xarray_model.operations import Code, Operation, encode

WALKS = [(1, 3, 0), (2, 3, 1), (2, 5, 0), (3, 4, 4), (6, 9, 7)]


def _tries(group: WalkGroup) -> list[tuple[Operation, int]]:
    """Each TRY_SPLIT of a case with the error that the model answers."""
    operations = group.operations()
    answers = cut(operations, run_case(operations, group.chunk_shift).results)
    pairs = zip(operations, answers, strict=True)
    return [(one, answer.words[0]) for one, answer in pairs if one.code is Code.TRY_SPLIT]


@pytest.mark.parametrize("split", WALKS)
def test_the_totals_count_what_is_generated(split: tuple[int, int, int]) -> None:
    groups = list(walk_cases.groups(*split))
    assert len(groups) == len(set(groups)) == walk_cases.total_groups(*split)
    assert sum(len(group.starts()) for group in groups) == walk_cases.total(*split)
    assert {group.stops[-1] for group in groups} == {split[2]}


def test_every_index_of_the_entry_is_walked_around() -> None:
    groups = walk_cases.groups(2, 3, 1)
    starts = {g.first + start.offset - g.setting.base for g in groups for start in g.starts()}
    assert starts == set(range(8))


def test_the_two_ways_down() -> None:
    assert walk_cases.stops(6, 0, 3) == [(5, 3, 2, 0), (5, 4, 3, 2, 1, 0)]
    assert walk_cases.stops(4, 3, 3) == [(3,)]
    assert walk_cases.stops(4, 4, 3) == [(4,)]


@pytest.mark.parametrize("split", WALKS)
def test_steps_may_be_asked_for_and_succeed(split: tuple[int, int, int]) -> None:
    s = split[0]
    for group in random.Random(1).sample(list(walk_cases.groups(*split)), 20):
        failed = 0
        for one, error in _tries(group):
            assert one.new_order >= geometry.try_split_min_order(one.order, s)
            assert error in (0, mk_error(ENOMEM))
            failed += bool(error)
        assert failed == bool(group.failing)


def test_the_answer_is_the_same_at_all_starts() -> None:
    group = walk_cases.group_at(2, 5, 3, walk_cases.total_groups(2, 5, 3) - 1)
    assert len(group.starts()) == 8
    answers = {run_case(group.operations(start), 2).results for start in group.starts()}
    assert len(answers) == 1


def test_encoded_cases_are_the_operations() -> None:
    group = walk_cases.group_at(3, 5, 2, 77)
    assert group.encoded(group.starts()) == [encode(group.operations(x)) for x in group.starts()]


def test_some_starts_are_starts() -> None:
    group = walk_cases.group_at(6, 9, 5, 3)
    some = group.some_starts(random.Random(2))
    assert set(some) <= set(group.starts())
    assert some == group.some_starts(random.Random(2))


def test_every_walk_asks_once_what_try_split_may_split_to() -> None:
    asking = [
        group
        for group in walk_cases.groups(2, 4, 0)
        if any(one.code is Code.TRY_SPLIT_MIN_ORDER for one in group.operations())
    ]
    assert [group.stops for group in asking] == walk_cases.stops(4, 0, 2)
