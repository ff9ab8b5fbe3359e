# SPDX-License-Identifier: GPL-2.0-or-later
"""What users of arrays with flags may do."""

import pytest

from models.case.notation import parse_operation
from specs.array_flags import refusal
from xarray_model.flags import ArrayFlag

ALLOC, BUSY = ArrayFlag.TRACK_FREE, ArrayFlag.TRACK_FREE | ArrayFlag.ZERO_BUSY


@pytest.mark.parametrize(
    ("text", "flags", "number", "why"),
    [
        ("init(account, lock_bh)", ArrayFlag.NONE, 0, ""),
        ("init(account)", ArrayFlag.NONE, 1, "made once"),
        ("init(lock_irq, lock_bh)", ArrayFlag.NONE, 0, "not both"),
        ("init(zero_busy)", ArrayFlag.NONE, 0, "without alloc"),
        ("set_mark(1, 0)", ArrayFlag.NONE, 1, ""),
        ("set_mark(1, 0)", ALLOC, 1, "mark 0"),
        ("find_marked(1, 0)", ALLOC, 1, "mark 0"),
        ("set_mark(1, 1)", ALLOC, 1, ""),
        ("store(3, 2)", ALLOC, 1, ""),
        ("store(3, 2)", BUSY, 1, "index 0"),
        ("store(3, 1)", BUSY, 1, ""),
        ("split(5, 3 to 0)", BUSY, 1, "index 0"),
        ("find(0)", BUSY, 1, "index 0"),
        ("prev(3, 3)", BUSY, 1, "index 0"),
        ("prev(3, 2)", BUSY, 1, ""),
        ("load(0)", BUSY, 1, ""),
        ("cursor_prev()", BUSY, 1, "index 0"),
        ("alloc(0)", BUSY, 1, ""),
        ("alloc(0)", ArrayFlag.NONE, 1, ""),
        ("alloc(0)", ALLOC | ArrayFlag.LOCK_IRQ, 1, ""),
        ("insert(0)", ALLOC | ArrayFlag.LOCK_IRQ, 1, "lock"),
        ("alloc(0, 0x100000000)", ALLOC, 1, "32 bits"),
        ("alloc_cyclic(0x100000000, 1)", ALLOC, 1, "32 bits"),
    ],
)
def test_what_is_refused(text: str, flags: ArrayFlag, number: int, why: str) -> None:
    told = refusal(parse_operation(text), flags, number)
    assert why in told if why else not told
