# SPDX-License-Identifier: GPL-2.0-or-later
import json
import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.case.counterexample import Counterexample, dumps, loads
from models.case.finding import Finding
from models.case.reference import SplitKind, run_case
from models.case.strict_json import FormatError
from models.driver.worker import Worker
from models.kernel.configuration import Configuration
from models.kernel.source import port_source
from models.subject.build import build
from specs.stream import FIXED
from tests.models.pictured import PTR1, V17, Node, picture
from xarray_model.operations import FIELDS, FLAGS, RECORD, Code, Flag, Operation, encode

OPERATIONS = (
    Operation(Code.STORE, index=8, order=3, entry=PTR1),
    Operation(Code.SPLIT, 9, 3, 0, V17, flags=Flag.NONBLOCKING),
    Operation(Code.SNAPSHOT),
    Operation(Code.FIND, index=0, argument=(1 << 64) - 1),
)
EXPECTED = run_case(OPERATIONS, 2).results
WRONG = bytearray(EXPECTED)
WRONG[8 * 7 + 24 + 3] ^= 1  # nr_values of the root
FINDING = Finding(
    "port",
    2,
    "nr-values",
    "nr_values counts values",
    "it does not",
    2,
    OPERATIONS,
    EXPECTED,
    bytes(WRONG),
)
SOURCES = {"lib/xarray.c": "0" * 64, "include/linux/xarray.h": "ab" * 32}
EXAMPLE = Counterexample(FINDING, SplitKind.ITERATIVE, SOURCES, "0.1.0", seed=7)


def test_a_file_gives_back_what_was_written() -> None:
    assert loads(dumps(EXAMPLE)) == EXAMPLE


def test_the_word_size_comes_back_with_the_configuration() -> None:
    for bits in (32, 64):
        narrow = replace(EXAMPLE, configuration=Configuration(debug=True, bits=bits))
        assert loads(dumps(narrow)).finding.bits == bits


def test_a_change_in_the_file_is_a_change_in_the_example() -> None:
    """A loader that returned what it was told last would pass the test above."""
    assert loads(dumps(EXAMPLE).replace('"index": 8', '"index": 16')) != EXAMPLE


def test_people_can_read_the_operations() -> None:
    record = json.loads(dumps(EXAMPLE))
    assert (record["format"], record["version"]) == ("xasplit counterexample", 1)
    assert record["operations"] == [
        {"op": "store", "index": 8, "order": 3, "entry": "ptr1"},
        {
            "op": "split",
            "index": 9,
            "order": 3,
            "new_order": 0,
            "entry": "v:17",
            "flags": ["nonblocking"],
        },
        {"op": "snapshot"},
        {"op": "find", "index": 0, "argument": 18446744073709551615},
    ]
    assert record["expected"]["answers"][0] == {"words": [0]}
    assert record["expected"]["rest"] == ""


@pytest.mark.parametrize("end", range(0, len(EXPECTED), 13))
def test_an_answer_that_ends_anywhere(end: int) -> None:
    """The code under test may die within a word."""
    example = replace(EXAMPLE, finding=replace(FINDING, actual=EXPECTED[:end]))
    assert loads(dumps(example)) == example


def test_an_answer_that_goes_on_too_long() -> None:
    example = replace(EXAMPLE, finding=replace(FINDING, actual=EXPECTED + b"\xff" * 9))
    assert loads(dumps(example)) == example


def test_what_does_not_print_is_replaced() -> None:
    finding = replace(FINDING, detail="warning \x1b[31m\nat")
    assert (
        loads(dumps(replace(EXAMPLE, finding=finding))).finding.detail == "warning \ufffd[31m\nat"
    )


WORDS = st.integers(0, (1 << 64) - 1)
LIMITS = {"order": st.integers(0, 63), "new_order": st.integers(0, 63), "mark": st.integers(0, 2)}


@st.composite
def operations(draw: st.DrawFn) -> Operation:
    code = draw(st.sampled_from(Code))
    fields = {name: draw(LIMITS.get(name, WORDS)) for name in FIELDS[code]}
    if code in (Code.NEXT, Code.PREV):
        fields["argument"] %= 5
    flags = Flag(draw(st.integers(0, 255)) & FLAGS.get(code, Flag.NONE))
    return Operation(code, flags=flags, **fields)


