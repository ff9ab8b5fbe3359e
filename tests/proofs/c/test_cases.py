# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of cases: names, sizes, and what every harness has of them."""

from collections import Counter

from proofs.c.cases import Case, Harness, cases, downward
from proofs.c.run import FOLDER
from xarray_model import geometry


def test_names_are_unique_and_every_harness_has_cases_and_a_file() -> None:
    every = cases(one_level=False, try_split=True)
    names = Counter(one.name for one in every)
    assert names.most_common(1)[0][1] == 1
    assert {one.harness for one in every} == {*Harness}
    assert all((FOLDER / f"{one}.c").exists() for one in Harness)


def test_a_case_has_its_entry_in_its_tree_and_room_for_all_nodes() -> None:
    for one in cases(one_level=False, try_split=True):
        assert one.new_order < one.order
        assert one.order // one.s < one.levels
        assert one.nodes <= 24, "nodes.h names so many"


def test_chunk_shift_3_is_there_with_several_new_entries_of_several_slots_in_a_node() -> None:
    every = [one for one in cases(one_level=True, try_split=True) if one.s == 3]
    assert any(
        1 < geometry.slots_of(one.new_order, 3) < geometry.slots_of(one.order, 3)
        for one in every
        if one.harness is Harness.SPLIT
    )


def test_code_for_one_level_is_asked_for_no_more_and_must_refuse_it() -> None:
    for one in cases(one_level=True, try_split=True):
        beyond = geometry.one_level_limit_exceeded(one.order, one.new_order, one.s)
        if one.harness is not Harness.TRY_SPLIT:
            assert beyond == one.refused, one.name
    assert not any(one.refused for one in cases(one_level=False, try_split=True))


def test_without_try_split_none_of_its_cases() -> None:
    assert not any(
        one.harness is Harness.TRY_SPLIT for one in cases(one_level=False, try_split=False)
    )


def test_the_recursive_split_is_asked_where_it_makes_nodes() -> None:
    assert downward() and all(one.needed for one in downward())


def test_loops_of_the_table_are_no_longer_than_all_others() -> None:
    for one in cases(one_level=False, try_split=True):
        assert all(1 <= bound <= one.unwinding for bound in one.loops.values()), one.name


def test_what_a_case_is_called_for_people() -> None:
    one = Case(Harness.NO_MEMORY, 1, 3, 1, 0, fail_at=1)
    assert one.name == "no_memory-s1-1to0-under1-fail1"
    assert one.title == (
        "split_alloc with a failing request, order 1 to 0 (1 level above, request 1 fails)"
    )
