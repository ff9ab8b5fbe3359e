# SPDX-License-Identifier: GPL-2.0-or-later
"""Cases as a person writes them: what is read, and what is told of what cannot be."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.case.notation import operation_text
from models.case.text import MOST_OPERATIONS, MOST_STEPS, observed, parse_case, too_large
from tests.models.case.test_counterexample import operations
from xarray_model.operations import Code, Flag, Operation

SPLIT = Operation(Code.SPLIT, 0, 2, 0, 4)
STORE = Operation(Code.STORE, 0, 2, entry=4)


def test_lines_comments_and_the_chunk_shift() -> None:
    case = parse_case("# a case\n\nchunk shift 2\nstore(0, 2)  # here\n\n  split(0, 2 to 0)\n")
    assert (case.chunk_shift, case.operations, case.lines) == (2, (STORE, SPLIT), (4, 6))
    assert parse_case("store(0, 2)").chunk_shift is None


@pytest.mark.parametrize(
    "line", ["chunk_shift=3", "XA_CHUNK_SHIFT 3", "  The smallest, at chunk shift 3:"]
)
def test_the_chunk_shift_as_reports_and_sources_have_it(line: str) -> None:
    text = f"{line}\n     0 store(index=0, order=2, entry=ptr1)\n    12 snapshot()\n"
    case = parse_case(text)
    assert case.chunk_shift == 3
    assert case.operations == (STORE, Operation(Code.SNAPSHOT))


def sensible(case: Sequence[Operation]) -> bool:
    kinds = Flag.FAIL_BLOCKING | Flag.FAIL_NONBLOCKING
    return all(one.flags & kinds or not one.argument for one in case if one.code is Code.FAIL)


@given(st.lists(operations(), min_size=1, max_size=8).filter(sensible), st.integers(1, 6))
def test_a_case_as_reports_print_it_is_read_back(case: list[Operation], s: int) -> None:
    lines = [f"chunk shift {s}"]
    lines += [f"{place:5} {operation_text(one)}" for place, one in enumerate(case)]
    read = parse_case("\n".join(lines))
    assert (read.chunk_shift, read.operations) == (s, tuple(case))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "there is no operation in it"),
        ("# nothing\n", "there is no operation in it"),
        ("store(0)\n\nstroe(1)", "line 3: there is no operation 'stroe'; did you mean store?"),
        ("chunk shift 7", "line 1: chunk shift 7 is not in 1..6"),
        ("chunk shift 2\nchunk shift 3", "line 2: chunk shift 3, but it was 2 before"),
        ("fail(1)", "line 1: no request fails: name which ones count"),
        ("load(0)\n" * (MOST_OPERATIONS + 1), "a case has at most"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(ValueError) as error:
        parse_case(text)
    assert told in str(error.value)


def test_what_takes_too_long_is_told() -> None:
    huge = Operation(Code.SPLIT, 0, 40, 0, 4)
    assert too_large([STORE, huge], 6) is not None
    assert too_large([STORE, SPLIT, Operation(Code.COUNT_ALLOC, 0, 40, 0, argument=3)], 6) is None
    through = [Operation(Code.CURSOR_SET, 0), Operation(Code.CURSOR_SPLIT, order=40, entry=4)]
    assert too_large(through, 6) == too_large([STORE, huge], 6)
    found = too_large([Operation(Code.NEXT, 0, argument=MOST_STEPS + 1)], 6)
    assert found is not None and "10,001 steps" in found[1]


def test_every_step_is_seen_and_the_end_drained() -> None:
    whole, numbers = observed([STORE, Operation(Code.SNAPSHOT), SPLIT])
    codes = [one.code for one in whole]
    assert codes == [
        *(Code.STORE, Code.SNAPSHOT, Code.SNAPSHOT, Code.SPLIT, Code.SNAPSHOT),
        *(Code.DESTROY, Code.SNAPSHOT),
    ]
    assert numbers == [0, 0, 1, 2, 2, 3, 3]
