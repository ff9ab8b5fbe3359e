# SPDX-License-Identifier: GPL-2.0-or-later

import struct

import pytest

from specs.stream import FIXED, Answer, cut
from tests.specs.controls_history import after, before
from xarray_model.operations import Code, Operation

CASE = [
    Operation(Code.STORE, 8, 3, entry=0x1000),
    Operation(Code.SNAPSHOT),
    Operation(Code.SET_MARK, 8),
    Operation(Code.FIND, 0, argument=99),
    Operation(Code.PREV, 3, argument=2),
    Operation(Code.SPLIT, 8, 3),
    Operation(Code.SNAPSHOT),
    Operation(Code.DESTROY),
]
WORDS = [(0,), (), (2, 8, 5, 9, 6), (7, 2, 8, 1, 9), (0, 1, 2, 3, 4, 5)]


def _words(*words: int) -> bytes:
    return struct.pack(f"<{len(words)}Q", *words)


DATA = b"".join(
    (
        _words(*WORDS[0]),
        before().encode(),
        *(_words(*words) for words in WORDS[2:]),
        after().encode(),
    )
)


def test_cut() -> None:
    assert cut(CASE, DATA) == [
        Answer(WORDS[0]),
        Answer(snapshot=before().encode()),
        Answer(),
        Answer(WORDS[2]),
        Answer(WORDS[3]),
        Answer(WORDS[4]),
        Answer(snapshot=after().encode()),
        Answer(),
    ]


@pytest.mark.parametrize("length", range(0, len(DATA), 7))
def test_cut_short(length: int) -> None:
    with pytest.raises(ValueError, match="cut short"):
        cut(CASE, memoryview(DATA)[:length])


def test_too_long() -> None:
    with pytest.raises(ValueError, match="3 bytes too many"):
        cut(CASE, DATA + b"xyz")


def test_absurd_count_of_found_entries() -> None:
    with pytest.raises(ValueError, match="cut short"):
        cut([Operation(Code.FIND)], _words((1 << 64) - 1))


def test_every_operation_has_a_form() -> None:
    own = {Code.SNAPSHOT, Code.FIND, Code.FIND_MARKED, Code.NEXT, Code.PREV}
    own |= {Code.CURSOR_FIND_CONFLICT, Code.EXTRACT, Code.EXTRACT_MARKED}
    assert set(FIXED) | own == set(Code)
    assert not set(FIXED) & own
