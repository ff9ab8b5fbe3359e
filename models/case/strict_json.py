# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading JSON that others wrote: whatever is not as it must be is one line that says where."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Annotated, Any, NoReturn, TypeAlias, TypeVar

import msgspec
from msgspec import Meta, inspect

from models.kernel.printable import clean

_T = TypeVar("_T")

MOST = 100_000
"""The most elements of an array, unless its format has fewer."""
_LARGEST = 1 << 128
_DEEPEST = 14
_WORDS = {
    "str": "a string",
    "int": "an integer",
    "float": "a number",
    "bool": "true or false",
    "array": "an array",
    "object": "an object",
    "null": "null",
}
"""How a message names what msgspec does."""


class FormatError(ValueError):
    """A file is not in its format; the message is one line that says what is wrong, and where."""


class Record(msgspec.Struct, forbid_unknown_fields=True):
    """An object with exactly the fields of its type."""


Shift: TypeAlias = Annotated[int, Meta(ge=1, le=6)]
"""A chunk shift."""
Digest: TypeAlias = Annotated[
    str,
    Meta(
        pattern="^[0-9a-f]{64}(?![\\s\\S])", extra={"must": "be a sha256 of 64 hexadecimal digits"}
    ),
]
Files: TypeAlias = dict[str, Digest]
"""The sha256 of files, by their path."""


