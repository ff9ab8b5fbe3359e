# SPDX-License-Identifier: GPL-2.0-or-later
"""Orders of 31 and more, and indices beside 2^31, 2^32 and 2^63, are in every sweep."""

import pytest

from models.case.reference import Runner, SplitKind
from models.case.trial import answer
from models.sweep import high_cases
from models.sweep.families import Family
from models.sweep.high_cases import CASES, LOWEST, HighGroup
from models.sweep.sweep import Unit, sampled_units
from xarray_model.array import XArray
from xarray_model.geometry import CHUNK_SHIFTS, one_level_limit_exceeded
from xarray_model.operations import THROUGH, Code, Flag, Operation


def units(s: int, seed: int = 7) -> list[Unit]:
    return [one for one in sampled_units([s], seed) if one.family is Family.HIGH]


def some(s: int, bits: int = 64) -> list[HighGroup]:
    """Every eleventh group at chunk shift ``s``, and the first of each split."""
    made = [list(CASES[bits].groups(s, *pair)) for pair in high_cases.pairs(s, bits)]
    return [one for groups in made for one in (groups[0], *groups[5::211])]


@pytest.mark.parametrize("s", CHUNK_SHIFTS)
def test_each_level_of_orders_is_split_within_it_and_to_the_next(s: int) -> None:
    pairs = {(one.order, one.new_order) for one in units(s)}
    assert {order for order, _ in pairs} >= {31, 33, 63}
    assert all(order >= LOWEST and not one_level_limit_exceeded(*pair, s) for pair in pairs
               for order in pair[:1])  # fmt: skip
    depths = {order // s - new // s for order, new in pairs}
    assert depths == ({1} if s == 1 else {0, 1})
    families = {one.family for one in sampled_units([s], 7) if one.order >= LOWEST}
    assert families == {Family.HIGH, Family.WALKS} | ({Family.REFUSALS} if s > 1 else set())


@pytest.mark.parametrize("s", CHUNK_SHIFTS)
def test_every_start_gives_the_same_answer_within_the_contract(s: int) -> None:
    for group in some(s):
        answers = set()
        starts = group.starts()
        for start in (starts[0], starts[-1]):
            # An error if an operation does not keep its contract.
            model = Runner(XArray(s), SplitKind.ITERATIVE)
            answers.add(answer(model, group.operations(start)))
        assert len(answers) == 1
        assert group.starts()[0] == (0, True) and group.starts()[-1].offset < 1 << group.split[1]


@pytest.mark.parametrize("s", CHUNK_SHIFTS)
def test_every_case_looks_in_every_way_and_beside_the_edges(s: int) -> None:
    """The case that was drawn once in 95,000 steps: a pause on an entry of order 33."""
    codes: set[Code] = set()
    edges: set[int] = set()
    for unit in units(s):
        group, starts = next(iter(unit.groups()))
        operations = group.operations(starts[0])
        codes |= {one.code for one in operations}
        edges |= {one.index for one in operations}
        paused = [one for one in operations if one.flags & Flag.PAUSE]
        assert {one.code for one in paused} >= {Code.FIND}
        assert any(one.order == unit.order for one in operations if one.code is Code.STORE)
    assert codes >= {
        Code.LOAD, Code.GET_ORDER, Code.GET_MARK, Code.FIND, Code.FIND_MARKED, Code.NEXT, Code.PREV,
        Code.SPLIT, Code.CURSOR_SET, Code.CURSOR_LOAD, Code.CURSOR_PAUSE, Code.CURSOR_FIND,
        Code.CURSOR_FIND_MARKED, Code.CURSOR_NEXT, Code.CURSOR_GET_MARK,
    }  # fmt: skip
    assert codes & THROUGH
    assert edges >= {(1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 32, (1 << 63) - 1, 1 << 63}


@pytest.mark.parametrize("bits", [64, 32])
def test_every_index_exists(bits: int) -> None:
    top = (1 << bits) - 1
    for s in CHUNK_SHIFTS:
        for group in some(s, bits):
            assert group.split[1] < bits
            for one in group.operations():
                assert 0 <= one.index <= top and one.argument <= top
                if one.code is Code.STORE:
                    assert one.index + (1 << one.order) - 1 <= top


def test_groups_are_told_apart_by_their_number() -> None:
    pair = (33, 32)
    groups = list(CASES[64].groups(2, *pair))
    assert len(groups) == len(set(groups)) == CASES[64].total_groups(2, *pair)
    assert [CASES[64].group_at(2, *pair, at) for at in (0, 9)] == [groups[0], groups[9]]
    assert CASES[64].total(2, *pair) == len(groups) << 34
    assert CASES[64].total_groups(2, 3, 1) == 0
    first = groups[0]
    assert first.failing == 0 and first.setting.position == 1
    split = next(one for one in first.operations() if one.code is Code.SPLIT)
    assert split == Operation(Code.SPLIT, first.setting.base, 33, 32, first.setting.new)
    (record,) = first.encoded([first.starts()[0]])
    assert record == b"".join(one.encode() for one in first.operations())
