# SPDX-License-Identifier: GPL-2.0-or-later
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.case.notation import entry_text, operation_text, parse_entry, parse_operation
from tests.models.case.test_counterexample import operations
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


@given(operations())
def test_what_is_written_is_read_back(operation: Operation) -> None:
    assert parse_operation(operation_text(operation)) == operation


@pytest.mark.parametrize(
    ("text", "operation"),
    [
        ("store(0, order=2)", Operation(Code.STORE, 0, 2, entry=4)),
        (" store ( 0x40 ) ", Operation(Code.STORE, 64, 0, entry=4)),
        ("store(3, 0, NULL)", Operation(Code.STORE, 3)),
        ("split(0, 2 to 0)", Operation(Code.SPLIT, 0, 2, 0, 4)),
        ("split(9, 3, 1, v:17, nonblocking)", Operation(Code.SPLIT, 9, 3, 1, 35, flags=Flag(1))),
        ("try_split(9, 3 to 2, entry=ptr2)", Operation(Code.TRY_SPLIT, 9, 3, 2, 8)),
        ("find(5, pause)", Operation(Code.FIND, 5, argument=(1 << 64) - 1, flags=Flag.PAUSE)),
        ("next(5)", Operation(Code.NEXT, 5, argument=1)),
        ("count_alloc(12 to 0, 65)", Operation(Code.COUNT_ALLOC, 0, 12, 0, argument=65)),
        ("cursor_set(7)", Operation(Code.CURSOR_SET, 7)),
        ("snapshot()", Operation(Code.SNAPSHOT)),
    ],
)
def test_short_forms(text: str, operation: Operation) -> None:
    assert parse_operation(text) == operation


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hello", "'hello' is no operation; expected is one such as store(index=0, order=2,"),
        ("stor(0)", "there is no operation 'stor'; did you mean store?"),
        ("qqq(0)", "there is no operation 'qqq'; expected is one such as"),
        ("set_mark(3)", "mark is missing; expected is set_mark(index, mark)"),
        ("split(0, 2)", "new_order is missing; expected is split(index, order, new_order, entry,"),
        ("split(2 to 0)", "index '2 to 0' is no number; expected is split("),
        ("store(0, indx=3)", "store has no 'indx'; expected is store(index, order, entry, [lru])"),
        ("store(0, index=3)", "index is given twice"),
        ("destroy(1)", "'1' is too much; expected is destroy()"),
        ("load(0, pause)", "load has no flag pause"),
        ("store(-1)", "index '-1' is no number"),
        ("store(0, 64)", "order 64 is not in 0..63"),
        ("store(18446744073709551616)", "is not in 0..18446744073709551615"),
        ("set_mark(0, 3)", "mark 3 is not in 0..2"),
        ("store(0, 1, ptr01)", "'ptr01' is not an entry such as NULL, ptr1 or v:17"),
        ("store(0,)", "order '' is no number"),
    ],
)
def test_what_is_wrong_is_told_with_what_is_expected(text: str, told: str) -> None:
    with pytest.raises(ValueError) as error:
        parse_operation(text)
    assert told in str(error.value) and "\n" not in str(error.value)
