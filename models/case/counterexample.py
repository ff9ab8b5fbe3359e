# SPDX-License-Identifier: GPL-2.0-or-later
"""Counterexamples as files: JSON in the format of ``models/case/COUNTEREXAMPLE.md``.

A file says all that is needed to judge the case again elsewhere, in fields that people can read.
Files come from other people, so reading is strict: everything that the format does not provide for
is refused in one line that says where it is.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from models.case.finding import Finding
from models.case.notation import CODES, FLAG_NAMES, entry_text, flag_names, parse_entry
from models.case.reference import SplitKind
from models.case.strict_json import FormatError, Reader, parse
from models.kernel.printable import clean
from specs.stream import Answer, cut, cut_one
from xarray_model.geometry import CHUNK_SHIFTS
from xarray_model.operations import FIELDS, FLAGS, LIMITS, WORD, Code, Flag, Operation
from xarray_model.snapshot import decode

FORMAT = "xasplit counterexample"
VERSION = 1
MOST_BYTES = 64 << 20
"""Size of the largest file that is read."""
MOST_OPERATIONS = 100_000


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A finding, with what it takes to replay it.

    ``split`` is the model's split that the implementation had to agree with; ``sources`` the sha256
    of each source file of the implementation (64 hexadecimal digits), by its path; ``seed`` that of
    the search, None if it had none; ``replay`` the command, up to the name of this file.
    """

    finding: Finding
    split: SplitKind
    sources: Mapping[str, str]
    tool_version: str
    seed: int | None = None
    replay: str = "xasplit replay"


def dumps(example: Counterexample) -> str:
    """The text of the file; FormatError when the format cannot hold the example.

    Characters that do not print are replaced in what the implementation is called and did.
    """
    finding = replace(
        example.finding,
        implementation=clean(example.finding.implementation),
        detail=clean(example.finding.detail),
    )
    record = {
        "format": FORMAT,
        "version": VERSION,
        "tool_version": example.tool_version,
        "replay": example.replay,
        "implementation": {
            "name": finding.implementation,
            "split": example.split.value,
            "sources": dict(sorted(example.sources.items())),
        },
        "chunk_shift": finding.chunk_shift,
        "seed": example.seed,
        "property": {
            "name": finding.property,
            "statement": finding.statement,
            "detail": finding.detail,
            "operation": finding.operation,
        },
        "operations": [_operation_record(operation) for operation in finding.operations],
        "expected": _results_record(finding.operations, finding.expected),
        "actual": _results_record(finding.operations, finding.actual),
    }
    text = json.dumps(record, indent=2) + "\n"
    if loads(text) != replace(example, finding=finding):
        raise FormatError("what would be read back is not what was to be written")
    return text


def loads(text: str | bytes) -> Counterexample:
    """The counterexample in a file's text; FormatError when it is none."""
    return _counterexample(parse(text))


def _counterexample(file: Reader) -> Counterexample:
    file.require("a counterexample", FORMAT, VERSION)
    (_, _, tool, replay, implementation, shift, seed, broken, operations, expected, actual) = (
        file.fields(
            "format",
            "version",
            "tool_version",
            "replay",
            "implementation",
            "chunk_shift",
            "seed",
            "property",
            "operations",
            "expected",
            "actual",
        )
    )
    name, split, sources = implementation.fields("name", "split", "sources")
    prop, statement, detail, place = broken.fields("name", "statement", "detail", "operation")
    case = tuple(_operation(one) for one in operations.items(MOST_OPERATIONS))
    if not case:
        operations.fail("must not be empty")
    finding = Finding(
        implementation=name.text(),
        chunk_shift=shift.number(max(CHUNK_SHIFTS), min(CHUNK_SHIFTS)),
        property=prop.text(),
        statement=statement.text(),
        detail=detail.text(),
        operation=place.optional(lambda one: one.number(len(case) - 1)),
        operations=case,
        expected=_complete(expected, case),
        actual=_results(actual, case),
    )
    return Counterexample(
        finding,
        split.parsed(_split_kind),
        sources.digests(),
        tool.text(),
        seed.optional(lambda one: one.number(WORD)),
        replay.text(),
    )