def answer(operation: Operation, draw: st.DrawFn) -> bytes:
    code = operation.code
    if code is Code.SNAPSHOT:
        count = draw(st.integers(0, 2))
        return picture(1, Node(0, [draw(WORDS) & ~3 for _ in range(count)])).encode()
    count = 1 + 2 * operation.argument if code in (Code.NEXT, Code.PREV) else FIXED.get(code, 0)
    words = [draw(WORDS) for _ in range(count)]
    if code in (Code.FIND, Code.FIND_MARKED):
        found = draw(st.integers(0, 3))
        words = [found, *(draw(WORDS) for _ in range(2 * found))]
    elif code in (Code.CURSOR_FIND_CONFLICT, Code.EXTRACT, Code.EXTRACT_MARKED):
        found = draw(st.integers(0, 3))
        words = [found, *(draw(WORDS) for _ in range(found))]
    return struct.pack(f"<{len(words)}Q", *words)


@st.composite
def examples(draw: st.DrawFn) -> Counterexample:
    case = tuple(draw(st.lists(operations(), min_size=1, max_size=6)))
    expected = b"".join(answer(operation, draw) for operation in case)
    printable = st.text(st.characters(exclude_categories=("C", "Z")))
    finding = Finding(
        implementation=draw(printable),
        chunk_shift=draw(st.integers(1, 6)),
        property=draw(printable),
        statement=draw(printable),
        detail=draw(printable),
        operation=draw(st.none() | st.integers(0, len(case) - 1)),
        operations=case,
        expected=expected,
        actual=draw(st.binary() | st.just(expected)),
    )
    return Counterexample(
        finding,
        draw(st.sampled_from(SplitKind)),
        draw(st.dictionaries(printable, st.just("0123456789abcdef" * 4), max_size=3)),
        draw(printable),
        draw(st.none() | WORDS),
        draw(printable),
    )


@settings(max_examples=60)
@given(examples())
def test_every_example_comes_back(example: Counterexample) -> None:
    assert loads(dumps(example)) == example


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[bytes], bytes]:
    """Operations as the driver reads them, with anything in the fields that they do not use; and an
    answer to them."""
    records, answers = [], []
    for code in draw(st.lists(st.sampled_from(Code), min_size=1, max_size=6)):
        steps = code in (Code.NEXT, Code.PREV, Code.COUNT_ALLOC)
        orders = st.integers(0, 6)
        entry = (
            draw(WORDS) if "entry" not in FIELDS[code] else draw(st.sampled_from([0, PTR1, V17]))
        )
        words = (draw(WORDS), entry, draw(st.integers(0, 20) if steps else WORDS))
        small = (draw(orders), draw(orders), draw(LIMITS["mark"]), draw(st.integers(0, 255)))
        records.append(RECORD.pack(code, *small, *words))
        answers.append(answer(Operation.decode(records[-1]), draw))
    return records, b"".join(answers)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=cases())
def test_whatever_is_run_can_be_saved_and_answers_the_same_when_it_is_run_again(
    worker: Worker, case: tuple[list[bytes], bytes]
) -> None:
    records, expected = case
    run = worker.run([b"".join(records)])
    operations = tuple(Operation.decode(record) for record in records)
    finding = replace(
        FINDING, operation=0, operations=operations, expected=expected, actual=run.results
    )
    saved = loads(dumps(replace(EXAMPLE, finding=finding))).finding
    assert saved == finding
    # The driver does not look at fields that an operation does not use: nothing is lost with them.
    again = worker.run([encode(list(saved.operations))])
    assert (again.results, again.abnormal) == (run.results, run.abnormal)


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """The port's driver."""
    with Worker(build(port_source(), 2)) as worker:
        yield worker


