# SPDX-License-Identifier: GPL-2.0-or-later
import time
from itertools import count

import pytest

from models.diagnosis import shrink
from models.diagnosis.shrink import transfer
from models.mutants.catalogue import MUTANTS
from models.mutants.run import mutated
from models.sweep.sweep import Unit, run_unit
from xarray_model.operations import LAST_ID, Code, Operation


def test_a_case_keeps_its_levels_and_slots_at_another_chunk_shift() -> None:
    case = (
        Operation(Code.STORE, 0b0110, 2, entry=4),
        Operation(Code.SPLIT, 0b0110, 3, 1, entry=4),
        Operation(Code.FIND, 0, argument=15),
        Operation(Code.COUNT_ALLOC, order=4, new_order=0, argument=4),
    )
    moved = transfer(case, 2, 6)
    assert moved == (
        Operation(Code.STORE, 1 << 6 | 2, 6, entry=4),
        Operation(Code.SPLIT, 1 << 6 | 2, 7, 1, entry=4),
        Operation(Code.FIND, 0, argument=(1 << 12) - 1),
        Operation(Code.COUNT_ALLOC, order=12, new_order=0, argument=64),
    )
    assert transfer(moved, 6, 2) == case


def test_the_last_index_of_all_stays_that_at_any_chunk_shift() -> None:
    case = (Operation(Code.STORE, 1 << 63, 3), Operation(Code.FIND, 0, argument=(1 << 64) - 1))
    assert transfer(case, 1, 1) == case
    assert transfer(case[1:], 1, 6) == case[1:]


def test_ranges_of_an_allocation_are_moved_but_for_the_end_of_all() -> None:
    end = Operation(Code.ALLOC_CYCLIC, LAST_ID - 1, argument=LAST_ID, entry=4)
    assert transfer((end,), 2, 3) == (end,)
    everything = Operation(Code.ALLOC, 4, argument=LAST_ID, entry=4)
    some = Operation(Code.ALLOC, 4, argument=7, entry=4)
    moved = transfer((everything, some), 2, 3)
    assert moved is not None
    assert [(one.index, one.argument) for one in moved] == [(8, LAST_ID), (8, 15)]


def test_what_does_not_exist_there_is_none() -> None:
    assert transfer([Operation(Code.STORE, 0, 2, entry=4)], 3, 2) is None
    assert transfer([Operation(Code.STORE, 3, 0, entry=4)], 2, 1) is None
    assert transfer([Operation(Code.STORE, 0, 11, entry=4)], 1, 6) is None


def test_a_slow_machine_shrinks_as_far_as_a_fast_one(monkeypatch: pytest.MonkeyPatch) -> None:
    (mutant,) = (one for one in MUTANTS if one.name == "leaf-values-zero")
    one = mutated(mutant)
    found = run_unit(Unit(3, 5, 0, 80), [one]).findings.sorted()[0].smallest
    small = shrink.shrink(one, found)
    assert len(small.operations) < len(found.operations)
    clock = count(step=1000.0)
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    assert shrink.shrink(one, found) == small
    monkeypatch.setattr(shrink, "TRIALS", 1)
    assert len(shrink.shrink(one, found).operations) > len(small.operations)
