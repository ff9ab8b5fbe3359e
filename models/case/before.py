# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether a case went wrong before: what the base of the source under test answers to it.

The same is found there when the base answers with the same bytes up to the operation that shows it
and after it, ends there in the same way if it does not come to its end, and breaks the same
property there by the log, if the log shows it.  Where something else goes wrong in that operation,
too, it must break the same property with the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from models.case.aspects import Aspect, aspect
from models.case.ends import ENDS
from models.case.finding import LOG_AGREES, Finding, last_operation
from models.driver.closing import Closing
from models.driver.worker import BatchResult, Worker
from models.subject.build import BuildError, build
from models.subject.implementation import Implementation, refuses_two_levels
from specs.callers import asked
from specs.judge import Judge
from specs.stream import cut_one
from xarray_model import geometry
from xarray_model.operations import Code, Operation, encode

HANG_SECONDS = 1.0
"""CPU time that a case may take on the base."""
LOGGED = frozenset({Aspect.UPDATE, Aspect.PUBLICATION, Aspect.REQUESTS})
"""What is seen in the log, not in the answers."""
AT_INDEX = frozenset({Code.SPLIT, Code.TRY_SPLIT})
_ENDS = {name for name, _ in ENDS.values()}


@dataclass(frozen=True, slots=True)
class _Run:
    """What the base answers: bytes, log, and property and operation with which it ends early."""

    answer: bytes
    log: bytes
    end: tuple[str, int] | None


class Before(Closing):
    """Runs cases on the base of an implementation at one chunk shift; a context manager.  The base
    is built when it is first asked for."""

    def __init__(self, implementation: Implementation, s: int) -> None:
        self._implementation = implementation
        self._s = s
        self._worker: Worker | None = None
        self._offered: Callable[[], Sequence[bytes]] | None = None
        self._ran: dict[bytes, _Run] = {}
        self._all_end = True

    def offer(self, cases: Callable[[], Sequence[bytes]]) -> None:
        """Gives the cases, encoded, of which some will be asked for: all of them are run at once
        when the first is, for a case by itself takes longer than a hundred together; unless some
        of those that were offered earlier did not end."""
        self._offered, self._ran = cases if self._all_end else None, {}

    def close(self) -> None:
        """End what was started."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def marked(
        self, operations: Sequence[Operation], answer: bytes, found: Sequence[Finding]
    ) -> list[Finding]:
        """What was ``found`` in a case that was answered so; what was there before says so.

        Nothing was, where no base is known or it does not compile.  A known deviation of the split
        was, though the base may refuse the case: it is none where the base does not have it
        (``models.case.known``).
        """
        if self._implementation.source.lineage is None or not found or not self._built:
            return list(found)
        own = [one for one in found if not one.deviations]
        had = [replace(one, before=True) for one in found if one.deviations]
        return sorted(
            [*had, *(self._held(operations, answer, own) if own else [])],
            key=lambda one: one.operation or 0,
        )

    def _held(
        self, operations: Sequence[Operation], answer: bytes, found: Sequence[Finding]
    ) -> list[Finding]:
        """What is no known deviation, held against the base's answer."""
        ran = self._run(operations)
        alike = equal(operations, answer, ran.answer)
        # Bytes that are right of one that refuses deep splits can be wrong of one that does them.
        beyond = self._beyond(operations)
        judging = beyond or any(map(_logged, found))
        if not judging and all(_right(ran, one) for one in found):
            return list(found)
        judged = self._judged(operations, ran)
        return [
            one
            if not judging and _right(ran, one)
            else replace(one, before=self._same(one, ran, alike, judged, beyond=beyond))
            for one in found
        ]

    def _same(
        self,
        one: Finding,
        ran: _Run,
        alike: int,
        judged: Mapping[tuple[str, int], str],
        *,
        beyond: bool,
    ) -> bool:
        place = last_operation(one)
        if one.property in _ENDS:
            return ran.end == (one.property, place) and alike >= place
        if one.property == LOG_AGREES[0]:
            others = [at_first_index(operation) for operation in one.operations]
            return alike > place and self._run(others).log != ran.log
        ended = ran.end is not None and ran.end[1] == alike == seen(one) - 1
        if alike >= seen(one) or ended:
            return (one.property, place) in judged or not (beyond or _logged(one))
        # Something else goes wrong there, too.
        return judged.get((one.property, place)) == one.detail

    @cached_property
    def _built(self) -> bool:
        lineage = self._implementation.source.lineage
        assert lineage is not None
        try:
            executable = build(lineage.base, self._s)
        except BuildError:
            return False
        self._one_level = refuses_two_levels(executable, self._s)
        self._worker = Worker(executable, hang_seconds=HANG_SECONDS)
        return True

    def _run(self, operations: Sequence[Operation]) -> _Run:
        assert self._worker is not None
        case = encode(list(operations))
        if self._offered:
            # No further than to the first that does not end: others may not either.
            offered, self._offered = self._offered(), None
            result = self._worker.run(offered, log=True, most_ends=1)
            self._all_end = not result.abnormal
            self._ran = {
                one: _told(result, number) for number, one in enumerate(offered[: len(result.ends)])
            }
        known = self._ran.get(case)
        return known or _told(self._worker.run([case], log=True), 0)

    def _judged(self, operations: Sequence[Operation], ran: _Run) -> dict[tuple[str, int], str]:
        """Details of what breaks on the base, by property and the operation that shows it."""
        completed = operations[: None if ran.end is None else ran.end[1]]
        judge = Judge(
            self._s, one_level=self._one_level, bits=self._implementation.bits, keep=1 << 20
        )
        try:
            violations = judge.case(completed, ran.answer, ran.log)
        except ValueError:
            return {}
        return {(one.property, one.operation or 0): one.detail for one in reversed(violations)}

    def _beyond(self, operations: Sequence[Operation]) -> bool:
        """Whether a case splits deeper than the base claims to, and the implementation does."""
        if not self._one_level or self._implementation.one_level:
            return False
        return any(
            one.code in (Code.SPLIT, Code.COUNT_ALLOC)
            and geometry.one_level_limit_exceeded(one.order, one.new_order, self._s)
            for one in asked(operations)
        )


