# SPDX-License-Identifier: GPL-2.0-or-later
"""A group of cases is told once, and what differs among its cases is seen all the same."""

import random
import struct
from collections.abc import Iterator

import pytest

from models.case.extent import Start
from models.driver.shared_memory import MOST_FINDINGS
from models.driver.worker import FLAGS_OF_START, INDEX_AT_START, Status, Worker, group
from models.mutants.mutant import Mutant
from models.mutants.run import mutated
from models.sweep import grouped
from models.sweep.cases import FIRST
from models.sweep.families import CaseGroup
from models.sweep.sweep import Unit, complete_units, sampled_units
from xarray_model.entries import mk_value
from xarray_model.operations import RECORD, Code, Flag, Operation, encode


def made(record: bytes, starts: int) -> Iterator[bytes]:
    """The cases of a group, as the driver makes them."""
    number, count = struct.unpack_from("<II", record)
    assert count == starts
    operations = record[8 : 8 + 32 * number]
    for offset, flags in struct.iter_unpack("<QQ", record[8 + 32 * number :]):
        case = b""
        for code, order, new_order, mark, told, index, entry, argument in RECORD.iter_unpack(
            operations
        ):
            index ^= offset * bool(told & INDEX_AT_START)
            told |= flags * bool(told & FLAGS_OF_START)
            told &= ~(INDEX_AT_START | FLAGS_OF_START)
            case += RECORD.pack(code, order, new_order, mark, told, index, entry, argument)
        yield case


def test_every_family_tells_its_groups_once() -> None:
    """And what the driver makes of that are the cases."""
    units = [*complete_units((1, 2)), *sampled_units((2, 6), 1)]
    drawn = random.Random(5)
    for unit in {(unit.family, unit.chunk_shift): unit for unit in units}.values():
        total = unit.cases.total_groups(unit.chunk_shift, unit.order, unit.new_order)
        for number in {0, *(drawn.randrange(total) for _ in range(3))}:
            one = unit.cases.group_at(unit.chunk_shift, unit.order, unit.new_order, number)
            starts = one.some_starts(drawn) if unit.sample else one.starts()
            ((record, count),) = grouped.records(one, starts, encode(one.operations()))
            want = [encode(one.operations(start)) for start in starts]
            assert list(made(record, count)) == want, unit


class _Otherwise:
    """A group whose cases differ in more than a start tells."""

    def operations(self, start: Start = FIRST) -> list[Operation]:
        return [Operation(Code.STORE, start.offset, entry=mk_value(start.offset))]


def test_what_differs_in_more_than_its_start_is_told_case_by_case() -> None:
    starts = [Start(0, True), Start(5, True)]
    one: CaseGroup = _Otherwise()  # type: ignore[assignment]
    told = grouped.records(one, starts, encode(one.operations()))
    assert [list(made(*record)) for record in told] == [
        [encode(one.operations(start))] for start in starts
    ]


def test_a_group_has_no_more_starts_than_there_may_be_findings() -> None:
    one = Unit(2, 9, 9).cases.group_at(2, 9, 9, 0)
    told = grouped.records(one, one.starts(), encode(one.operations()))
    assert [count for _, count in told] == [MOST_FINDINGS] * 4
    cases = [case for record in told for case in made(*record)]
    assert cases == [encode(one.operations(start)) for start in one.starts()]


DEFECTS = {
    "answers with other bytes": "if (at == 5) node->count++;",
    "logs otherwise": "if (at == 5) xas_update(xas, node);",
    "fails an assertion": "XA_NODE_BUG_ON(node, at == 5);",
    "crashes": "if (at == 5) *(volatile int *)0 = 0;",
    "hangs": 'while (at == 5) __asm__ volatile("");',
}
PLANTED = "".join(
    f"	if (xa_to_value(entry) == {number}) {{ {statement} }}\n"
    for number, statement in enumerate(DEFECTS.values(), 1)
)
BEGINS = "	unsigned int values = node->nr_values;\n"


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """A port in which the entry says what goes wrong at index 5 of the split."""
    at = "	unsigned long at = xas->xa_index;\n"
    one = mutated(
        Mutant("at-one-index", "planted", "lib/xarray_split.c", BEGINS, BEGINS + at + PLANTED, (),
               chunk_shift=2)
    )  # fmt: skip
    with Worker(one.executables[2], hang_seconds=0.1) as made:
        yield made


def split(entry: int, index: int = 0, marks: int = 0) -> list[bytes]:
    return [
        Operation(Code.STORE, 0, 3, entry=4).encode(),
        RECORD.pack(Code.SPLIT, 3, 0, 0, marks, index, mk_value(entry), 0),
        Operation(Code.SNAPSHOT).encode(),
    ]


def told(worker: Worker, entry: int) -> list[tuple[int, Status | None]]:
    """How many cases in a row had each answer, and how they ended: splits at eight indices."""
    template = b"".join(split(entry, marks=INDEX_AT_START))
    places = b"".join(struct.pack("<QQ", offset, Flag.NONE) for offset in range(8))
    result = worker.run_groups([(group(template, 8, places), 8)] * 2, log=True)
    ends = {one.case: one.status for one in result.abnormal}
    one_by_one = worker.run([b"".join(split(entry, index)) for index in range(8)] * 2, log=True)
    number = 0
    for place, times in enumerate(result.times):
        for case in range(number, number + times):
            # The same as case by case, with what was completed of those that end early.
            assert result.case(place) == one_by_one.case(case)
            assert result.case_log(place) == one_by_one.case_log(case)
        number += times
    return [(times, ends.get(place)) for place, times in enumerate(result.times)]


def test_what_answers_alike_is_told_once(worker: Worker) -> None:
    assert told(worker, 40) == [(8, None)] * 2


@pytest.mark.parametrize(
    ("defect", "apart"),
    [
        ("answers with other bytes", [(5, None), (1, None), (2, None)] * 2),
        ("logs otherwise", [(5, None), (1, None), (2, None)] * 2),
        ("fails an assertion", [(5, None), (1, Status.ASSERTION), (2, None)] * 2),
        # What ends the process ends the groups: these cases are run one by one then.
        ("crashes", [(5, None), (1, Status.CRASH)]),
        ("hangs", [(5, None), (1, Status.HANG)]),
    ],
)
def test_what_goes_wrong_at_one_index_is_told_apart(
    worker: Worker, defect: str, apart: list[tuple[int, Status | None]]
) -> None:
    assert told(worker, [*DEFECTS].index(defect) + 1) == apart
