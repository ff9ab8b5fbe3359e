# SPDX-License-Identifier: GPL-2.0-or-later
"""Counterexamples as files: JSON in the format of ``models/case/COUNTEREXAMPLE.md``.

A file says all that is needed to judge the case again elsewhere, in fields that people can read.
Files come from other people, so reading is strict: everything that the format does not provide for
is refused in one line that says where it is.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from models.case.finding import Finding
from models.case.notation import entry_text, flag_names, parse_entry
from models.case.reference import SplitKind
from models.case.strict_json import Files, FormatError, Record, Shift, Word, convert, parse
from models.kernel.configuration import CHECKED, Configuration, parse_configuration
from models.kernel.printable import clean
from specs.stream import cut, cut_one
from xarray_model.operations import FIELDS, FLAGS, LIMITS, WORD, Code, Flag, Operation
from xarray_model.snapshot import decode

FORMAT: Literal["xasplit counterexample"] = "xasplit counterexample"
VERSION: Literal[1] = 1
MOST_BYTES = 64 << 20
"""Size of the largest file that is read."""
MOST_OPERATIONS = 100_000


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A finding, with what it takes to replay it.

    ``split`` is the model's split that the implementation had to agree with; ``sources`` the sha256
    of each source file of the implementation (64 hexadecimal digits), by its path; ``seed`` that of
    the search, None if it had none; ``replay`` the command, up to the name of this file;
    ``configuration`` what the sources were compiled for.
    """

    finding: Finding
    split: SplitKind
    sources: Mapping[str, str]
    tool_version: str
    seed: int | None = None
    replay: str = "xasplit replay"
    configuration: Configuration = CHECKED


class _Implementation(Record):
    name: str
    split: SplitKind
    sources: Files
    configuration: str | UnsetType = UNSET

    @property
    def configured(self) -> Configuration:
        """What it was compiled for; FormatError if that is nothing."""
        if self.configuration is UNSET:
            return CHECKED
        try:
            return parse_configuration(self.configuration, CHECKED)
        except ValueError as error:
            raise FormatError(f"implementation.configuration: {error}") from None


class _Property(Record):
    name: str
    statement: str
    detail: str
    operation: Annotated[int, Meta(ge=0, lt=MOST_OPERATIONS)] | None


class _Entry(int):
    """A word that a file has as an entry."""

    @classmethod
    def read(cls, value: object) -> _Entry:
        """The word of an entry's text; ValueError if it is none."""
        if not isinstance(value, str):
            raise ValueError("must be a string")
        return cls(parse_entry(value))


def _number(field: str) -> object:
    """The type of a field of an operation."""
    if field == "entry":
        return _Entry
    return Word if LIMITS[field] == WORD else Annotated[int, Meta(ge=0, le=LIMITS[field])]


def _operation_record(code: Code) -> type[msgspec.Struct]:
    """An object with the fields that an operation uses, and the flags that it may have."""
    names = tuple(flag_names(FLAGS.get(code, Flag.NONE)))
    flags: list[Any] = [("flags", tuple[Literal[names], ...], ())] if names else []  # type: ignore[valid-type]
    return msgspec.defstruct(
        code.name,
        [*((field, _number(field)) for field in FIELDS[code]), *flags],
        tag_field="op",
        tag=code.name.lower(),
        forbid_unknown_fields=True,
        omit_defaults=True,
    )


_RECORDS = {code: _operation_record(code) for code in Code}
if TYPE_CHECKING:
    _OperationRecord = msgspec.Struct
else:
    _OperationRecord = reduce(or_, _RECORDS.values())


class _Answer(Record):
    """What was answered to an operation: words, or to a snapshot its bytes."""

    words: tuple[Word, ...] | UnsetType = UNSET
    snapshot: bytes | UnsetType = UNSET

    def data(self, operation: Operation) -> bytes:
        """The bytes of the answer; ValueError if it is none to this operation."""
        told = self.snapshot if operation.code is Code.SNAPSHOT else self.words
        other = self.words if operation.code is Code.SNAPSHOT else self.snapshot
        if isinstance(told, tuple):
            told = struct.pack(f"<{len(told)}Q", *told)
        if told is not UNSET and other is UNSET:
            try:
                if cut_one(operation, memoryview(told), 0)[1] == len(told):
                    return told
            except struct.error:
                pass
        raise ValueError(f"is no answer to {operation.code.name.lower()}")


