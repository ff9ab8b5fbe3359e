# SPDX-License-Identifier: GPL-2.0-or-later
"""What the cases of a machine share, and what they did."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from models.case.deviations import Deviation
from models.case.ends import HANGS
from models.case.finding import SITES, SPLITTING, Finding
from models.case.findings import Seen, is_seen
from models.case.trial import Trial
from models.sweep.hangs import ENOUGH
from specs.callers import Contract
from xarray_model import geometry
from xarray_model.operations import Code, Operation

SHRINKS = 600
"""Cases that are run to shrink what a batch found: a number, and no time, so that what is found
does not depend on how fast the machine is."""
HANG_SHRINKS = 20
"""The same of what hangs."""


class Broken(Exception):
    """A property broke; a subclass for each, so that Hypothesis tells them apart."""


@cache
def broken(name: str) -> type[Broken]:
    """The exception for what is labelled so."""
    return type(f"Broken: {name}", (Broken,), {})


@dataclass
class Tally:
    """What cases did."""

    examples: int = 0
    steps: int = 0
    operations: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    branches: Counter[str] = field(default_factory=Counter)
    set_aside: Counter[str] = field(default_factory=Counter)
    """How often an operation was left out, by the known deviation that it would meet."""
    left_out: Counter[str] = field(default_factory=Counter)
    """How often one was left out since all like it hang, by ``likeness``."""
    judged: Counter[str] = field(default_factory=Counter)
    """How often each property was judged with its premise true, by name."""

    def add(self, other: Tally) -> None:
        """Add what other cases did."""
        self.examples += other.examples
        self.steps += other.steps
        self.operations += other.operations
        self.rules.update(other.rules)
        self.branches.update(other.branches)
        self.set_aside.update(other.set_aside)
        self.left_out.update(other.left_out)
        self.judged.update(other.judged)

    def fired(self, name: str) -> int:
        """How often a branch was met, or a rule (``rule NAME``) did something."""
        rule_name = name.removeprefix("rule ")
        return self.branches[name] if rule_name == name else self.rules[rule_name]


class Expired(BaseException):
    """The time is over: ends a batch at once, whatever Hypothesis is about."""


class Batch:
    """What the cases of one batch share.

    ``deviations``: those that the implementation has; what would meet one is left out.
    ``aside``: what was found before (``Finding.label``); a case that shows it ends there.
    ``hanging``: operations (``likeness``) that are left out, since they hang and never ended.
    ``deadline`` (of ``time.monotonic``) ends the batch; so many cases, ``shrinks``, the shrinking
    of what it found.  ``on_found`` is told of the first case that breaks a property, before it is
    shrunk.  ``seen`` is how cases failed elsewhere: one that fails like them is ``counted`` only.
    """

    def __init__(
        self,
        trial: Trial,
        tally: Tally,
        aside: set[str],
        deviations: Sequence[Deviation] = (),
        deadline: float | None = None,
        shrinks: int = SHRINKS,
        hanging: frozenset[str] = frozenset(),
        on_found: Callable[[Finding], None] | None = None,
        seen: Seen | None = None,
    ) -> None:
        self._seen = seen or {}
        self.counted: list[list[Finding]] = []
        """What broke first in each case that failed as others did."""
        self.on_found = on_found
        self.trial = trial
        self.tally = tally
        self.aside = aside
        self.deviations = deviations
        self.deadline = deadline
        self._shrinks = shrinks
        self._left: int | None = None
        self.hanging = hanging
        self.hung: Counter[str] = Counter()
        """How often an operation hung, other than in an attempt to shrink, by ``likeness``."""
        self.ended: set[str] = set()
        """What else came to its end."""
        self.found: dict[str, Finding] = {}
        """By ``Finding.label`` the smallest case that shows it."""

    def check_time(self) -> None:
        """A case begins: raise Expired when the time is over, or enough was shrunk."""
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise Expired
        if self._left is not None:
            if not self._left:
                raise Expired
            self._left -= 1

    def _is_aside(self, finding: Finding) -> bool:
        """Whether it was found before: as it is, or where callers did all that they have to."""
        careful = replace(finding, contract=Contract.CALLERS)
        return bool({finding.label(), careful.label()} & self.aside)

    def note(self, operations: Sequence[str], hung: int | None) -> None:
        """Note which operations of a case (``likeness``) ended, and the number of that which hung,
        None if none did."""
        self.ended.update(operations[:hung])
        if hung is not None and not self.found:
            self.hung[operations[hung]] += 1

    def add(self, done: Tally, findings: Sequence[Finding]) -> None:
        """Take over what a case did, unless it is only an attempt to shrink another, and found.

        Raises the exception of the first property that is not set aside; Expired when several cases
        hung, so that the next batch leaves out what does.
        """
        if not self.found:
            self.tally.add(done)
            if findings and is_seen(findings, self._seen):
                self.counted.append(list(findings))
                return
        fresh = [finding for finding in findings if not self._is_aside(finding)]
        if not fresh:
            if not self.found and self.hung.total() >= ENOUGH:
                raise Expired
            return
        if not self.found:
            hangs = any(finding.property == HANGS for finding in fresh)
            self._left = min(self._shrinks, HANG_SHRINKS) if hangs else self._shrinks
        for finding in fresh:
            known = self.found.get(finding.label())
            if known is None and self.on_found is not None:
                self.on_found(finding)
            if known is None or _size(finding) < _size(known):
                self.found[finding.label()] = finding
        raise broken(fresh[0].label())(f"{fresh[0].property}: {fresh[0].detail}")


def likeness(operation: Operation, s: int) -> str:
    """What an operation, none through the cursor, has in common with those that would hang if it
    does: what it is, and of a split the levels of nodes that it makes."""
    name = operation.code.name.lower()
    if operation.code not in SPLITTING:
        return name
    depth = geometry.split_depth(operation.order, operation.new_order, s)
    split = SITES[min(depth, 2)]
    return split if operation.code is Code.SPLIT else f"{name}, {split}"


def _size(finding: Finding) -> tuple[int, int]:
    return len(finding.operations), sum(
        operation.index + operation.entry + operation.order for operation in finding.operations
    )