def parse(text: str | bytes) -> Reader:
    """The JSON value of a text; FormatError when it is none, or names a field twice."""
    try:
        return Reader(json.loads(text, object_pairs_hook=_object, parse_constant=_no_number), "")
    except FormatError:
        raise
    except RecursionError:
        raise FormatError("the JSON is nested too deeply") from None
    except UnicodeDecodeError:
        raise FormatError("the file is not UTF-8 text") from None
    except ValueError as error:
        raise FormatError(f"the file is not JSON: {error}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise FormatError("an object of the JSON has the same name twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise FormatError(f"{text} is not a number that JSON has")


def check(value: Any, place: str = "", depth: int = 0) -> None:
    """Whether a value is of the plain kind that any format here holds: texts that a terminal can
    show, numbers that are finite and not too large, not nested too deeply.  FormatError if not."""
    here = Reader(value, place)
    if depth > _DEEPEST:
        here.fail("is nested too deeply")
    if isinstance(value, dict):
        for name, one in value.items():
            Reader(name, f"{place}: a name" if place else "a name").text()
            check(one, f"{place}.{name[:80]}" if place else name[:80], depth + 1)
    elif isinstance(value, list):
        for one in here.items(MOST):
            check(one.value, one.place, depth + 1)
    elif isinstance(value, str):
        here.text()
    elif isinstance(value, int | float) and not (
        math.isfinite(value) and -_LARGEST <= value <= _LARGEST
    ):
        here.fail("must be a smaller number")


def convert(value: Any, kind: type[_T]) -> _T:
    """A JSON value as ``kind``, a type that says what its fields are.  FormatError for any other,
    and for what is not ``check``ed to be plain."""
    check(value)
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        path = path.removesuffix("`")
        place = path.removeprefix(".") or "the file"
        raise FormatError(f"{place}: {_problem(message, kind, path)}") from None


def _problem(message: str, kind: type, path: str) -> str:
    """What msgspec says, in words that name what there may be instead."""
    if found := re.fullmatch("Expected `([a-z |]+)`, got `[a-z]+`", message):
        return f"must be {' or '.join(_WORDS.get(one, one) for one in found[1].split(' | '))}"
    if found := re.fullmatch("Object missing required field `(.*)`", message):
        return f"lacks the field {found[1]!r}"
    if found := re.fullmatch("Object contains unknown field `(.*)`", message, re.DOTALL):
        return f"unknown field {found[1][:40]!r}"
    wanted = _wanted(kind, path)
    if found := re.fullmatch("Invalid enum value (.*)", message, re.DOTALL):
        names: tuple[Any, ...] = ()
        if isinstance(wanted, inspect.EnumType):
            names = tuple(one.value for one in wanted.cls)
        elif isinstance(wanted, inspect.LiteralType):
            names = tuple(wanted.values)
        return f"is {found[1][:40]}, not one of {', '.join(map(str, names))}"
    if isinstance(wanted, inspect.Metadata):
        return " ".join(next(iter((wanted.extra or {}).items())))
    if isinstance(wanted, inspect.IntType) and message.startswith("Expected `int`"):
        return f"must be in {wanted.ge}..{wanted.le}"
    return message.replace("`", "")


def _wanted(kind: type, path: str) -> inspect.Type:
    """What a format has in this place: ``.artefacts[0].path``."""
    here = _bare(inspect.type_info(kind))
    for name in re.findall(r"\.(\w+)|\[[^\]]*\]", path):
        if isinstance(here, inspect.StructType):
            here = next(one.type for one in here.fields if one.encode_name == name)
        elif isinstance(here, inspect.DictType):
            here = here.value_type
        elif isinstance(here, inspect.VarTupleType):
            here = here.item_type
        here = _bare(here)
    return here


def _bare(kind: inspect.Type) -> inspect.Type:
    """A type without null, which may stand for it."""
    if isinstance(kind, inspect.UnionType):
        return next(one for one in kind.types if not isinstance(one, inspect.NoneType))
    return kind


class Reader:
    """One JSON value and where it is in the file; every question that it cannot answer fails."""

    def __init__(self, value: Any, place: str) -> None:
        self.value = value
        self.place = place

    def fail(self, problem: str) -> NoReturn:
        """Raise FormatError with the place in front."""
        raise FormatError(f"{self.place or 'the file'}: {problem}")

    def require(self, what: str, name: str, version: int) -> None:
        """Fail unless it is a file of the format of this name and version: ``what`` it must be."""
        if not isinstance(self.value, dict) or self.value.get("format") != name:
            self.fail(f'is not {what}: it lacks "format": "{name}"')
        found = self.value.get("version")
        if type(found) is not int or found != version:
            self.fail(f"is of format version {repr(found)[:20]}; this xasplit reads {version}")

    def fields(self, *names: str) -> list[Reader]:
        """The fields of an object that has exactly these."""
        if not isinstance(self.value, dict):
            self.fail("must be an object")
        for name in names:
            if name not in self.value:
                self.fail(f"lacks the field {name!r}")
        for name in self.value:
            if name not in names:
                self.fail(f"unknown field {name[:40]!r}")
        prefix = f"{self.place}." if self.place else ""
        return [Reader(self.value[name], f"{prefix}{name}") for name in names]

    def items(self, most: int) -> list[Reader]:
        """The elements of an array of at most ``most``."""
        if not isinstance(self.value, list):
            self.fail("must be an array")
        if len(self.value) > most:
            self.fail(f"has {len(self.value)} elements, more than {most}")
        return [Reader(value, f"{self.place}[{i}]") for i, value in enumerate(self.value)]

    def text(self) -> str:
        """A string that a terminal can show."""
        if not isinstance(self.value, str):
            self.fail("must be a string")
        if self.value != clean(self.value):
            self.fail("has characters that do not print")
        return self.value

    def number(self, highest: int, lowest: int = 0) -> int:
        """An integer in lowest..highest."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            self.fail("must be an integer")
        if not lowest <= self.value <= highest:
            self.fail(f"must be in {lowest}..{highest}")
        return self.value

    def digests(self) -> dict[str, str]:
        """An object that gives files their SHA-256, by their path."""
        if not isinstance(self.value, dict):
            self.fail("must be an object")
        for path, digest in self.value.items():
            if path != clean(path):
                self.fail(f"{path[:80]!r} has characters that do not print")
            if not isinstance(digest, str) or not re.fullmatch("[0-9a-f]{64}", digest):
                self.fail(f"{path[:80]!r} must have a sha256 of 64 hexadecimal digits")
        return dict(self.value)

    def optional(self, read: Callable[[Reader], _T]) -> _T | None:
        """What ``read`` makes of it, or None for null."""
        return None if self.value is None else read(self)

    def parsed(self, parse: Callable[[str], _T]) -> _T:
        """A string, through a function that raises ValueError for a wrong one."""
        text = self.text()
        try:
            return parse(text)
        except ValueError as error:
            self.fail(str(error))
