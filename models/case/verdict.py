# SPDX-License-Identifier: GPL-2.0-or-later
"""What a case shows that was run: how it ended, what the specs find in its answers, and where these
differ from the model's."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from models.case.ends import ENDS
from models.case.finding import AGREES, LOG_AGREES, Finding
from models.driver.worker import Abnormal
from models.subject.implementation import Implementation
from specs.property import Property, Violation
from specs.stream import cut
from xarray_model.flags import ArrayFlag
from xarray_model.operations import Code, Operation, array_flags
from xarray_model.snapshot import empty

DRAINED = Property("drained", "after xa_destroy the array is empty and no node is left anywhere")


def completed(operations: Sequence[Operation], ended: Abnormal | None) -> Sequence[Operation]:
    """The operations that were answered, of a case that may have ended early."""
    return operations if ended is None else operations[: ended.operation]


def no_answer(error: ValueError, operations: Sequence[Operation]) -> Violation:
    """What is said of bytes that are no answer to these operations."""
    return Violation(*AGREES, f"the answer is no answer: {error}", len(operations))


def shown(
    implementation: Implementation,
    s: int,
    operations: Sequence[Operation],
    expected: bytes,
    answer: bytes,
    violations: Sequence[Violation],
    ended: Abnormal | None = None,
) -> list[Finding]:
    """All that breaks in a case: one finding for each property, where it breaks first, in the order
    of the operations.

    ``expected`` is the model's answer, ``violations`` are what the specs find in ``answer``, and
    ``ended`` tells how the case ended, if not by itself.  That the answers differ is told where
    nothing else is wrong up to there.
    """
    found = list(violations)
    if ended is not None:
        text = f"{ended.status.name.lower()}: {ended.text}"
        found.insert(0, Violation(*ENDS[ended.status], text, ended.operation))
    else:
        found += _undrained(operations, answer, s, implementation.bits)
    place = first_difference(operations, completed(operations, ended), expected, answer)
    if place is not None and all((one.operation or 0) > place for one in found):
        found.append(Violation(*AGREES, "the answers differ", place))
    found.sort(key=lambda one: one.operation or 0)
    names: dict[str, Violation] = {}
    for one in found:
        names.setdefault(one.property, one)
    case, last = tuple(operations), len(operations) - 1
    return [
        Finding(
            implementation.name,
            s,
            one.property,
            one.statement,
            one.detail,
            min(one.operation or 0, last),
            case,
            expected,
            answer,
            bits=implementation.bits,
        )
        for one in names.values()
    ]


def logs_differ(
    implementation: Implementation, s: int, operations: Sequence[Operation], expected: bytes
) -> Finding:
    """Of a case that is answered as ``expected``, that its log is not as from another index inside
    the same entries."""
    case = tuple(operations)
    told = (*LOG_AGREES, "logs differ")
    bits = implementation.bits
    return Finding(implementation.name, s, *told, None, case, expected, expected, bits=bits)


@cache
def _empty(s: int, flags: ArrayFlag, bits: int) -> bytes:
    return empty(s, flags, bits).encode()


def _undrained(
    operations: Sequence[Operation], answer: bytes, s: int, bits: int
) -> list[Violation]:
    """A case that ends with DESTROY and SNAPSHOT leaves nothing."""
    if [operation.code for operation in operations[-2:]] != [Code.DESTROY, Code.SNAPSHOT]:
        return []
    flags = array_flags(operations)
    # Whether the next cyclic allocation begins anew stays with the array, and is judged by itself.
    every = (flags, flags | ArrayFlag.ALLOC_WRAPPED)
    if any(answer.endswith(_empty(s, one, bits)) for one in every):
        return []
    return [DRAINED.broken("the last snapshot is not empty").at(len(operations) - 2)]


def first_difference(
    operations: Sequence[Operation],
    answered: Sequence[Operation],
    expected: bytes,
    answer: bytes,
) -> int | None:
    """The first of the answered operations whose answer is not as expected; for a snapshot that is
    the operation before it."""
    if expected.startswith(answer):
        return None
    want = cut(operations, expected)
    try:
        have = cut(answered, answer)
    except ValueError:
        return None
    place = next(n for n, (one, other) in enumerate(zip(want, have, strict=False)) if one != other)
    return place - 1 if place and operations[place].code is Code.SNAPSHOT else place
