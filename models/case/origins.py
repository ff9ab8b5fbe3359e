# SPDX-License-Identifier: GPL-2.0-or-later
"""With which patch of a series a finding came: its smallest case, run on the base and after each
patch.

What shows after a patch, and after all that follow it, came with that patch.  One after which the
source does not compile is told: what shows then, came with it or with the one before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import partial

from models.case.before import equal, seen
from models.case.finding import AGREES, Finding, last_operation
from models.case.known import with_known
from models.case.replay import replay
from models.case.symptoms import concerned, symptoms
from models.case.trial import NoCase
from models.kernel.source import Lineage, Source
from models.subject.build import BuildError
from models.subject.implementation import Implementation, examine
from specs.origin import Origin
from xarray_model.operations import Code


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a finding comes from.

    ``since``: the patch or commit that it came with, several where it cannot be told with which of
    them, none where no step is known; ``subject`` is that of the first.  ``reason``: why something
    cannot be told, a line, or "".
    """

    origin: Origin
    since: tuple[str, ...] = ()
    subject: str = ""
    reason: str = ""

    def __str__(self) -> str:
        """In words: ``new with patch 2 of 4``."""
        told = self.origin.value
        if self.since:
            told += f" with {' or '.join(self.since)}"
        return f"{told}: {self.reason}" if self.reason else told

    @property
    def counts(self) -> bool:
        """Whether it is held against what was changed."""
        return self.origin is not Origin.BEFORE


class Shown(IntEnum):
    """What a source shows of a finding, the likest last."""

    NOTHING = 0
    """Nothing breaks up to there, or it does not offer what the case asks for."""
    EARLIER = 1
    """Something breaks before that, so that what follows says nothing."""
    OTHER = 2
    """Something else is wrong at that operation."""
    SAME = 3
    """The same is wrong at that operation, perhaps among other things."""
    IDENTICAL = 4
    """And the answers are the same to the byte, or the numbers that are wrong."""


def place(implementation: Implementation, finding: Finding) -> Placed | None:
    """Where a finding comes from; None where the base of what was tested is not known."""
    lineage = implementation.source.lineage
    if lineage is None:
        return None
    if finding.before:
        return Placed(Origin.BEFORE)
    having: tuple[str, ...] = ()
    if finding.property == AGREES[0] and finding.beside:
        # It shows beside known deviations alone; what has them is not asked of each prefix, since
        # what is wrong may show in their own cases.
        having = implementation.deviations or with_known(implementation).deviations
    return along(lineage, partial(shown, finding, having=having))


def along(lineage: Lineage, shows: Callable[[Source], Shown]) -> Placed:
    """Where something comes from that the tested source shows, and ``shows`` tells of the base and
    of what there is after each step; it raises BuildError for what does not compile."""
    if not lineage.steps:
        return Placed(Origin.BEFORE)  # Nothing that is compiled was changed.
    problems: dict[int, str] = {}

    def ask(number: int, source: Source | None) -> Shown | None:
        try:
            return Shown.IDENTICAL if source is None else shows(source)
        except BuildError as error:
            problems[number] = str(error)
            return None

    sources = [lineage.base, *(step.source for step in lineage.steps)]
    told = [ask(number, source) for number, source in enumerate(sources)]
    base = told[0]
    if base is None:
        return Placed(Origin.UNDECIDED, reason=f"the base does not compile: {problems[0]}")
    if base is Shown.EARLIER:
        return Placed(
            Origin.UNDECIDED, reason="the base goes wrong in this case before it comes to that"
        )
    origin = Origin.NEW if base is Shown.NOTHING else Origin.WORSE
    least = Shown.IDENTICAL if base >= Shown.SAME else Shown.SAME
    # From the end: what was repaired in between came anew.
    first = len(told) - 1
    while first > 1 and (told[first - 1] is None or (told[first - 1] or 0) >= least):
        first -= 1
    until = next((n for n in range(first, len(told)) if told[n] is not None), first)
    steps = lineage.steps[max(0, first - 1) : until]
    reason = "; ".join(problems[number] for number in range(first, until))
    since = tuple(step.label for step in steps if step.label)
    return Placed(origin, since, steps[0].subject if steps else "", reason)


def shown(finding: Finding, source: Source, having: tuple[str, ...] = ()) -> Shown:
    """What another source shows of a finding, ``having`` these known deviations.  BuildError if it
    does not compile."""
    lacks = any(one.code is Code.TRY_SPLIT for one in finding.operations)
    if lacks and not source.capabilities.try_split:
        return Shown.NOTHING
    one = examine(replace(source, lineage=None), (finding.chunk_shift,))
    one = replace(one, deviations=having)
    try:
        again = replay(one, finding)
    except NoCase:
        return Shown.NOTHING
    place = last_operation(finding)
    found = [one for one in (again.still, *again.others) if one is not None]
    there = [each for each in found if last_operation(each) <= place]
    if not there:
        return Shown.NOTHING
    here = [each for each in there if last_operation(each) == place]
    if not here:
        return Shown.EARLIER
    same = next((each for each in here if each.property == finding.property), None)
    if same is None or not concerned(finding) & symptoms(here):
        return Shown.OTHER
    alike = equal(finding.operations, finding.actual, same.actual) >= seen(finding)
    return Shown.IDENTICAL if alike or same.detail == finding.detail else Shown.SAME