def _told(result: BatchResult, number: int) -> _Run:
    """What the case of this number was answered."""
    ended = next((one for one in result.abnormal if one.case == number), None)
    end = None if ended is None else (ENDS[ended.status][0], ended.operation)
    return _Run(bytes(result.case(number)), bytes(result.case_log(number)), end)


def at_first_index(operation: Operation) -> Operation:
    """A split at the first index of its entry; any other operation as it is."""
    if operation.code not in AT_INDEX:
        return operation
    first = operation.index >> operation.order << operation.order
    return replace(operation, index=first)


def _right(ran: _Run, one: Finding) -> bool:
    """Whether the base answers as the model does."""
    return ran.end is None and ran.answer == one.right()


def _logged(one: Finding) -> bool:
    return aspect(one.property) in LOGGED


def seen(finding: Finding) -> int:
    """How many operations of its case there are until a finding is seen: what an operation did is
    seen in the snapshot after it."""
    place, operations = last_operation(finding), finding.operations
    snapshot = place + 1 < len(operations) and operations[place + 1].code is Code.SNAPSHOT
    return place + 1 + snapshot


def equal(operations: Sequence[Operation], one: bytes, other: bytes) -> int:
    """How many operations were answered with the same bytes, from the first on."""
    mine, theirs = memoryview(one), memoryview(other)
    position = 0
    for number, operation in enumerate(operations):
        try:
            answers = [cut_one(operation, view, position) for view in (mine, theirs)]
        except Exception:  # cut short, or no answer at all: struct.error, or what decoding raises
            return number
        if answers[0] != answers[1]:
            return number
        position = answers[0][1]
    return len(operations)