class _Results(Record):
    """The complete answers, and the bytes that are left."""

    answers: tuple[_Answer, ...]
    rest: bytes

    def data(self, place: str, operations: Sequence[Operation]) -> bytes:
        """What was answered to the operations; FormatError, with the ``place``, if it was not."""
        if len(self.answers) > len(operations):
            raise FormatError(f"{place}.answers: has more than the {len(operations)} operations")
        parts = []
        for number, (one, operation) in enumerate(zip(self.answers, operations, strict=False)):
            try:
                parts.append(one.data(operation))
            except ValueError as error:
                raise FormatError(f"{place}.answers[{number}]: {error}") from None
        return b"".join(parts) + self.rest


class _File(Record):
    """What a file says."""

    format: Literal["xasplit counterexample"]
    version: Literal[1]
    tool_version: str
    replay: str
    implementation: _Implementation
    chunk_shift: Shift
    seed: Word | None
    property: _Property
    operations: Annotated[
        tuple[_OperationRecord, ...], Meta(min_length=1, max_length=MOST_OPERATIONS)
    ]
    expected: _Results
    actual: _Results


def dumps(example: Counterexample) -> str:
    """The text of the file; FormatError when the format cannot hold the example.

    Characters that do not print are replaced in what the implementation is called and did.
    """
    finding = replace(
        example.finding,
        implementation=clean(example.finding.implementation),
        detail=clean(example.finding.detail),
    )
    name, place = finding.property, finding.operation
    record = _File(
        FORMAT,
        VERSION,
        example.tool_version,
        example.replay,
        _Implementation(
            finding.implementation,
            example.split,
            dict(sorted(example.sources.items())),
            example.configuration.beside(CHECKED) or UNSET,
        ),
        finding.chunk_shift,
        None if example.seed is None else Word(example.seed),
        _Property(name, finding.statement, finding.detail, place),
        tuple(map(_operation, finding.operations)),
        _results(finding.operations, finding.expected),
        _results(finding.operations, finding.actual),
    )
    text = json.dumps(msgspec.to_builtins(record, enc_hook=int), indent=2) + "\n"
    if loads(text) != replace(example, finding=finding):
        raise FormatError("what would be read back is not what was to be written")
    return text


def loads(text: str | bytes) -> Counterexample:
    """The counterexample in a file's text; FormatError when it is none."""
    file = convert(parse(text, "a counterexample", FORMAT, VERSION), _File, MOST_BYTES)
    operations = tuple(map(_read, file.operations))
    place = file.property.operation
    if place is not None and place >= len(operations):
        raise FormatError(f"property.operation: must be in 0..{len(operations) - 1}")
    finding = Finding(
        implementation=file.implementation.name,
        chunk_shift=file.chunk_shift,
        property=file.property.name,
        statement=file.property.statement,
        detail=file.property.detail,
        operation=place,
        operations=operations,
        expected=_complete(file.expected, operations),
        actual=file.actual.data("actual", operations),
        bits=file.implementation.configured.bits,
    )
    made, seed = file.implementation, None if file.seed is None else int(file.seed)
    return Counterexample(
        finding, made.split, made.sources, file.tool_version, seed, file.replay, made.configured
    )


def _operation(one: Operation) -> msgspec.Struct:
    numbers = {field: getattr(one, field) for field in FIELDS[one.code]}
    if "entry" in numbers:
        numbers["entry"] = entry_text(one.entry)
    flags = {"flags": tuple(flag_names(one.flags))} if one.flags else {}
    return _RECORDS[one.code](**numbers, **flags)


def _read(record: msgspec.Struct) -> Operation:
    code = Code[type(record).__name__]
    numbers = {name: int(getattr(record, name)) for name in FIELDS[code]}
    names = getattr(record, "flags", ())
    flags = reduce(or_, (Flag[name.upper()] for name in names), Flag.NONE)
    return Operation(code, flags=flags, **numbers)


def _results(operations: Sequence[Operation], data: bytes) -> _Results:
    """A record for each complete answer, and the bytes that are left."""
    answers: list[_Answer] = []
    view, position = memoryview(data), 0
    for operation in operations:
        try:
            answer, position = cut_one(operation, view, position)
        except struct.error:
            break
        if answer.snapshot is not None:
            answers.append(_Answer(snapshot=answer.snapshot))
        else:
            answers.append(_Answer(tuple(map(Word, answer.words))))
    return _Results(tuple(answers), bytes(view[position:]))


def _complete(results: _Results, operations: Sequence[Operation]) -> bytes:
    """The model's answers: all of them, with snapshots as a model makes them."""
    data = results.data("expected", operations)
    try:
        for answer in cut(operations, data):
            if answer.snapshot is not None:
                decode(answer.snapshot)
    except ValueError as error:
        raise FormatError(f"expected: {error}") from None
    return data
