# SPDX-License-Identifier: GPL-2.0-or-later
"""What a case must answer, and what the specs say of an answer, worked out once for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from models.case.answers import Answers
from models.case.extent import Start
from models.case.reference import SplitKind
from models.case.verdict import no_answer
from models.subject.implementation import Implementation
from models.sweep import grouped
from models.sweep.cases import FIRST
from models.sweep.families import CaseGroup
from specs.judge import Judge
from specs.parts import Parts, cut
from specs.property import Violation
from xarray_model.operations import Operation, encode


class Verdict(NamedTuple):
    """What the specs say of an answer: what does not hold, and how often each property was judged
    on it, part by part (``specs.parts.total``)."""

    violations: list[Violation]
    judged: list[Counter[str]]


class Expected:
    """What is worked out once for all implementations: the model's answers, cases and verdicts.

    ``bits`` are those of an index.  It holds one block of groups at a time.
    """

    def __init__(self, s: int, bits: int = 64) -> None:
        self._s = s
        self._bits = bits
        self._judges: dict[str, tuple[Judge, Parts]] = {}
        self._models = {one: Answers(s, bits, one) for one in SplitKind}
        self._parts: dict[tuple[CaseGroup, Start], list[bytes]] = {}
        self._answers: dict[tuple[CaseGroup, SplitKind], bytes] = {}
        self._operations: dict[tuple[CaseGroup, Start], list[Operation]] = {}
        self._records: dict[tuple[CaseGroup, tuple[Start, ...]], list[tuple[bytes, int]]] = {}
        self._verdicts: dict[tuple[object, ...], Verdict] = {}

    def clear(self) -> None:
        """Forget a block that is done."""
        self._parts.clear()
        self._answers.clear()
        self._operations.clear()
        self._records.clear()
        self._verdicts.clear()

    def answer(self, group: CaseGroup, kind: SplitKind) -> bytes:
        """The result bytes that every case of the group must give."""
        known = self._answers.get((group, kind))
        if known is None:
            operations = partial(self.operations, group, FIRST)
            known = self._models[kind].of(self.parts(group, FIRST), operations)
            self._answers[group, kind] = known
        return known

    def parts(self, group: CaseGroup, start: Start) -> list[bytes]:
        """The parts of the case of the group that begins at ``start``."""
        known = self._parts.get((group, start))
        if known is None:
            known = self._parts[group, start] = cut(encode(self.operations(group, start)))
        return known

    def operations(self, group: CaseGroup, start: Start) -> list[Operation]:
        """The case of the group that begins at ``start``."""
        known = self._operations.get((group, start))
        if known is None:
            known = self._operations[group, start] = group.operations(start)
        return known

    def records(self, group: CaseGroup, starts: Sequence[Start]) -> list[tuple[bytes, int]]:
        """The group's cases, which begin at ``starts``, as the driver reads them all at once."""
        key = (group, tuple(starts))
        known = self._records.get(key)
        if known is None:
            known = self._records[key] = grouped.records(
                group, starts, b"".join(self.parts(group, FIRST))
            )
        return known

    def verdict(
        self,
        one: Implementation,
        group: CaseGroup,
        start: Start,
        answer: bytes,
        log: bytes,
        completed: Sequence[Operation] | None = None,
    ) -> Verdict:
        """What the specs find in an implementation's answer and its log; ``completed`` are the
        operations that were answered, if not all were.

        Each implementation has a judge of its own, which also compares a split at one index with
        the same split at another; only the right answer is judged once for all.
        """
        right = answer == self._answers.get((group, kind(one, group)))
        key = (right or one.name, group, start, answer, log)
        known = self._verdicts.get(key)
        if known is None:
            known = self._verdicts[key] = self._judged(one, group, start, answer, log, completed)
        return known

    def _judged(
        self,
        one: Implementation,
        group: CaseGroup,
        start: Start,
        answer: bytes,
        log: bytes,
        completed: Sequence[Operation] | None,
    ) -> Verdict:
        if one.name not in self._judges:
            fresh = Judge(self._s, one_level=one.one_level, bits=self._bits)
            self._judges[one.name] = fresh, Parts(fresh)
        judge, parts = self._judges[one.name]
        operations = partial(self.operations, group, start)
        try:
            if completed is None:
                return Verdict(*parts.case(self.parts(group, start), operations, answer, log))
            judge.judged = Counter()
            return Verdict(judge.case(completed, answer, log), [judge.judged])
        except ValueError as error:
            answered = operations() if completed is None else completed
            return Verdict([no_answer(error, answered)], [judge.judged])


def kind(one: Implementation, group: CaseGroup) -> SplitKind:
    """Which of the model's splits an implementation must agree with in a group."""
    return SplitKind.ONE_LEVEL if refuses(one, group) else SplitKind.ITERATIVE


def refuses(one: Implementation, group: CaseGroup) -> bool:
    """Whether a group is beyond what the implementation claims to support."""
    return one.one_level and group.limited
