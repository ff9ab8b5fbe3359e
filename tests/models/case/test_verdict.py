# SPDX-License-Identifier: GPL-2.0-or-later
"""What a case shows, from answers and violations that are made up here."""

from dataclasses import replace

import pytest

from models.case.verdict import shown
from models.driver.worker import Abnormal, Status
from models.kernel.source import port_source
from models.subject.implementation import Implementation
from specs.property import Violation
from xarray_model.operations import Code, Operation
from xarray_model.snapshot import Snapshot

PORT = Implementation("port", port_source(), False, {})
EMPTY = Snapshot(2, 0, 0, 0, 0, 0, ())
LOAD = Operation(Code.LOAD)
CASE = [LOAD, Operation(Code.DESTROY), Operation(Code.SNAPSHOT)]
RIGHT = bytes(8) + EMPTY.encode()


def told(answer: bytes, *violations: Violation, ended: Abnormal | None = None) -> list[object]:
    found = shown(PORT, 2, CASE, RIGHT, answer, violations, ended)
    return [(one.property, one.operation) for one in found]


def test_each_property_is_told_where_it_breaks_first() -> None:
    broken = [Violation("lru", "s", "a", 1), Violation("lru", "s", "b", 0), Violation("x", "s", "")]
    found = shown(PORT, 2, CASE, RIGHT, RIGHT, broken)
    assert [(one.property, one.detail, one.operation) for one in found] == [
        ("lru", "b", 0),
        ("x", "", 0),
    ]


def test_a_right_answer_shows_nothing() -> None:
    assert told(RIGHT) == []


def test_how_a_case_ended_comes_before_what_broke_in_the_same_operation() -> None:
    ended = Abnormal(0, Status.CRASH, 1, "SIGSEGV")
    assert told(bytes(8), Violation("lru", "s", "", 1), ended=ended) == [
        ("no-crash", 1),
        ("lru", 1),
    ]


@pytest.mark.parametrize("place", [0, 1])
def test_that_answers_differ_is_told_where_nothing_is_wrong_up_to_there(place: int) -> None:
    wrong = (1).to_bytes(8, "little") + EMPTY.encode()
    expected: list[object] = [("lru", place)]
    assert told(wrong, Violation("lru", "s", "", place)) == (
        expected if place == 0 else [("agrees-with-model", 0), *expected]
    )


def test_what_is_left_after_destroy_is_told_of_it() -> None:
    left = bytes(8) + replace(EMPTY, live_nodes=1).encode()
    assert told(left) == [("drained", 1)]
