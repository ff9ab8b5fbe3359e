# SPDX-License-Identifier: GPL-2.0-or-later
"""``xasplit versions``: which properties hold in which kernel, in one table."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from models.case.ends import ENDS
from models.case.finding import AGREES, LOG_AGREES
from models.case.known import known
from models.subject.build import BuildError
from models.subject.implementation import Implementation
from models.sweep.families import Family
from models.sweep.sweep import Unit, UnitResult
from review.run import campaign, evidence
from review.run.progress import Meter
from review.run.results import Results
from review.run.workers import Workers
from specs.claims import Outcome
from specs.registry import PROPERTIES
from xarray_model.geometry import one_level_limit_exceeded

SHIFTS = (2, 6)
WHOLE = tuple((2, order, new) for order in range(1, 5) for new in range(order + 1))
"""(chunk shift, order, new order) of the splits of which every case is run."""
SAMPLED = tuple(
    (6, order, new) for order, new in ((6, 0), (9, 0), (9, 3), (11, 1), (13, 0), (13, 7), (18, 9))
)
"""Those of which a sample is run."""
SAMPLE = 12
SEED = 1
UNITS = (
    "Run: at chunk shift 2 every case of each split and try_split walk of orders 1 to 4, at chunk"
    " shift 6 a sample of the splits "
    + ", ".join(f"{order} to {new}" for _, order, new in SAMPLED)
    + ", and the allocation requests of every pair of orders up to 63."
)

_REST = {name for name, _ in (*ENDS.values(), AGREES, LOG_AGREES)}
"""Properties of a whole case, which the specs do not state."""


class VersionCell(Enum):
    """What one version does about one property."""

    HOLD = "hold"
    FAIL = "fail"
    BEFORE = "fail as before"
    """What it was made from fails in the same way, to the byte."""
    UNSUPPORTED = "not supported"
    """It does not offer this, or refuses it as it should."""
    UNDECIDED = "undecided"
    """Not every case was run to its end."""
    UNJUDGED = "never judged"
    """No case met what the property is about."""
    BROKEN = "does not compile"


@dataclass(frozen=True, slots=True)
class Section:
    """What of an XArray one part of the table is about, and the units that are run for it."""

    title: str
    units: tuple[Unit, ...]
    deep: bool = False
    """Splits over more than one level, which an implementation may refuse."""


def sections(seed: int) -> list[Section]:
    """The parts of the table; ``seed`` draws the samples."""
    one: list[Unit] = []
    several: list[Unit] = []
    for s, order, new in (*WHOLE, *SAMPLED):
        unit = Unit(s, order, new, SAMPLE if s == 6 else None, seed)
        (several if one_level_limit_exceeded(order, new, s) else one).append(unit)
    walks = [Unit(s, order, new, family=Family.WALKS) for s, order, new in WHOLE]
    refusals = [Unit(s, order, new, family=Family.REFUSALS) for s, order, new in WHOLE]
    counts = [Unit(s, 63, 0, family=Family.COUNTS) for s in SHIFTS]
    return [
        Section("split by one level at most", tuple(one)),
        Section("split by several levels", tuple(several), deep=True),
        Section("walk of xas_try_split", tuple(walks)),
        Section("what xas_try_split must refuse", tuple(one for one in refusals if one.total())),
        Section("allocation requests", tuple(counts)),
    ]


def cells(section: Section, result: UnitResult, one: Implementation) -> dict[str, VersionCell]:
    """What one implementation does in a section, by property."""
    if not any(unit.offered(one) for unit in section.units):
        return dict.fromkeys((*PROPERTIES, *sorted(_REST)), VersionCell.UNSUPPORTED)
    smallest = [breach.smallest for breach in result.findings.sorted()]
    # What is new comes last, and counts where some cases are and others were there before.
    broken = {
        each.property: VersionCell.BEFORE if each.before else VersionCell.FAIL
        for each in sorted(smallest, key=lambda each: not each.before)
        if each.implementation == one.name
    }
    found = {item.check.removeprefix("sweep:"): item for item in evidence.of_sweep(result, one)}
    # Where cases were left out, it is not decided that none ends badly.
    gaps = any(item.detail == evidence.NOT_ENDED for item in found.values())
    cells_of = {}
    for name in (*PROPERTIES, *sorted(_REST)):
        if name in broken:
            cells_of[name] = broken[name]
        elif gaps if name in _REST else found[name].detail == evidence.NOT_ENDED:
            cells_of[name] = VersionCell.UNDECIDED
        elif section.deep and one.one_level:
            cells_of[name] = VersionCell.UNSUPPORTED
        elif name in _REST or found[name].outcome is Outcome.HOLDS:
            cells_of[name] = VersionCell.HOLD
        else:
            never = found[name].detail == evidence.NEVER_JUDGED
            cells_of[name] = VersionCell.UNJUDGED if never else VersionCell.UNDECIDED
    return cells_of


@dataclass
class Versions:
    """The table: by section and version the cells, the findings of all, and the known deviations
    outside the split that each has.  ``versions`` are all by name, with the error of one that does
    not compile in its place."""

    versions: Mapping[str, Implementation | BuildError]
    table: dict[str, dict[str, dict[str, VersionCell]]]
    results: list[UnitResult]
    deviations: dict[str, list[str]]
    seconds: float
    finished: bool
    everything: bool = False
    """Whether what was there before counts as a failure too."""

    @property
    def implementations(self) -> list[Implementation]:
        """Those that compile."""
        return [one for one in self.versions.values() if isinstance(one, Implementation)]

    @property
    def failed(self) -> bool:
        """Whether a property of the split fails in some version, or one does not compile."""
        bad = {
            VersionCell.FAIL,
            VersionCell.BROKEN,
            *([VersionCell.BEFORE] if self.everything else []),
        }
        return any(
            cell in bad
            for by_version in self.table.values()
            for column in by_version.values()
            for cell in column.values()
        )


def compare(versions: Mapping[str, Implementation | BuildError], seed: int, jobs: int) -> Versions:
    """Run the units of all sections on every version that compiles, with progress."""
    started = time.monotonic()
    implementations = [one for one in versions.values() if isinstance(one, Implementation)]
    parts = sections(seed)
    table: dict[str, dict[str, dict[str, VersionCell]]] = {}
    results = []
    finished = True
    with Meter("versions", sum(len(part.units) for part in parts)) as meter:
        for part in parts:
            result = UnitResult()
            finished &= campaign.run(
                part.units,
                implementations,
                Workers(jobs),
                lambda _unit, found: meter.advance(f"{len(found.findings)} findings"),
                result,
                results=Results(),
            )
            results.append(result)
            table[part.title] = {
                name: cells(part, result, one)
                if isinstance(one, Implementation)
                else dict.fromkeys((*PROPERTIES, *sorted(_REST)), VersionCell.BROKEN)
                for name, one in versions.items()
            }
            if not finished:
                break
    deviations = {
        one.name: [
            present.deviation.name
            for present in known(one).present
            if not present.deviation.on_split
        ]
        for one in implementations
    }
    seconds = time.monotonic() - started
    return Versions(versions, table, results, deviations, seconds, finished)
