# SPDX-License-Identifier: GPL-2.0-or-later
from models.case import extent
from models.case.extent import Extent, Row, Trait, Tried, rows, split_rows
from models.sweep import count_cases, walk_cases
from models.sweep.cases import Group, Surroundings

GROUP = Group(2, 3, 1, 1, Surroundings.NEIGHBOURS, 5, True, False, failing=2)


def test_a_group_is_counted_by_all_its_traits() -> None:
    found = Extent()
    found.count(GROUP, GROUP.starts())
    assert found.splits == {(2, 3, 1): 16}
    assert found.values(extent.ENTRIES) == {"value to pointer": 16}
    assert found.values(extent.MARKS) == {"0+2": 16}
    assert found.values(extent.FAILING) == {"a later one": 16}
    assert found.values(extent.INDEX) == {
        "the first": 2,
        "in the first slot": 6,
        "in a later slot": 8,
    }
    assert found.values(extent.MEMORY) == {"may block": 8, "must not block": 8}


def test_cells_are_the_cases_by_all_traits_together_and_what_is_within_some_is_counted_anew() -> (
    None
):
    found = Extent()
    found.count(GROUP, GROUP.starts())
    assert sorted(found.cells.values()) == [1, 1, 3, 3, 4, 4], "three places, two ways to ask"
    assert found.within(found.cells) == found
    later = {cell for cell in found.cells if Trait(extent.INDEX, "in a later slot") in cell[1]}
    part = found.within(later)
    assert part.splits == {(2, 3, 1): 8} and part.values(extent.MARKS) == {"0+2": 8}
    assert part.values(extent.INDEX) == {"in a later slot": 8}


def test_counts_have_their_own_pair_of_orders() -> None:
    found = Extent()
    group = count_cases.CountGroup(6, 63, 0, 4200)
    found.count(group, group.starts())
    assert found.splits == {(6, 63, 0): 1}
    assert found.pattern() == {extent.CASES: {extent.COUNTED}, extent.FAILING: {"none"}}


def test_walks_tell_where_in_the_old_entry_they_lead() -> None:
    group = walk_cases.WalkGroup(GROUP, (2, 1), 3, 0)
    found = Extent()
    found.count(group, group.starts())
    assert found.values(extent.INDEX) == {"in a later slot": 2}
    assert not found.values(extent.MARKS)


def test_the_table_has_what_holds_and_what_was_left_out_too() -> None:
    tried, failed = Tried(), Extent()
    unmarked = Group(2, 3, 1, 1, Surroundings.NEIGHBOURS, 0, True, False, failing=2)
    elsewhere = Group(2, 2, 1, 1, Surroundings.NEIGHBOURS, 1, True, False, failing=2)
    left_out = Group(2, 3, 1, 1, Surroundings.NEIGHBOURS, 2, True, False, failing=2)
    for group in (GROUP, unmarked, elsewhere):
        tried.run.count(group, group.starts())
    tried.left_out.count(left_out, left_out.starts())
    failed.count(GROUP, GROUP.starts()[:4])
    assert [row for row in rows(failed, tried) if row.dimension == extent.MARKS] == [
        Row(extent.MARKS, "0+2", 4, 16, 0),
        Row(extent.MARKS, "1", 0, 0, 16),
        Row(extent.MARKS, "none", 0, 16, 0),
    ]
    assert list(split_rows(failed, tried)) == [((2, 2, 1), 0, 8), ((2, 3, 1), 4, 32)]
