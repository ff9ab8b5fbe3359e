# SPDX-License-Identifier: GPL-2.0-or-later
import random

import pytest

from models import refusal_cases
from models.reference import run_case
from specs.stream import cut
from xarray_model import geometry
from xarray_model.entries import EINVAL, mk_error
from xarray_model.operations import Code, encode

REFUSED = [(1, 2, 0), (2, 2, 0), (2, 5, 1), (3, 4, 2), (6, 12, 5)]


@pytest.mark.parametrize("split", REFUSED)
def test_everything_is_refused_and_asked_for_once(split: tuple[int, int, int]) -> None:
    s, order, new_order = split
    groups = list(refusal_cases.groups(*split))
    assert len(groups) == len(set(groups)) == refusal_cases.total_groups(*split)
    assert refusal_cases.total(*split) == len(groups) << order
    for group in random.Random(1).sample(groups, 12):
        operations = group.operations()
        answers = cut(operations, run_case(operations, s).results)
        asked = [place for place, one in enumerate(operations) if one.code is Code.TRY_SPLIT]
        (place,) = asked
        assert operations[place].new_order == new_order
        assert answers[place].words == (mk_error(EINVAL), 0, 0)
        assert answers[place - 1].snapshot == answers[place + 1].snapshot


@pytest.mark.parametrize("s", [1, 2, 6])
def test_only_what_callers_may_not_ask_for(s: int) -> None:
    for order in range(1, 3 * s + 1):
        lowest = geometry.try_split_min_order(order, s)
        refused = [n for n in range(order + 1) if refusal_cases.total_groups(s, order, n)]
        assert refused == list(range(lowest))


def test_starts() -> None:
    group = refusal_cases.group_at(2, 3, 0, 1)
    assert [start.offset for start in group.starts()] == list(range(8))
    some = group.some_starts(random.Random(2))
    assert set(some) <= set(group.starts())
    assert some == group.some_starts(random.Random(2))
    assert group.encoded(some) == [encode(group.operations(start)) for start in some]
