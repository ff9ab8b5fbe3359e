# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading JSON that others wrote: whatever is not as it must be is one line that says where."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, NoReturn, TypeAlias, TypeVar

import msgspec
from msgspec import Meta, inspect

from models.kernel.printable import clean
from xarray_model.operations import WORD

_T = TypeVar("_T")

MOST = 100_000
"""The most elements of an array, unless its format has fewer."""
_LARGEST = 1 << 128
_DEEPEST = 14
_WORDS = {
    "str": "a string",
    "bytes": "a string",
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


class Word(int):
    """An integer of 64 bits, which are more than msgspec bounds."""

    @classmethod
    def read(cls, value: object) -> Word:
        """What a file says; ValueError if that is none."""
        if type(value) is not int:
            raise ValueError("must be an integer")
        if not 0 <= value <= WORD:
            raise ValueError(f"must be in 0..{WORD}")
        return cls(value)


def parse(text: str | bytes, what: str, name: str, version: int) -> dict[str, Any]:
    """The JSON object of a text; FormatError when it is none, names a field twice, or is not of the
    format of this name and version: ``what`` it must be."""
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
    except FormatError:
        raise
    except RecursionError:
        raise FormatError("the JSON is nested too deeply") from None
    except UnicodeDecodeError:
        raise FormatError("the file is not UTF-8 text") from None
    except ValueError as error:
        raise FormatError(f"the file is not JSON: {error}") from None
    if not isinstance(value, dict) or value.get("format") != name:
        raise FormatError(f'the file: is not {what}: it lacks "format": "{name}"')
    found = value.get("version")
    if type(found) is not int or found != version:
        told = f"is of format version {repr(found)[:20]}; this xasplit reads {version}"
        raise FormatError(f"the file: {told}")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise FormatError("an object of the JSON has the same name twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise FormatError(f"{text} is not a number that JSON has")


def _check(value: Any, most: int, place: str = "", depth: int = 0) -> None:
    """FormatError unless a value is of the plain kind that any format here holds: texts that a
    terminal can show, numbers that are finite and not too large, arrays of at most ``most``, not
    nested too deeply."""
    if depth > _DEEPEST:
        raise FormatError(f"{place}: is nested too deeply")
    if isinstance(value, dict):
        for name, one in value.items():
            _check(name, most, f"{place}: a name" if place else "a name")
            _check(one, most, f"{place}.{name[:80]}" if place else name[:80], depth + 1)
    elif isinstance(value, list):
        if len(value) > most:
            raise FormatError(f"{place}: has {len(value)} elements, more than {most}")
        for number, one in enumerate(value):
            _check(one, most, f"{place}[{number}]", depth + 1)
    elif isinstance(value, str):
        if value != clean(value):
            raise FormatError(f"{place}: has characters that do not print")
    elif isinstance(value, int | float) and not -_LARGEST <= value <= _LARGEST:
        raise FormatError(f"{place}: must be a smaller number")


def convert(value: Any, kind: type[_T], most: int = MOST) -> _T:
    """A JSON value as ``kind``, a type that says what its fields are; a type of its own says by
    ``read`` what it is made of.  FormatError for any other value, and for one that is not plain."""
    _check(value, most)
    try:
        return msgspec.convert(value, kind, dec_hook=lambda one, found: one.read(found))
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        path = path.removesuffix("`")
        place = path.removeprefix(".") or "the file"
        raise FormatError(f"{place}: {_problem(message, _wanted(kind, path, value))}") from None


def _problem(message: str, wanted: inspect.Type | None) -> str:
    """What msgspec says, in words that name what there may be instead: what is ``wanted``."""
    if found := re.fullmatch("Expected `([a-z |]+)`, got `[a-z]+`", message):
        return f"must be {' or '.join(_WORDS.get(one, one) for one in found[1].split(' | '))}"
    if found := re.fullmatch("Object missing required field `(.*)`", message):
        return f"lacks the field {found[1]!r}"
    if found := re.fullmatch("Object contains unknown field `(.*)`", message, re.DOTALL):
        return f"unknown field {found[1][:40]!r}"
    if found := re.fullmatch("Invalid value '(.*)'", message, re.DOTALL):
        return f"{found[1][:40]!r} is unknown"
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
    if message == "Invalid base64 encoded string":
        return "must be base64"
    return message.replace("Expected `array`", "must be an array").replace("`", "")


def _wanted(kind: type, path: str, value: Any) -> inspect.Type | None:
    """What a format has in a place of a value, ``.artefacts[0].path``; None if it is not known."""
    here: inspect.Type | None = _one_of(inspect.type_info(kind), value)
    for name, number in re.findall(r"\.(\w+)|\[([^\]]*)\]", path):
        if isinstance(here, inspect.StructType):
            here = next((one.type for one in here.fields if one.encode_name == name), None)
            value = value.get(name)
        elif isinstance(here, inspect.DictType):
            here, value = here.value_type, None
        elif isinstance(here, inspect.VarTupleType):
            here, value = here.item_type, value[int(number)]
        here = here and _one_of(here, value)
    return here


def _one_of(kind: inspect.Type, value: Any) -> inspect.Type:
    """A type; of several that which a value is tagged as, without null, which may stand for it."""
    if isinstance(kind, inspect.UnionType):
        kinds = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        tagged = (one for one in kinds if isinstance(one, inspect.StructType) and one.tag)
        known = value if isinstance(value, dict) else {}
        return next((one for one in tagged if one.tag == known.get(one.tag_field)), kinds[0])
    return kind
