# SPDX-License-Identifier: GPL-2.0-or-later
"""Operations survive their byte form."""

from __future__ import annotations

import pytest

from xarray_model.operations import RECORD, Code, Flag, Operation, encode


@pytest.mark.parametrize("code", Code)
def test_round_trip(code: Code) -> None:
    operation = Operation(code, (1 << 64) - 1, 63, 62, 5, 2, Flag.PAUSE | Flag.FAIL_BLOCKING, 9)
    record = encode([operation])
    assert len(record) == RECORD.size == 32
    assert Operation.decode(record) == operation


def test_unknown_code() -> None:
    with pytest.raises(ValueError, match="99"):
        Operation.decode(b"\x63" + bytes(31))
