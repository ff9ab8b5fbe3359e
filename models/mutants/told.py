# SPDX-License-Identifier: GPL-2.0-or-later
"""What is told of sets of defects, and the goals for it.

A finding is *pure* if its smallest case fails with exactly one of the defects planted alone, and
not on the port without them.  A defect is *told* if it has a pure finding, and told *twice* if it
has two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from models.case.finding import Finding

TOLD, NOT_PURE_OR_TWICE = 95, 5
"""The goals, in percent: of the defects told at least, of the findings not pure or told twice at
most."""


@dataclass(frozen=True, slots=True)
class Told:
    """A finding by its smallest case, with those of the defects that it fails with, each planted
    alone; ``port``: whether it fails without them."""

    case: Finding
    defects: tuple[str, ...]
    port: bool = False

    @property
    def pure(self) -> bool:
        """Whether it shows one defect."""
        return len(self.defects) == 1 and not self.port


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was told of a set of defects."""

    defects: tuple[str, ...]
    findings: tuple[Told, ...]

    @property
    def told(self) -> Counter[str]:
        """The pure findings by the defect that they show."""
        return Counter(one.defects[0] for one in self.findings if one.pure)

    @property
    def untold(self) -> list[str]:
        """The defects without one."""
        return [name for name in self.defects if not self.told[name]]

    @property
    def not_pure(self) -> int:
        """Findings that show no defect alone."""
        return sum(not one.pure for one in self.findings)

    @property
    def twice(self) -> int:
        """Findings that show a defect again."""
        return self.told.total() - len(self.told)

    @property
    def right(self) -> bool:
        """Whether each defect has one finding, and there is no other."""
        return not (self.untold or self.not_pure or self.twice)


@dataclass
class Sum:
    """What was told of several sets together."""

    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def defects(self) -> int:
        """The defects of all sets."""
        return sum(len(one.defects) for one in self.outcomes)

    @property
    def told(self) -> int:
        """Those that were told."""
        return sum(len(one.told) for one in self.outcomes)

    @property
    def findings(self) -> int:
        """The findings of all sets."""
        return sum(len(one.findings) for one in self.outcomes)

    @property
    def not_pure(self) -> int:
        """Those that are not pure."""
        return sum(one.not_pure for one in self.outcomes)

    @property
    def twice(self) -> int:
        """Those that tell a defect again."""
        return sum(one.twice for one in self.outcomes)

    @property
    def met(self) -> bool:
        """Whether the goals are met; not by nothing."""
        wrong = self.not_pure + self.twice
        return (
            self.defects > 0
            and 100 * self.told >= TOLD * self.defects
            and 100 * wrong <= NOT_PURE_OR_TWICE * self.findings
        )


def by_size(outcomes: Sequence[Outcome]) -> Mapping[int, Sum]:
    """The outcomes by the number of defects."""
    found: dict[int, Sum] = {}
    for one in sorted(outcomes, key=lambda one: len(one.defects)):
        found.setdefault(len(one.defects), Sum()).outcomes.append(one)
    return found
