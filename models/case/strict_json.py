# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading JSON that others wrote: whatever is not as it must be is one line that says where."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from models.kernel.printable import clean

_T = TypeVar("_T")


class FormatError(ValueError):
    """A file is not in its format; the message is one line that says what is wrong, and where."""


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
