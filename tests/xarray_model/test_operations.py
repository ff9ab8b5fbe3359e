# SPDX-License-Identifier: GPL-2.0-or-later
"""Operations survive their byte form."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from operator import or_

import pytest

from xarray_model.operations import FIELDS, FLAGS, RECORD, Code, Flag, Operation, encode


@pytest.mark.parametrize("code", Code)
def test_round_trip(code: Code) -> None:
    operation = Operation(code, (1 << 64) - 1, 63, 62, 5, 2, Flag.PAUSE | Flag.FAIL_BLOCKING, 9)
    record = encode([operation])
    assert len(record) == RECORD.size == 32
    assert Operation.decode(record) == operation


@pytest.mark.parametrize("code", Code)
def test_what_an_operation_does_not_use_is_zero(code: Code) -> None:
    every = reduce(or_, Flag)
    filled = Operation(code, 7, 6, 5, 4, 2, every, 3)
    for name in ("index", "order", "new_order", "entry", "mark", "argument"):
        assert bool(getattr(filled, name)) == (name in FIELDS[code])
    assert filled.flags == FLAGS.get(code, Flag.NONE)


def test_operations_that_do_the_same_are_equal() -> None:
    pause = Operation(Code.CURSOR_PAUSE)
    assert Operation(Code.CURSOR_PAUSE, mark=2, argument=9) == pause
    assert replace(Operation(Code.CURSOR_FIND, argument=9), code=Code.CURSOR_PAUSE) == pause


def test_unknown_code() -> None:
    with pytest.raises(ValueError, match="99"):
        Operation.decode(b"\x63" + bytes(31))


def test_which_entries_are_looked_for() -> None:
    marked = {code for code in Code if Operation(code, mark=2).filter == 2}
    assert marked == {code for code in Code if "FIND" in code.name and "mark" in FIELDS[code]} | {
        Code.EXTRACT_MARKED
    }
    assert Operation(Code.SET_MARK, mark=2).filter is None
