# SPDX-License-Identifier: GPL-2.0-or-later
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.notation import entry_text, operation_text, parse_entry
from xarray_model import entries
from xarray_model.operations import FIELDS, Code, Flag, Operation
from xarray_model.snapshot import MALFORMED_NODE

WORDS = st.one_of(
    st.integers(0, (1 << 64) - 1),
    st.integers(0, 1 << 14),
    st.integers(0, 4095).map(entries.mk_error),
    st.integers(0, 5000).map(entries.mk_node),
    st.sampled_from([MALFORMED_NODE, entries.RETRY, entries.ZERO]),
)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        (0, "NULL"),
        (4, "ptr1"),
        (35, "v:17"),
        (2, "sib->0"),
        (62 << 2 | 2, "sib->62"),
        (entries.RETRY, "retry"),
        (entries.ZERO, "zero"),
        (entries.mk_node(2), "node:2"),
        (MALFORMED_NODE, "node?"),
        (entries.mk_error(12), "-ENOMEM"),
        (entries.mk_error(5), "error:-5"),
        (63 << 2 | 2, "internal:63"),
        (0x7F0000001000, "0x7f0000001000"),
    ],
)
def test_the_text_of_a_word(word: int, text: str) -> None:
    assert entry_text(word) == text
    assert parse_entry(text) == word


@given(WORDS)
def test_each_word_has_a_text_of_its_own(word: int) -> None:
    assert parse_entry(entry_text(word)) == word


@pytest.mark.parametrize(
    "text",
    ["", "ptr01", "ptr0", "0x4", "0x5", "v:-1", f"v:{1 << 63}", "ptr1 ", "sib->63", "nul", "ptra"],
)
def test_a_word_has_one_spelling_only(text: str) -> None:
    with pytest.raises(ValueError, match="is not an entry"):
        parse_entry(text)


def test_operations_in_one_line() -> None:
    store = Operation(Code.STORE, index=8, order=3, entry=4)
    assert operation_text(store) == "store(index=8, order=3, entry=ptr1)"
    split = Operation(Code.SPLIT, 9, 3, 0, 35, flags=Flag.NONBLOCKING)
    assert operation_text(split) == (
        "split(index=9, order=3, new_order=0, entry=v:17, nonblocking)"
    )
    assert operation_text(Operation(Code.SNAPSHOT)) == "snapshot()"


def test_every_operation_has_its_fields() -> None:
    assert set(FIELDS) == set(Code)
