# SPDX-License-Identifier: GPL-2.0-or-later
"""What the cases of a machine share, and what they did."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from models.finding import Finding
from models.kernel.deviations import Deviation
from models.trial import Trial


class Broken(Exception):
    """A property broke; a subclass for each, so that Hypothesis tells them apart."""


@cache
def broken(name: str) -> type[Broken]:
    """The exception for the property of that name."""
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

    def add(self, other: Tally) -> None:
        """Add what other cases did."""
        self.examples += other.examples
        self.steps += other.steps
        self.operations += other.operations
        self.rules.update(other.rules)
        self.branches.update(other.branches)
        self.set_aside.update(other.set_aside)

    def fired(self, name: str) -> int:
        """How often a branch was met, or a rule (``rule NAME``) did something."""
        rule_name = name.removeprefix("rule ")
        return self.branches[name] if rule_name == name else self.rules[rule_name]


class Expired(BaseException):
    """The time is over: ends a batch at once, whatever Hypothesis is about."""


class Batch:
    """What the cases of one batch share.

    ``deviations``: those that the implementation has; what would meet one is left out.
    ``aside``: properties that were found before; a case in which one breaks ends there.
    ``deadline`` (of ``time.monotonic``) ends the batch; ``shrink_seconds`` the shrinking of what it
    found.
    """

    def __init__(
        self,
        trial: Trial,
        tally: Tally,
        aside: set[str],
        deviations: Sequence[Deviation] = (),
        deadline: float | None = None,
        shrink_seconds: float = 20.0,
    ) -> None:
        self.trial = trial
        self.tally = tally
        self.aside = aside
        self.deviations = deviations
        self.deadline = deadline
        self.shrink_seconds = shrink_seconds
        self.found: dict[str, Finding] = {}
        """By property the smallest case that breaks it."""

    def check_time(self) -> None:
        """Raise Expired when the time is over."""
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise Expired

    def add(self, done: Tally, findings: Sequence[Finding]) -> None:
        """Take over what a case did, unless it is only an attempt to shrink another, and found.

        Raises the exception of the first property that is not set aside.
        """
        if not self.found:
            self.tally.add(done)
        fresh = [finding for finding in findings if finding.property not in self.aside]
        if not fresh:
            return
        if not self.found:
            end = time.monotonic() + self.shrink_seconds
            self.deadline = end if self.deadline is None else min(end, self.deadline)
        for finding in fresh:
            known = self.found.get(finding.property)
            if known is None or _size(finding) < _size(known):
                self.found[finding.property] = finding
        raise broken(fresh[0].property)(f"{fresh[0].property}: {fresh[0].detail}")


def _size(finding: Finding) -> tuple[int, int]:
    return len(finding.operations), sum(
        operation.index + operation.entry + operation.order for operation in finding.operations
    )
