# SPDX-License-Identifier: GPL-2.0-or-later
"""Holding one implementation's answers against the model's and against the specs."""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

from models.case.before import Before
from models.case.classes import classified, parts
from models.case.extent import Extent, Start, Tried
from models.case.finding import SPLITTING, Finding
from models.case.findings import Findings
from models.case.verdict import completed, logs_differ, shown
from models.driver.closing import Closing
from models.driver.worker import Abnormal, BatchResult, Status, Worker
from models.subject.implementation import Implementation
from models.sweep.exclusions import FATAL, Exclusions, Item, only_counts
from models.sweep.expected import Expected, kind, refuses
from models.sweep.families import CaseGroup, Family
from models.sweep.hangs import Area, Hangs
from specs.contract import INDEX
from specs.parts import total
from xarray_model import geometry

HANG_SECONDS = 0.5
"""CPU time that a case may take; the largest takes a tenth of it, most less than a thousandth."""
AGAIN_SECONDS = 0.1
"""The same where cases are known to hang, of splits that take at most FEW_NODES nodes."""
FEW_NODES = 64
BATCH = 512
"""Cases that are run at once where some of them end the process."""


_AT_INDICES = Counter({INDEX.name: 1})
"""What is judged where a group gives the same bytes at several indices."""

Block: TypeAlias = Sequence[tuple[CaseGroup, Sequence[Start]]]
"""Groups of cases, and of each the starts."""