def put(*path: str | int, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(record: Any) -> None:
        for step in path[:-1]:
            record = record[step]
        record[path[-1]] = value

    return change


def drop(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda record: record.pop(name)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put("format", value="other"), 'lacks "format": "xasplit counterexample"'),
        (put("version", value=2), "is of format version 2; this xasplit reads 1"),
        (put("version", value=True), "is of format version True"),
        (put("version", value="\x1b"), "is of format version '\\\\x1b'"),
        (drop("seed"), "the file: lacks the field 'seed'"),
        (put("more", value=1), "unknown field 'more'"),
        (put("chunk_shift", value=7), "chunk_shift: must be in 1..6"),
        (put("chunk_shift", value=2.0), "chunk_shift: must be an integer"),
        (put("seed", value=1 << 64), "seed: must be in 0..18446744073709551615"),
        (put("seed", value=True), "seed: must be an integer"),
        (put("tool_version", value=1), "tool_version: must be a string"),
        (put("replay", value="\x1b[2J"), "replay: has characters that do not print"),
        (put("implementation", value=[]), "implementation: must be an object"),
        (put("implementation", "split", value="none"), "split: is 'none', not one of iterative"),
        (put("implementation", "sources", "a", value="12"), "sources.*: must be a sha256 of 64"),
        (put("implementation", "sources", value=3), "sources: must be an object"),
        (put("property", "operation", value=4), "property.operation: must be in 0..3"),
        (put("operations", value={}), "operations: must be an array"),
        (put("operations", value=[]), "operations: must be an array of length >= 1"),
        (put("operations", 1, value=3), "operations\\[1\\]: must be an object"),
        (put("operations", 1, "op", value="spilt"), "operations\\[1\\].op: 'spilt' is unknown"),
        (put("operations", 1, "op", value=2), "operations\\[1\\].op: must be a string"),
        (put("operations", 1, "mark", value=0), "operations\\[1\\]: unknown field 'mark'"),
        (put("operations", 1, "order", value=64), "operations\\[1\\].order: must be in 0..63"),
        (put("operations", 1, "index", value=-1), "operations\\[1\\].index: must be in 0.."),
        (put("operations", 1, "entry", value="ptr01"), "'ptr01' is not an entry"),
        (
            put("operations", 1, "flags", value=["pause"]),
            "\\[0\\]: is 'pause', not one of lru, nonblocking",
        ),
        (put("operations", 1, "flags", value=[1]), "flags\\[0\\]: must be a string"),
        (put("expected", "rest", value="AA"), "expected.rest: must be base64"),
        (put("expected", "rest", value="AAAA"), "expected: 3 bytes too many"),
        (put("expected", "answers", value=[]), "expected: results cut short"),
        (put("actual", "answers", 0, "words", value=[0, 0]), "is no answer to store"),
        (put("actual", "answers", 0, "words", value=[1 << 64]), "words\\[0\\]: must be in 0.."),
        (put("actual", "answers", 3, "words", 0, value=1 << 63), "is no answer to find"),
        (put("actual", "answers", 2, "snapshot", value="AAAA"), "is no answer to snapshot"),
        (put("expected", "answers", 2, "words", value=[]), "is no answer to snapshot"),
    ],
)
def test_a_damaged_file_is_told_in_one_line(
    change: Callable[[dict[str, Any]], None], message: str
) -> None:
    record = json.loads(dumps(EXAMPLE))
    change(record)
    with pytest.raises(FormatError, match=message) as raised:
        loads(json.dumps(record))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff\xfe\xff",
        b"[]",
        b"null",
        b"{",
        b"[" * 100_000,
        b'{"format": NaN}',
        b'{"format": "xasplit counterexample", "version": 1, "version": 1}',
        b'{"version": ' + b"9" * 5000 + b"}",
        b'{"format": "xasplit counterexample", "version": 1e999}',
    ],
)
def test_what_is_no_counterexample_at_all(text: bytes) -> None:
    with pytest.raises(FormatError) as raised:
        loads(text)
    assert "\n" not in str(raised.value)


@settings(max_examples=100)
@given(st.data())
def test_any_damage_is_a_format_error_or_another_example(data: st.DataObject) -> None:
    text = bytearray(dumps(EXAMPLE).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = loads(bytes(text))
    except FormatError:
        return
    assert loads(dumps(found)) == found


def test_a_step_count_beyond_all_memory_is_no_answer() -> None:
    record = json.loads(dumps(EXAMPLE))
    record["operations"][3] = {"op": "next", "index": 0, "argument": (1 << 64) - 1}
    with pytest.raises(FormatError, match="is no answer to next"):
        loads(json.dumps(record))


@pytest.mark.parametrize("digits", [400, 4_000, 5_000])
def test_a_number_of_many_digits_is_one_line(digits: int) -> None:
    text = '{"format": "xasplit counterexample", "version": 1, "seed": ' + "9" * digits + "}"
    with pytest.raises(FormatError) as caught:
        loads(text)
    assert "\n" not in str(caught.value)
