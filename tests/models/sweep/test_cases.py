# SPDX-License-Identifier: GPL-2.0-or-later
import pytest

from models.case.extent import Start
from models.case.reference import run_case
from models.sweep import cases
from models.sweep.cases import FIRST, Group, Surroundings
from specs.stream import cut
from xarray_model.operations import Code, Operation, encode
from xarray_model.snapshot import decode

SPLITS = [(s, n, m) for s in (1, 2, 3) for n in range(1, 6) for m in range(n + 1)]


@pytest.mark.parametrize(("s", "order", "new_order"), SPLITS)
def test_the_totals_count_what_is_generated(s: int, order: int, new_order: int) -> None:
    groups = list(cases.groups(s, order, new_order))
    assert len(groups) == len(set(groups)) == cases.total_groups(s, order, new_order)
    total = sum(len(group.starts()) for group in groups[:3]) // 3 * len(groups)
    assert total == cases.total(s, order, new_order)


@pytest.mark.parametrize(("s", "order", "new_order"), [(2, 3, 1), (1, 4, 2), (6, 9, 0)])
def test_groups_are_found_by_number(s: int, order: int, new_order: int) -> None:
    numbered = [
        cases.group_at(s, order, new_order, number)
        for number in range(cases.total_groups(s, order, new_order))
    ]
    assert numbered == list(cases.groups(s, order, new_order))


def test_encoded_cases_are_the_operations() -> None:
    group = Group(2, 3, 1, 0, Surroundings.NEIGHBOURS, 5, True, False, failing=1)
    assert group.encoded(group.starts()) == [
        encode(group.operations(start)) for start in group.starts()
    ]


def test_every_index_and_both_ways_to_allocate_are_starts() -> None:
    group = cases.group_at(2, 3, 0, 0)
    assert set(group.starts()) == {Start(i, way) for i in range(8) for way in (True, False)}


@pytest.mark.parametrize("surroundings", Surroundings)
@pytest.mark.parametrize(("s", "order"), [(1, 3), (2, 3), (3, 4)])
def test_positions_are_all_the_slots_of_the_node(
    s: int, order: int, surroundings: Surroundings
) -> None:
    seen = set()
    for position in range(cases.total_groups(s, order, order) // 96):
        group = Group(s, order, order, position, surroundings, 0, False, False, 0)
        operations = group.operations(FIRST)
        answers = cut(operations, run_case(operations, s).results)
        before = next(answer.snapshot for answer in answers if answer.snapshot)
        shift = order - order % s
        for node in decode(before).nodes:
            if node.shift == shift:
                seen |= {slot for slot, entry in enumerate(node.slots) if entry == group.old}
    assert seen == set(range(0, 1 << s, 1 << order % s))


def test_the_case_ends_with_no_node() -> None:
    for group in cases.groups(2, 4, 1):
        operations = group.operations()
        last = cut(operations, run_case(operations, 2).results)[-1].snapshot
        assert operations[-1] == Operation(Code.SNAPSHOT)
        assert last is not None and decode(last).live_nodes == 0
