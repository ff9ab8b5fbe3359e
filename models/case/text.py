# SPDX-License-Identifier: GPL-2.0-or-later
"""Cases that a person wrote: operations one a line, as reports print them, and no answers.

::

    chunk shift 2          # may be left out
    store(index=0, order=2, entry=ptr1)
    split(0, 2 to 0)

What stands behind ``#`` is a comment; a number before an operation, as reports have it, is passed
over.  The model computes what the case must answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.case.notation import parse_operation
from models.case.tree_size import MOST_LENT, split_nodes
from xarray_model import geometry
from xarray_model.operations import Code, Flag, Operation

MOST_OPERATIONS = 10_000
MOST_NODES = 50_000
"""Nodes that the largest split of a written case makes; the model takes seconds for it."""
MOST_STEPS = 10_000

_CHUNK_SHIFT = re.compile(
    r"(?:.*[\s,])?(?:XA_)?CHUNK[ _-]SHIFT\s*[=:]?\s*(\d+)\s*:?", re.IGNORECASE
)
_NUMBERED = re.compile(r"\d{1,9}[:.)]?\s+(?=\w+\s*\()")


@dataclass(frozen=True, slots=True)
class CaseText:
    """A case as it was written: ``chunk_shift`` is None when no line gives it; ``lines`` has the
    number of each operation's line, from 1."""

    chunk_shift: int | None
    operations: tuple[Operation, ...]
    lines: tuple[int, ...]


def parse_case(text: str) -> CaseText:
    """The case in a text; ValueError, with one line that names the line, when it is none."""
    chunk_shift: int | None = None
    operations: list[Operation] = []
    lines: list[int] = []
    for number, line in enumerate(text.splitlines(), 1):
        told = line.partition("#")[0].strip()
        if not told:
            continue
        try:
            if shift := _CHUNK_SHIFT.fullmatch(told):
                chunk_shift = _shift(shift[1], chunk_shift)
                continue
            operations.append(_operation(told))
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from None
        lines.append(number)
        if len(operations) > MOST_OPERATIONS:
            raise ValueError(f"line {number}: a case has at most {MOST_OPERATIONS:,} operations")
    if not operations:
        raise ValueError(
            "there is no operation in it; expected are lines such as split(index=0, order=2,"
            " new_order=0, entry=ptr1)"
        )
    return CaseText(chunk_shift, tuple(operations), tuple(lines))


def too_large(case: Iterable[Operation], s: int) -> tuple[int, str] | None:
    """The number of the first operation that would take the model too long, and why."""
    operations = list(case)
    for number, (one, nodes) in enumerate(zip(operations, split_nodes(operations, s), strict=True)):
        if one.code in (Code.NEXT, Code.PREV) and one.argument > MOST_STEPS:
            return number, f"{one.argument:,} steps are more than the {MOST_STEPS:,} that are run"
        most = MOST_LENT if one.flags & Flag.REPEATING else MOST_NODES
        if nodes > most:
            return number, (
                f"it takes {nodes:,} nodes, more than the {most:,} that are run;"
                " 'xasplit count' tells of splits of any size"
            )
    return None


def observed(operations: Sequence[Operation]) -> tuple[list[Operation], list[int]]:
    """The case with a snapshot after each operation, so that the specs can judge each by itself,
    and drained at its end; and for each operation of that the number of the written one that it
    belongs to, the number of written ones for what drains it."""
    snapshot = Operation(Code.SNAPSHOT)
    whole: list[Operation] = []
    numbers: list[int] = []
    drain = [Operation(Code.DESTROY)]
    for number, one in enumerate([*operations, *drain]):
        both = [one] if one.code is Code.SNAPSHOT else [one, snapshot]
        whole += both
        numbers += [number] * len(both)
    return whole, numbers


def _shift(word: str, known: int | None) -> int:
    shifts = geometry.CHUNK_SHIFTS
    if not word.isascii() or len(word) > 2 or int(word) not in shifts:
        raise ValueError(f"chunk shift {word[:20]} is not in {min(shifts)}..{max(shifts)}")
    if known is not None and known != int(word):
        raise ValueError(f"chunk shift {word}, but it was {known} before; a case has one")
    return int(word)


def _operation(told: str) -> Operation:
    one = parse_operation(_NUMBERED.sub("", told, count=1) if told[0].isdigit() else told)
    kinds = Flag.FAIL_BLOCKING | Flag.FAIL_NONBLOCKING
    if one.code is Code.FAIL and one.argument and not one.flags & kinds:
        raise ValueError(
            "no request fails: name which ones count, as in fail(1, fail_blocking,"
            " fail_nonblocking)"
        )
    return one
