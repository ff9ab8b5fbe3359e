# SPDX-License-Identifier: GPL-2.0-or-later
"""What is said of a case part by part is what is said of it as a whole, whatever came before."""

import random
from collections import Counter
from typing import Any

import pytest

from models.case.reference import run_case
from specs.judge import Judge
from specs.parts import Parts, _looked_at_last, cut, total
from specs.property import Violation
from tests.models.sweep.some_cases import some_cases
from xarray_model.operations import Code, Operation, encode
from xarray_model.snapshot import HEADER


def cases() -> list[tuple[list[Operation], bytes, bytes]]:
    """Cases of every family with the model's answers and logs."""
    found = []
    for operations in some_cases():
        told = run_case(operations, 2, log=True)
        log = b"".join(one.encode() for records in told.log for one in records)
        found.append((operations, told.results, log))
    return found


def whole(
    judge: Judge, operations: list[Operation], answer: bytes, log: bytes
) -> tuple[list[Violation], Counter[str]] | str:
    judge.judged = Counter()
    try:
        return judge.case(operations, answer, log), judge.judged
    except ValueError as error:
        return str(error)


def in_parts(
    parts: Parts, operations: list[Operation], answer: bytes, log: bytes
) -> tuple[list[Violation], Counter[str]] | str:
    try:
        found, judged = parts.case(cut(encode(operations)), lambda: operations, answer, log)
    except ValueError as error:
        return str(error)
    return found, total(judged)


def test_a_case_has_a_part_for_each_snapshot() -> None:
    snapshot = Operation(Code.SNAPSHOT)
    store = Operation(Code.STORE, 1, entry=3)
    parts = cut(encode([store, snapshot, snapshot, store]))
    assert parts == [encode([store, snapshot]), encode([snapshot]), encode([store])]
    assert cut(b"") == []


def test_right_answers_are_judged_the_same_and_many_parts_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    together, parts = Judge(2), Parts(Judge(2))
    all_parts = judged = 0
    once = Parts._judged

    def counted(*given: Any) -> Any:
        nonlocal judged
        judged += 1
        return once(*given)

    monkeypatch.setattr(Parts, "_judged", counted)
    for operations, answer, log in cases():
        assert in_parts(parts, operations, answer, log) == whole(together, operations, answer, log)
        all_parts += len([*_looked_at_last(cut(encode(operations)))])
    assert 0 < judged < all_parts


def broken(answer: bytes, log: bytes, draw: random.Random) -> list[tuple[bytes, bytes]]:
    """The same with something wrong in it: a bit, too little, too much, a record elsewhere."""
    at = draw.randrange(HEADER.size, len(answer))
    flipped = bytearray(answer)
    flipped[at] ^= 1 << draw.randrange(8)
    record = 24 * draw.randrange(max(1, len(log) // 24))
    return [
        (bytes(flipped), log),
        (answer[:-8], log),
        (answer + bytes(8), log),
        (answer, log[:record] + log[record + 24 :]),
        (answer, log + log[record : record + 24]),
        (answer, log + b"\1\0\xff\0" + bytes(20)),
        (answer, log[:-3]),
    ]


def test_wrong_answers_are_judged_the_same_after_right_ones() -> None:
    """A judge that knows what is right of a part says of what is wrong in it all that it is."""
    together, parts = Judge(2), Parts(Judge(2))
    draw = random.Random(7)
    violations = errors = 0
    for operations, answer, log in cases()[::3]:
        for one in [(answer, log), *broken(answer, log, draw), (answer, log)]:
            told = whole(together, operations, *one)
            assert in_parts(parts, operations, *one) == told
            violations += bool(told[0]) and not isinstance(told, str)
            errors += isinstance(told, str)
    assert violations > 10 and errors > 10


def test_what_the_judge_forgets_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    few = Judge(2, keep=2000)
    parts = Parts(few)
    for operations, answer, log in cases():
        told = in_parts(parts, operations, answer, log)
        assert told[0] == whole(Judge(2), operations, answer, log)[0]
    assert few.age > 3
    assert len(parts._histories) < 40