def _split_kind(text: str) -> SplitKind:
    known = [kind.value for kind in SplitKind]
    if text not in known:
        raise ValueError(f"unknown split {text[:40]!r}; known are {', '.join(known)}")
    return SplitKind(text)


def _operation_record(operation: Operation) -> dict[str, object]:
    record: dict[str, object] = {"op": operation.code.name.lower()}
    for name in FIELDS[operation.code]:
        value = getattr(operation, name)
        record[name] = entry_text(value) if name == "entry" else value
    if operation.flags:
        record["flags"] = flag_names(operation.flags)
    return record


def _operation(record: Reader) -> Operation:
    if not isinstance(record.value, dict) or not isinstance(record.value.get("op"), str):
        record.fail("must be an object that names its operation in the field 'op'")
    op = record.value["op"]
    code = CODES.get(op)
    if code is None:
        record.fail(f"unknown operation {op[:40]!r}")
    used = FIELDS[code]
    with_flags = ("flags",) if "flags" in record.value else ()
    _, *values = record.fields("op", *used, *with_flags)
    numbers: dict[str, int] = {}
    for name, value in zip(used, values, strict=False):
        entry = name == "entry"
        numbers[name] = value.parsed(parse_entry) if entry else value.number(LIMITS[name])
    flags = Flag.NONE
    for one in values[-1].items(len(Flag)) if with_flags else ():
        flag = FLAG_NAMES.get(one.text(), Flag.NONE)
        if not flag & FLAGS.get(code, Flag.NONE):
            one.fail(f"{op} has no flag {one.text()[:40]!r}")
        flags |= flag
    return Operation(code, flags=flags, **numbers)


def _results_record(operations: Sequence[Operation], data: bytes) -> dict[str, object]:
    """One record for each complete answer, and the bytes that are left."""
    answers: list[dict[str, object]] = []
    view, position = memoryview(data), 0
    for operation in operations:
        try:
            answer, position = cut_one(operation, view, position)
        except struct.error:
            break
        answers.append(_answer_record(answer))
    return {"answers": answers, "rest": _base64(view[position:])}


def _answer_record(answer: Answer) -> dict[str, object]:
    if answer.snapshot is not None:
        return {"snapshot": _base64(answer.snapshot)}
    return {"words": list(answer.words)}


def _results(record: Reader, operations: Sequence[Operation]) -> bytes:
    answers, rest = record.fields("answers", "rest")
    parts = []
    for operation, one in zip(operations, answers.items(len(operations)), strict=False):
        part = _answer_bytes(one, operation)
        try:
            _, end = cut_one(operation, memoryview(part), 0)
        except struct.error:
            end = -1
        if end != len(part):
            one.fail(f"is no answer to {operation.code.name.lower()}")
        parts.append(part)
    return b"".join(parts) + rest.parsed(_bytes)


def _complete(record: Reader, operations: Sequence[Operation]) -> bytes:
    """The model's answers: all of them, with snapshots as a model makes them."""
    data = _results(record, operations)
    try:
        for answer in cut(operations, data):
            if answer.snapshot is not None:
                decode(answer.snapshot)
    except ValueError as error:
        record.fail(str(error))
    return data


def _answer_bytes(record: Reader, operation: Operation) -> bytes:
    if operation.code is Code.SNAPSHOT:
        return record.fields("snapshot")[0].parsed(_bytes)
    words = record.fields("words")[0].items(MOST_BYTES)
    return struct.pack(f"<{len(words)}Q", *(word.number(WORD) for word in words))


def _base64(data: bytes | memoryview) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise ValueError("must be base64") from None
