# SPDX-License-Identifier: GPL-2.0-or-later
"""The array's parameters."""

from __future__ import annotations

import pytest

from xarray_model.array import XArray


def test_parameters() -> None:
    array = XArray(6)
    assert (array.slots, array.last_index, array.head, array.marks) == (64, 2**64 - 1, 0, 0)
    assert XArray(1, 32).last_index == 2**32 - 1


@pytest.mark.parametrize(("s", "width"), [(0, 64), (7, 64), (6, 16)])
def test_builds_that_do_not_exist(s: int, width: int) -> None:
    with pytest.raises(ValueError, match="is n"):
        XArray(s, width)
