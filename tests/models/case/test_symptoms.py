# SPDX-License-Identifier: GPL-2.0-or-later
"""What is a symptom of the first operation that goes wrong, and what follows from it."""

import struct
from dataclasses import replace

import pytest

from models.case.finding import AGREES, Finding
from models.case.reference import run_case
from models.case.symptoms import _indices, symptoms
from models.case.wrong_nodes import snapshots
from specs.stream import cut
from xarray_model.entries import EINVAL, ENOMEM, mk_error
from xarray_model.operations import Code, Flag, Operation
from xarray_model.snapshot import decode

NO_MEMORY, INVALID = mk_error(ENOMEM), mk_error(EINVAL)
STORE = Operation(Code.STORE, 0, 2, entry=4)
SPLIT = Operation(Code.SPLIT, 0, 2, 1, entry=8)
LOAD = Operation(Code.LOAD)
DONE = (0, 3, 3, 0, 0, 0)
"""What a split answers that asks for three nodes and holds them."""
FAILED = (NO_MEMORY, 2, 0, 0, 0, 0)


def told(
    case: tuple[Operation, ...], expected: tuple[int, ...], actual: tuple[int, ...], at: int = 1
) -> set[str]:
    """The symptoms of answers of so many words, of the operation with number ``at``."""
    packed = [struct.pack(f"<{len(words)}Q", *words) for words in (expected, actual)]
    one = Finding("port", 2, *AGREES, "the bytes differ", at, case, packed[0], packed[1])
    return set(symptoms([one]))


def test_a_split_through_a_kept_cursor_is_a_split() -> None:
    kept = Operation(Code.CURSOR_SET), Operation(Code.CURSOR_SPLIT_ALLOC, order=2, entry=4)
    asked = told(kept, (0, 1, 1, 0), (0, 2, 2, 0))
    case = STORE, SPLIT
    assert asked == {"split: requests more", "split: held more"}
    assert asked < told(case, (0, *DONE), (0, 0, 4, 4, 0, 1, 0))


def test_what_follows_from_a_store_that_is_refused_is_no_symptom() -> None:
    case = STORE, LOAD
    assert told(case, (0, 4), (NO_MEMORY, 0), at=0) == {"store: error"}
    assert told(case, (0, 4), (0, 0)) == {"load answers otherwise"}


@pytest.mark.parametrize(
    ("expected", "actual", "names"),
    [
        (DONE, (INVALID, 0, 0, 0, 0, 0), {f"split: error {INVALID:#x}", "split: requests fewer"}),
        (DONE, (NO_MEMORY, 4, 0, 0, 0, 0), {"split: requests more"}),
        (FAILED, DONE, {"failed split: requests more", "failed split: held more"}),
        (FAILED, (0, 2, 0, 0, 0, 0), {"failed split: error none"}),
        (FAILED, (NO_MEMORY, 2, 1, 0, 0, 0), {"failed split: held more"}),
    ],
)
def test_what_follows_from_a_split_that_is_done_or_not_is_no_symptom(
    expected: tuple[int, ...], actual: tuple[int, ...], names: set[str]
) -> None:
    assert told((STORE, SPLIT), (0, *expected), (0, *actual)) == names


def test_the_end_of_a_process_that_lacks_memory_is_told_apart() -> None:
    for answer, name in ((DONE, "split: no-crash"), (FAILED, "failed split: no-crash")):
        expected = struct.pack("<7Q", 0, *answer)
        case = STORE, SPLIT
        one = Finding("port", 2, "no-crash", "says", "crash: SIGSEGV", 1, case, expected, b"")
        assert symptoms([one]) == {f"{name}: crash: SIGSEGV"}


def test_an_iteration_that_is_paused_is_told_apart() -> None:
    find = Operation(Code.FIND, argument=3)
    for one, name in (find, ""), (replace(find, flags=Flag.PAUSE), " when paused"):
        assert told((STORE, one), (0, 1, 0, 4), (0, 0)) == {f"find answers otherwise{name}"}


def test_nodes_that_no_difference_shows_are_told_all_the_same() -> None:
    packed = struct.pack("<7Q", 0, *DONE)
    one = Finding("port", 2, "live-nodes", "says", "leaked", 1, (STORE, SPLIT), packed, packed)
    assert symptoms([one]) == {"split: more live nodes"}


def test_requests_for_a_split_are_the_same_where_they_are_only_counted() -> None:
    told = []
    for code in (Code.SPLIT, Code.COUNT_ALLOC):
        case = (Operation(code, order=2, new_order=0),)
        one = Finding("port", 2, "request-account", "", "made without it", 0, case, b"", b"")
        told.append(symptoms([one]))
    assert told[0] == told[1] == {"split request-account made without it"}


def test_a_split_through_the_cursor_is_where_that_was_set_to() -> None:
    """Its nodes are new ones, not others."""
    case = (
        Operation(Code.STORE, 4, 2, entry=4),
        Operation(Code.CURSOR_SET, 4),
        Operation(Code.CURSOR_SPLIT_ALLOC, order=2, entry=4),
        Operation(Code.CURSOR_SPLIT_ALONE, order=2, entry=4),
        Operation(Code.SNAPSHOT),
    )
    expected = run_case(case, 1).results
    start = len(expected) - len(cut(case, expected)[-1].snapshot or b"")
    want = decode(expected[start:])
    place = next(number for number, one in enumerate(want.nodes) if one.shift == 0)
    nodes = list(want.nodes)
    nodes[place] = replace(nodes[place], nr_values=1)
    have = replace(want, nodes=tuple(nodes))
    ((_, index),) = [one for one in zip(case, _indices(case), strict=True) if one[0] == case[3]]
    assert set(snapshots(case[3], index, want, have)) == {"new node: nr_values high"}
    assert set(snapshots(case[3], 0, want, have)) == {"other node: nr_values high"}
