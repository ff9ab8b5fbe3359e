# SPDX-License-Identifier: GPL-2.0-or-later
"""One case, three ways: the model, an implementation and the specs on the same operations.

What comes first in the order of the operations counts; all that follows may be its consequence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from models.case.before import Before
from models.case.classes import classified, kind_of
from models.case.finding import Finding
from models.case.reference import Runner
from models.case.verdict import completed, no_answer, shown
from models.driver.closing import Closing
from models.driver.worker import Status, Worker
from models.subject.implementation import Implementation
from specs import overlap
from specs.abstract import AbstractArray
from specs.applied import after
from specs.array_flags import refusal
from specs.cursor import AbstractCursor
from specs.judge import CHANGING, Judge
from specs.stream import cut
from xarray_model.array import XArray
from xarray_model.entries import ZERO, is_error, is_internal
from xarray_model.errors import PreconditionError
from xarray_model.operations import ALLOCATIONS, Code, Operation, array_flags, encode

HANG_SECONDS = 0.25
"""CPU time that a case may take; a machine's take less than a fiftieth."""


def model(implementation: Implementation, s: int) -> Runner:
    """The model of an empty array, which splits what the implementation is to split."""
    return Runner(XArray(s, implementation.bits), kind_of(implementation))


class NoCase(PreconditionError):
    """A case breaks the contract of what it calls; ``operation`` is the number of the operation
    that does."""

    def __init__(self, operation: int, why: str) -> None:
        super().__init__(why)
        self.operation = operation


_STORES = frozenset(
    {
        *(Code.STORE, Code.CURSOR_STORE, Code.INSERT, Code.CMPXCHG, Code.STORE_RANGE),
        *ALLOCATIONS,
    }
)


def _storable(entry: int) -> bool:
    return not is_internal(entry) or entry == ZERO


def _rangeable(operation: Operation, bits: int) -> bool:
    ends = operation.index <= operation.argument < (1 << bits) - 1
    return ends and operation.entry != ZERO


def _refused(operations: Sequence[Operation], answer: bytes, s: int, bits: int) -> NoCase | None:
    """The first operation whose precondition does not hold, if there is one; ``answer`` is the
    model's."""
    array, cursor = AbstractArray(bits=bits), AbstractCursor()
    flags = array_flags(operations)
    for number, (given, one) in enumerate(zip(operations, cut(operations, answer), strict=True)):
        operation = cursor.plain(given)
        if why := refusal(operation, flags, number):
            return NoCase(number, why)
        if why := cursor.refusal(given, array, s):
            return NoCase(number, why)
        split = operation.code in (Code.SPLIT, Code.TRY_SPLIT)
        orders = (operation.order, operation.new_order)
        if split and not array.splittable(operation.index, *orders, operation.entry):
            return NoCase(number, "a split without its entry, or to an entry that is none")
        if operation.code is Code.STORE_RANGE and not _rangeable(operation, bits):
            return NoCase(number, "a range of no entry, or that ends with the last index of all")
        if why := overlap.refusal(given, cursor, array, s):
            return NoCase(number, why)
        cursor = cursor.after(given, array, one.words)
        if not (one.words and operation.code in CHANGING and is_error(one.words[0])):
            array = after(array, operation, s, one.words)
    return None


def answer(runner: Runner, operations: Sequence[Operation]) -> bytes:
    """What the model, an empty array, answers to a case; NoCase when the case is none."""
    answers: list[bytes] = []
    try:
        for operation in operations:
            if operation.code in _STORES and not _storable(operation.entry):
                raise PreconditionError("callers store NULL, pointers, values and zero entries")
            answers.append(runner.run(operation))
    except ValueError as error:
        raise NoCase(len(answers), str(error)) from None
    told = b"".join(answers)
    refused = _refused(operations, told, runner.array.s, runner.array.width)
    if refused is not None:
        raise refused
    return told


def first(found: Iterable[Finding]) -> list[Finding]:
    """Those of what was found in one case that the first operation shows which shows any."""
    every = list(found)
    place = min((one.operation or 0 for one in every), default=0)
    return [one for one in every if (one.operation or 0) == place]


class Trial(Closing):
    """Runs cases on one implementation at one chunk shift; a context manager, it holds a worker.

    A case that takes ``hang_seconds`` of CPU time, ``HANG_SECONDS`` unless told otherwise, counts
    as one that hangs.
    """

    def __init__(
        self, implementation: Implementation, s: int, hang_seconds: float | None = None
    ) -> None:
        self.implementation = implementation
        self.s = s
        self._worker = Worker(
            implementation.executables[s], hang_seconds=hang_seconds or HANG_SECONDS
        )
        self._before = Before(implementation, s)
        self._judge = self._new_judge()
        self.log = b""
        """The log of the case that was run last."""
        self.judged: Counter[str] = Counter()
        """How often each property was judged in it, by name."""
        self.answer = b""
        """Its result bytes."""
        self.hung: int | None = None
        """The number of the operation of that case which did not end, if one did not."""

    def close(self) -> None:
        """End the worker."""
        self._worker.close()
        self._before.close()

    def forget(self) -> None:
        """Judge the next case by itself: not by splits that were run before it, either."""
        self._judge = self._new_judge()

    def _new_judge(self) -> Judge:
        one = self.implementation
        return Judge(self.s, one_level=one.one_level, bits=one.bits, keep=1 << 20)

    def expected(self, operations: Sequence[Operation]) -> bytes:
        """The model's answer; NoCase when the case is none, since it breaks the contract of what
        it calls."""
        return answer(model(self.implementation, self.s), operations)

    def run(self, operations: Sequence[Operation], expected: bytes) -> list[Finding]:
        """What breaks first in a case: one finding for each property that the operation breaks;
        empty when all hold.  ``expected`` is the model's answer."""
        return first(self.everything(operations, expected))

    def everything(self, operations: Sequence[Operation], expected: bytes) -> list[Finding]:
        """All that breaks in a case: one finding for each property, where it breaks first; nothing
        where known deviations outside the split account for all of it."""
        result = self._worker.run([encode(list(operations))], log=True)
        self.answer, self.log = bytes(result.case(0)), bytes(result.case_log(0))
        ended = result.abnormal[0] if result.abnormal else None
        hangs = ended is not None and ended.status is Status.HANG
        self.hung = ended.operation if ended is not None and hangs else None
        answered = completed(operations, ended)
        self.judged = self._judge.judged = Counter()
        try:
            violations = self._judge.case(answered, self.answer, self.log)
        except ValueError as error:
            violations = [no_answer(error, answered)]
        one = self.implementation
        told = shown(one, self.s, operations, expected, self.answer, violations, ended)
        told = classified(one, operations, self.answer, self.hung, told)
        return self._before.marked(operations, self.answer, told)
