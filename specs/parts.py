# SPDX-License-Identifier: GPL-2.0-or-later
"""Judging cases part by part, each part once.

Cases of a sweep are much alike: many begin with the same operations, and after a split that failed
all go on from the same array.  A part of a case ends with a SNAPSHOT.  What the specs say of it
depends on what they knew before it (``History.known``), its operations, its answer and its log:
where all of these are the same as in another case, so is what they say.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import NamedTuple

from specs.judge import History, Judge
from specs.property import Violation
from specs.stream import cut_one
from xarray_model.log import RECORD, decode
from xarray_model.operations import Code, Operation

SIZE = 32
"""Bytes of an encoded operation."""
_OPERATION_AT, _NUMBER_AT = 0, 2
"""Where an operation has its code, and a record of the log the number of its operation."""
MOST = 1 << 15
"""Parts that are kept."""


class _Outcome(NamedTuple):
    """What a part came to that was answered so: what does not hold, how often each property was
    judged, and the number of the state after it, None where there is none to tell."""

    answer: bytes
    log: bytes
    violations: tuple[Violation, ...]
    judged: Counter[str]
    after: int | None


def cut(case: bytes) -> list[bytes]:
    """The parts of an encoded case: up to each SNAPSHOT and with it, and what comes after."""
    parts: list[bytes] = []
    begin = 0
    for end in range(SIZE, len(case) + 1, SIZE):
        if case[end - SIZE + _OPERATION_AT] == Code.SNAPSHOT or end == len(case):
            parts.append(case[begin:end])
            begin = end
    return parts


def _looked_at_last(parts: Sequence[bytes]) -> Iterator[bytes]:
    """The same, each SNAPSHOT by itself: what is seen after a change is seen after others, too."""
    for part in parts:
        if part[-SIZE + _OPERATION_AT] == Code.SNAPSHOT and len(part) > SIZE:
            yield part[:-SIZE]
            yield part[-SIZE:]
        else:
            yield part


class Parts:
    """What a judge said of the parts of cases."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._forget()

    def _forget(self) -> None:
        self._states: dict[Hashable, int] = {}
        self._histories = [self._judge.history()]
        self._outcomes: dict[tuple[int, bytes], list[_Outcome]] = {}
        self._kept = 0
        self._age = self._judge.age

    def case(
        self,
        parts: Sequence[bytes],
        operations: Callable[[], Sequence[Operation]],
        results: bytes,
        log: bytes,
    ) -> tuple[list[Violation], list[Counter[str]]]:
        """What ``Judge.case`` finds in a case, and how often it judged each property, part by part
        (``total``); ``parts`` are those of the case, encoded, and ``operations`` gives it.
        ValueError as there."""
        if len(parts) == 1:
            return self._whole(operations(), results, log)  # no other case shares it
        if self._kept > MOST or self._age != self._judge.age:
            self._forget()
        found: list[Violation] = []
        judged: list[Counter[str]] = []
        state = 0
        number = position = log_position = 0
        for part in _looked_at_last(parts):
            after = number + len(part) // SIZE
            known = self._outcomes.setdefault((state, part), [])
            for one in known:
                end = log_position + len(one.log)
                if (
                    results.startswith(one.answer, position)
                    and log.startswith(one.log, log_position)
                    and (end == len(log) or _operation(log, end) >= after)
                ):
                    break
            else:
                given = operations()[number:after]
                try:
                    history = self._histories[state].copy()
                    one = self._judged(history, given, results, position, log, log_position)
                except (ValueError, struct.error):
                    return self._whole(operations(), results, log)
                known.append(one)
                self._kept += 1
            found += one.violations
            judged.append(one.judged)
            number = after
            position += len(one.answer)
            log_position += len(one.log)
            if one.after is None:
                break
            state = one.after
        whole = number * SIZE == sum(map(len, parts))
        if not whole or position != len(results) or log_position != len(log):
            return self._whole(operations(), results, log)
        return found, judged

    def _whole(
        self, operations: Sequence[Operation], results: bytes, log: bytes
    ) -> tuple[list[Violation], list[Counter[str]]]:
        """The same of a case that has no such parts, or is answered with what is no answer."""
        self._judge.judged = Counter()
        return self._judge.case(operations, results, log), [self._judge.judged]

    def _judged(
        self,
        history: History,
        operations: Sequence[Operation],
        results: bytes,
        position: int,
        log: bytes,
        log_position: int,
    ) -> _Outcome:
        """Judge a part whose answer begins at ``position``, and its log at ``log_position``."""
        self._judge.judged = Counter()
        view, end, log_end = memoryview(results), position, log_position
        first = history.number + 1
        found: list[Violation] = []
        for number, operation in enumerate(operations, first):
            answer, end = cut_one(operation, view, end)
            begin = log_end
            while log_end < len(log) and _operation(log, log_end) == number:
                log_end += RECORD.size
            found += history.step(operation, answer, decode(log[begin:log_end]))
        return _Outcome(
            results[position:end],
            log[log_position:log_end],
            tuple(found),
            self._judge.judged,
            self._number_of(history),
        )

    def _number_of(self, history: History) -> int | None:
        known = history.known()
        if known is None:
            return None
        number = self._states.setdefault(known, len(self._histories))
        if number == len(self._histories):
            self._histories.append(history)
        return number


def total(judged: Sequence[Counter[str]]) -> Counter[str]:
    """The sum of these, of which many are one and the same."""
    times = Counter(map(id, judged))
    found: Counter[str] = Counter()
    for number, one in {id(one): one for one in judged}.items():
        for name, count in one.items():
            found[name] += count * times[number]
    return found


def _operation(log: bytes, position: int) -> int:
    """The number of the operation that the record there is of; -1 of what is no record."""
    if position + RECORD.size > len(log):
        return -1
    return log[position + _NUMBER_AT] | log[position + _NUMBER_AT + 1] << 8
