# SPDX-License-Identifier: GPL-2.0-or-later
import pytest

from models.case.reference import run_case
from models.sweep import count_cases
from models.sweep.families import Family
from specs.stream import cut
from xarray_model import geometry
from xarray_model.entries import ENOMEM, mk_error
from xarray_model.operations import encode


@pytest.mark.parametrize("s", [1, 3, 6])
def test_every_pair_of_orders_is_counted(s: int) -> None:
    groups = list(count_cases.groups(s, count_cases.HIGHEST, 0))
    pairs = {(group.order, group.new_order) for group in groups}
    assert pairs == {(high, low) for high in range(1, 64) for low in range(high + 1)}
    assert len(set(groups)) == len(groups) == count_cases.CASES.total(s, count_cases.HIGHEST, 0)
    assert count_cases.CASES.group_at(s, count_cases.HIGHEST, 0, 99) == groups[99]


def test_enough_and_one_less_are_granted_where_that_is_possible() -> None:
    for group in count_cases.groups(3, 12, 0):
        operations = group.operations()
        error, requests, warnings = cut(operations, run_case(operations, 3).results)[0].words
        need = geometry.split_nodes(group.order, group.new_order, 3)
        assert warnings == 0
        assert error == (0 if group.granted >= need else mk_error(ENOMEM))
        assert requests == min(need, group.granted + 1)
        assert group.encoded(group.starts()) == [encode(operations)]


def test_what_1_gib_needs_is_granted() -> None:
    granted = {g.granted for g in count_cases.groups(6, 18, 0) if (g.order, g.new_order) == (18, 0)}
    assert granted == {4161, 4160}


def test_each_family_has_its_cases() -> None:
    assert {family: family.cases.total(2, 2, 1) for family in Family} == {
        Family.SPLITS: 6144,
        Family.WALKS: 384,
        Family.REFUSALS: 0,
        Family.COUNTS: 4,
        Family.FAR_COUNTS: 0,
        Family.HIGH: 0,
        Family.ARRAYS: 28,
        Family.ARRAY_STEPS: 14,
        Family.BETWEEN: 1136,
        Family.RANGES: 292,
        Family.SINGLES: 0,
    }