class Comparison(Closing):
    """One implementation through one unit; a context manager, since it holds a worker.

    ``done`` counts the cases that were run, and those that were left out; ``known`` is what other
    units learnt about hangs.  ``on_failing`` is told of the cases in which anything breaks
    that was not broken before.
    """

    def __init__(
        self,
        implementation: Implementation,
        expected: Expected,
        s: int,
        findings: Findings,
        done: Tried,
        family: Family = Family.SPLITS,
        known: Mapping[Area, Hangs] | None = None,
        on_failing: Callable[[CaseGroup, Sequence[Start]], None] | None = None,
    ) -> None:
        self._on_failing = on_failing
        self.implementation = implementation
        self.expected = expected
        self.findings = findings
        self.done = done
        self._worker = Worker(implementation.executables[s], hang_seconds=HANG_SECONDS)
        self._before = Before(implementation, s)
        self._exclusions = Exclusions(implementation.name, family.value, known or {})
        self.met: Counter[str] = Counter()
        """Cases that known deviations outside the split account for, by deviation."""
        self._judged_in: list[Counter[str]] = []
        self.cut = self.unsplit = 0
        """Cases that did not come to their end; those in which what splits did not return."""
        self._not_judged = 0
        """Cases that were run and say nothing."""
        self._digest = hashlib.blake2b(digest_size=16)
        self.clean = True
        """Whether all cases were run to their end, and nothing broke in any."""
        self._careful = False
        """Whether cases ended the process, or are expected to."""

    def hangs(self) -> dict[Area, Hangs]:
        """What the cases that were run showed about hangs, by area."""
        if not self._careful:
            self._exclusions.note_ended(self.done.run)
        return dict(self._exclusions.learnt)

    def close(self) -> None:
        """End the worker."""
        self._worker.close()
        self._before.close()

    @property
    def judged(self) -> Counter[str]:
        """How often each property was judged: once for all answers that are the same."""
        return total(self._judged_in)

    def take_over(self, judged: Counter[str]) -> None:
        """Count what was judged of the same answers in an earlier run."""
        self._judged_in.append(judged)

    @property
    def digest(self) -> str:
        """A hash of all answers and logs so far."""
        return self._digest.hexdigest()

    def answers(self, blocks: Iterable[Block]) -> str | None:
        """What ``digest`` will be after these blocks, found by running them without judging; None
        if some case does not come to its end, or is not expected to."""
        digest = hashlib.blake2b(digest_size=16)
        for block in blocks:
            if any(self._exclusions.expects(group.split) for group, _ in block):
                return None
            self.expected.clear()
            result = self._worker.run_groups(self._records(self._groups(block)), log=True)
            if result.abnormal:
                return None
            _update(digest, result)
        return digest.hexdigest()

    def count(self, blocks: Iterable[Block]) -> int:
        """Count the cases of blocks as run, and return how many they are."""
        groups = [item for block in blocks for item in self._groups(block)]
        for group, starts in groups:
            self.done.run.count(group, starts)
        return sum(len(starts) for _, starts in groups)

    def _groups(self, block: Block) -> list[tuple[CaseGroup, Sequence[Start]]]:
        # Nothing is requested where a split is refused, so no request can fail there.
        one = self.implementation
        return [item for item in block if not (item[0].failing and refuses(one, item[0]))]

    def _records(self, groups: Block) -> list[tuple[bytes, int]]:
        return [record for item in groups for record in self.expected.records(*item)]

    def run(self, block: Block) -> int:
        """Run a block of groups, each from some starts; returns how many cases were run.

        Cases that are like those that ended the process are not run (``Exclusions``).
        """
        before = self._not_judged
        return self._run(block) - (self._not_judged - before)

    def _run(self, block: Block) -> int:
        groups = self._groups(block)
        expected = any(self._exclusions.expects(group.split) for group, _ in groups)
        if self._careful or expected:
            return self._with_exclusions(groups)
        result = self._worker.run_groups(self._records(groups), log=True)
        _update(self._digest, result)
        self.clean &= not result.abnormal
        if any(ended.status in FATAL for ended in result.abnormal):
            # Case by case, in an order that shows soon which of them do that.
            return self._with_exclusions(groups)
        abnormal = {ended.case: ended for ended in result.abnormal}
        self._before.offer(
            lambda: [case for group, starts in groups for case in group.encoded(starts)]
        )
        first = 0
        for group, starts in groups:
            first = self._group(group, starts, first, result, abnormal)
        return sum(len(starts) for _, starts in groups)

    def _with_exclusions(self, groups: Block) -> int:
        """Run a block in which cases end the process; returns how many were run."""
        self.clean = False
        if not self._careful:
            self._careful = True
            self._exclusions.note_ended(self.done.run)
        left = deque(self._exclusions.order(groups))
        splits = {group.split for group, _ in groups}
        if all(geometry.split_nodes(order, new, s) <= FEW_NODES for s, order, new in splits):
            self._worker.hang_seconds = AGAIN_SECONDS
        covered = 0
        while left:
            some: list[Item] = []
            size = 0
            while left and size < BATCH:
                item = left.popleft()
                if self._exclusions.permits(item.group.split, item.kind):
                    some.append(item)
                    size += len(item.starts)
                else:
                    self.done.left_out.count(item.group, item.starts)
            cases = _cases([(one.group, one.starts) for one in some])
            result = self._worker.run(cases, log=True, most_ends=1)
            abnormal = {ended.case: ended for ended in result.abnormal}
            ran_whole = enumerate(cases[: len(result.ends)])
            ended_well = [case for at, case in ran_whole if at not in abnormal]
            self._before.offer(partial(list, ended_well))
            covered += len(result.ends)
            first = 0
            again: list[Item] = []
            for group, starts, case_kind in some:
                ran = starts[: max(0, len(result.ends) - first)]
                if ran:
                    self._group(group, ran, first, result, abnormal)
                for place in range(first, first + len(ran)):
                    ended = abnormal.get(place)
                    self._exclusions.note(
                        group.split, case_kind, ended.status if ended else Status.OK
                    )
                if len(ran) < len(starts):
                    again.append(Item(group, starts[len(ran) :], case_kind))
                first += len(starts)
            left.extendleft(reversed(again))
        return covered

    def _group(
        self,
        group: CaseGroup,
        starts: Sequence[Start],
        first: int,
        result: BatchResult,
        abnormal_ones: Mapping[int, Abnormal],
    ) -> int:
        """Compare a group's answers, ``first`` being that of its first case; returns which answer
        comes after them."""
        places = [first]
        told = result.times[first]
        while told < len(starts):
            places.append(places[-1] + 1)
            told += result.times[places[-1]]
        after = places[-1] + 1
        if first in abnormal_ones and only_counts(group):
            # Nodes that come again may be what it does not stand: that says nothing of the code.
            self.done.left_out.count(group, starts)
            self._not_judged += 1
            return after
        expected = self.expected.answer(group, kind(self.implementation, group))
        abnormal = {place: abnormal_ones[place] for place in places if place in abnormal_ones}
        self.done.run.count(group, starts)
        answers = {bytes(result.case(place)) for place in places}
        logs = {bytes(result.case_log(place)) for place in places}
        same = answers == {expected}
        if same and len(logs) == 1 and not abnormal:
            found = self._judged(group, starts[0], expected, logs.pop())
            if any(start.offset != starts[0].offset for start in starts):
                self._judged_in.append(_AT_INDICES)
            self._found(found, group, starts, expected)
            return after
        # To say which of them differ and how; those that answer alike at once.
        alike: dict[tuple[object, ...], list[tuple[int, Start]]] = {}
        begin = 0
        for place in places:
            ended = abnormal.get(place)
            end = None if ended is None else (ended.status, ended.operation, ended.text)
            key = (bytes(result.case(place)), bytes(result.case_log(place)), end)
            some = starts[begin : begin + result.times[place]]
            alike.setdefault(key, []).extend((place, start) for start in some)
            begin += len(some)
        for cases in alike.values():
            place = cases[0][0]
            self._case(group, [start for _, start in cases], place, result, abnormal.get(place))
        if not abnormal and same and len(logs) > 1:
            case = self.expected.operations(group, starts[0])
            differs = logs_differ(self.implementation, group.chunk_shift, case, expected)
            self._found([differs], group, starts[:1], expected)
        return after

    def _case(
        self,
        group: CaseGroup,
        starts: Sequence[Start],
        place: int,
        result: BatchResult,
        ended: Abnormal | None,
    ) -> None:
        """Compare one case, number ``place`` of the batch, and have the specs judge it; the group's
        cases that begin at ``starts``, of which it is the first, all went like it."""
        start = starts[0]
        answer, log = bytes(result.case(place)), bytes(result.case_log(place))
        operations = self.expected.operations(group, start)
        if ended is not None:
            self.cut += len(starts)
            splits = any(one.code in SPLITTING for one in operations[ended.operation :])
            self.unsplit += len(starts) * splits
        found = self._judged(group, start, answer, log, ended)
        hung = ended.operation if ended and ended.status is Status.HANG else None
        self._found(found, group, starts, answer, hung)

    def _judged(
        self,
        group: CaseGroup,
        start: Start,
        answer: bytes,
        log: bytes,
        ended: Abnormal | None = None,
    ) -> list[Finding]:
        """What breaks in a case that was answered so."""
        one, operations = self.implementation, self.expected.operations(group, start)
        violations, judged = self.expected.verdict(
            one, group, start, answer, log, completed(operations, ended) if ended else None
        )
        self._judged_in += judged
        expected = self.expected.answer(group, kind(one, group))
        if not violations and ended is None and answer == expected:
            return []
        s = group.chunk_shift
        return shown(one, s, operations, expected, answer, violations, ended)

    def _found(
        self,
        found: list[Finding],
        group: CaseGroup,
        starts: Sequence[Start],
        answer: bytes,
        hung: int | None = None,
    ) -> None:
        """Keep the findings of a case, which the cases of ``starts`` share; ``hung`` is the number
        of the operation that did not end."""
        if found:
            self.clean = False
            operations = found[0].operations
            cases = len(starts)
            found = classified(
                self.implementation, operations, answer, hung, found, self.met, cases
            )
            found = self._before.marked(operations, answer, found)
        # What is new in a case that goes wrong anyway is told by itself.
        for part in parts(found):
            extent = Extent()
            extent.count(group, starts)
            self.findings.add_case(part, extent)
        if self._on_failing is not None and any(not one.before for one in found):
            self._on_failing(group, starts)


def _cases(groups: Block) -> list[bytes]:
    """The cases of groups, one by one, as the driver reads them."""
    return [case for group, starts in groups for case in group.encoded(starts)]


def _update(digest: hashlib.blake2b, result: BatchResult) -> None:
    """Add what a batch answered to a hash."""
    for ends in (result.ends, result.log_ends, result.times):
        digest.update(ends.tobytes())
    digest.update(result.results)
    digest.update(result.log)
