# SPDX-License-Identifier: GPL-2.0-or-later
"""Fields of a manifest: what any of its parts may be made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from models.case.origins import Placed
from models.case.strict_json import Reader
from proofs.solvers import SOLVERS
from specs.origin import Origin
from specs.readers import Memory
from xarray_model.geometry import CHUNK_SHIFTS

MOST = 100_000
"""The most elements of an array."""
COUNT = (1 << 63) - 1
"""The largest number."""
_DEEPEST = 12

_T = TypeVar("_T")


def each(record: Reader, read: Callable[[Reader], _T], most: int = MOST) -> tuple[_T, ...]:
    """What ``read`` makes of each element of an array of at most ``most``."""
    return tuple(read(one) for one in record.items(most))


def texts(record: Reader) -> tuple[str, ...]:
    """An array of strings."""
    return each(record, Reader.text)


def mapping(record: Reader, read: Callable[[Reader], _T]) -> dict[str, _T]:
    """An object with any names that a terminal can show."""
    if not isinstance(record.value, dict):
        record.fail("must be an object")
    found = {}
    for name, value in record.value.items():
        Reader(name, f"{record.place}: a name").text()
        found[name] = read(Reader(value, f"{record.place}.{name[:80]}"))
    return found


def member(record: Reader, known: Mapping[str, _T]) -> _T:
    """What ``known`` has for a string."""
    text = record.text()
    if text not in known:
        record.fail(f"is {text[:40]!r}, not one of {', '.join(known)}")
    return known[text]


def placed(record: Reader) -> Placed:
    """Where something that breaks comes from."""
    origin, since, subject, reason = record.fields("origin", "since", "subject", "reason")
    return Placed(origin.parsed(Origin), texts(since), subject.text(), reason.text())


def flag(record: Reader) -> bool:
    """A boolean."""
    if not isinstance(record.value, bool):
        record.fail("must be true or false")
    return bool(record.value)


def real(record: Reader) -> float:
    """A number that may have a fraction."""
    value = record.value
    counts = isinstance(value, int | float) and not isinstance(value, bool)
    if not counts or not -COUNT < value < COUNT:
        record.fail("must be a number")
    return float(value)


def shift(record: Reader) -> int:
    """A chunk shift."""
    return record.number(max(CHUNK_SHIFTS), min(CHUNK_SHIFTS))


def memory(record: Reader) -> str:
    """The name of a memory model."""
    return member(record, {one.value: one.value for one in Memory})


def solver(record: Reader) -> str:
    """The name of a solver."""
    return member(record, {name: name for name in SOLVERS})


def sha256(text: str) -> str:
    """The digest, unchanged; ValueError for what is none."""
    if not re.fullmatch("[0-9a-f]{64}", text):
        raise ValueError("must be a sha256 of 64 hexadecimal digits")
    return text


def plain(record: Reader, depth: int) -> None:
    """Anything that is only told: texts, finite numbers, and not too deep."""
    value = record.value
    if depth > _DEEPEST:
        record.fail("is nested too deeply")
    if isinstance(value, dict):
        for name in value:
            Reader(name, record.place).text()
            plain(Reader(value[name], f"{record.place}.{name}"), depth + 1)
    elif isinstance(value, list):
        for one in record.items(MOST):
            plain(one, depth + 1)
    elif isinstance(value, str):
        record.text()
    elif isinstance(value, float):
        real(record)
